// Invitation links of hn-log(5).
#include "hn/log/link.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::log {
namespace {

constexpr std::string_view kScheme = "hn:";
constexpr std::uint8_t kLinkFormat = 1;
constexpr std::size_t kChecksumBytes = 4;

Bytes checksum(ByteView body) {
  const Hash h = crypto::hash(crypto::Purpose("hn.link"), body);
  return {h.begin(), h.begin() + kChecksumBytes};
}

bool is_port(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || text.front() == '0') return false;
  unsigned port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

bool is_host_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-';
}

bool is_v6(std::string_view text) noexcept {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         std::all_of(text.begin() + 1, text.end() - 1, [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') ||
                  c == ':' || c == '.';
         });
}

bool obeys_rules(const Link& link) noexcept {
  return link.addresses.size() <= kLinkAddressesMax && link.right >= Right::read &&
         link.right <= Right::admin &&
         std::all_of(link.addresses.begin(), link.addresses.end(), is_address);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Unexpected<Error> mistyped() {
  return fail(Code::bad_link, "link: mistyped or cut short");
}

}  // namespace

bool is_address(std::string_view text) noexcept {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || text.size() > kAddressBytesMax || !is_port(text.substr(colon + 1)))
    return false;
  const std::string_view host = text.substr(0, colon);
  if (host.empty()) return false;
  return is_v6(host) || std::all_of(host.begin(), host.end(), is_host_char);
}

std::string encode_link(const Link& link) {
  HN_ASSERT(obeys_rules(link));
  Encoder out;
  out.u8(kLinkFormat).raw(link.repository.bytes).raw(link.transport.bytes).raw(link.device.bytes);
  out.u8(static_cast<std::uint8_t>(link.right)).raw(link.secret).varint(link.addresses.size());
  for (const std::string& address : link.addresses) out.sized(address);
  out.raw(checksum(out.bytes()));
  return std::string(kScheme) + to_base32(out.bytes());
}

// The checksum before all else, so that a mistyped link is called that and nothing stranger.
Result<Link> decode_link(std::string_view text) {
  text = trimmed(text);
  if (text.size() > kLinkTextMax) return fail(Code::bad_link, "link: too long");
  if (!text.starts_with(kScheme)) return fail(Code::bad_link, "link: does not begin with hn:");
  const auto bytes = from_base32(text.substr(kScheme.size()));
  if (!bytes || bytes->size() <= kChecksumBytes) return mistyped();
  const ByteView body = ByteView(*bytes).first(bytes->size() - kChecksumBytes);
  if (!equal(checksum(body), ByteView(*bytes).last(kChecksumBytes))) return mistyped();
  if (body[0] != kLinkFormat) return fail(Code::unsupported, "link: made by another version");
  Decoder in(body.subspan(1));
  Link link;
  link.repository.bytes = in.hash();
  link.transport.bytes = in.hash();
  link.device.bytes = in.hash();
  link.right = static_cast<Right>(in.u8());
  const ByteView secret = in.take(link.secret.size());
  std::copy(secret.begin(), secret.end(), link.secret.begin());
  const std::uint64_t addresses = in.varint(kLinkAddressesMax);
  for (std::uint64_t i = 0; i < addresses && !in.failed(); ++i)
    link.addresses.push_back(to_string(in.sized(kAddressBytesMax)));
  if (!in.done() || !obeys_rules(link))
    return fail(Code::bad_link, "link: breaks a rule of its format");
  return link;
}

InvitationId invitation_id(const std::array<Byte, 16>& secret) noexcept {
  const Hash h = crypto::hash(crypto::Purpose("hn.invitation"), secret);
  InvitationId out;
  std::copy_n(h.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

}  // namespace hn::log
