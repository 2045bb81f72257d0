#include "hn/base/text.hpp"

#include <algorithm>

namespace hn {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Length of the well-formed UTF-8 sequence at the front of `s`, 0 if there is none (Unicode 15,
// table 3-7). `point` receives its code point.
std::size_t utf8_sequence(std::string_view s, char32_t& point) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return point = lead, 1;
  const std::size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() < n) return 0;
  point = lead & (0x7fU >> n);
  for (std::size_t i = 1; i < n; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
    point = (point << 6) | (at(i) & 0x3f);
  }
  const bool overlong = (n == 3 && point < 0x800) || (n == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return overlong || surrogate || point > 0x10ffff ? 0 : n;
}

// C0, DEL and C1 controls, and the marks that reorder or hide what follows (Unicode UAX #9; the
// "Trojan Source" set).
bool is_control(char32_t p) noexcept {
  return p < 0x20 || (p >= 0x7f && p < 0xa0) || (p >= 0x202a && p <= 0x202e) ||
         (p >= 0x2066 && p <= 0x2069) || p == 0x200e || p == 0x200f || p == 0x061c;
}

// How many characters at the beginning are such.
std::size_t printable_ascii(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, [](char c) { return c >= ' ' && c <= '~'; });
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const Byte b : bytes) {
    out.push_back(kHexDigits[b >> 4]);
    out.push_back(kHexDigits[b & 15]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<Byte>(high * 16 + low));
  }
  return out;
}

std::string to_base32(ByteView bytes) {
  std::string out;
  unsigned buffer = 0;
  unsigned bits = 0;
  for (const Byte b : bytes) {
    buffer = (buffer << 8) | b;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(kBase32[(buffer >> bits) & 31]);
    }
    buffer &= (1U << bits) - 1;
  }
  if (bits > 0) out.push_back(kBase32[(buffer << (5 - bits)) & 31]);
  return out;
}

std::optional<Bytes> from_base32(std::string_view text) {
  Bytes out;
  unsigned buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t digit = kBase32.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 5) | static_cast<unsigned>(digit);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<Byte>(buffer >> bits));
    buffer &= (1U << bits) - 1;
  }
  if (bits >= 5 || buffer != 0) return std::nullopt;
  return out;
}

bool is_utf8(ByteView bytes) noexcept {
  std::string_view s = as_text(bytes);
  char32_t point = 0;
  while (!s.empty()) {
    const std::size_t n = utf8_sequence(s, point);
    if (n == 0) return false;
    s.remove_prefix(n);
  }
  return true;
}

std::string escape_controls(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  const auto escape = [&](char c) {
    const auto u = static_cast<unsigned char>(c);
    out += "\\x";
    out.push_back(kHexDigits[u >> 4]);
    out.push_back(kHexDigits[u & 15]);
  };
  while (!text.empty()) {
    const std::size_t plain = printable_ascii(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    char32_t point = 0;
    std::size_t n = utf8_sequence(text, point);
    const bool line = keep_lines && (text[0] == '\n' || text[0] == '\t');
    if (n != 0 && (line || !is_control(point))) {
      out += text.substr(0, n);
    } else {
      n = n == 0 ? 1 : n;
      for (const char c : text.substr(0, n)) escape(c);
    }
    text.remove_prefix(n);
  }
  return out;
}

}  // namespace hn
