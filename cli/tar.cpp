// After git's archive-tar.c and POSIX.1-2017, pax, "ustar Interchange Format".
#include "tar.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace hn::cli {
namespace {

constexpr std::size_t kRecord = 512;
constexpr std::size_t kBlock = 20 * kRecord;
constexpr std::uint64_t kSizeMax = 077777777777;  // eleven octal digits
constexpr unsigned kUmask = 002;

template <std::size_t N>
void put(std::array<char, N>& field, std::string_view text) {
  std::memcpy(field.data(), text.data(), std::min(text.size(), N));
}

// With a NUL at its end.
template <std::size_t N>
void put_octal(std::array<char, N>& field, std::uint64_t value) {
  for (std::size_t i = N - 1; i-- > 0; value >>= 3U)
    field[i] = static_cast<char>('0' + (value & 7U));
}

// "LENGTH KEY=VALUE\n", where the length counts its own digits.
std::string pax_row(const std::string& key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (rest + std::to_string(length).size() != length) ++length;
  return std::to_string(length) + " " + key + "=" + std::string(value) + "\n";
}

// How much of a path goes into the field for prefixes: up to a slash.
std::size_t prefix_of(const std::string& path, std::size_t max) {
  std::size_t i = path.size();
  if (i > 1 && path[i - 1] == '/') --i;
  i = std::min(i, max);
  do {
    --i;
  } while (i > 0 && path[i] != '/');
  return i;
}

}  // namespace

struct TarWriter::Header {
  std::array<char, 100> name{};
  std::array<char, 8> mode{};
  std::array<char, 8> uid{};
  std::array<char, 8> gid{};
  std::array<char, 12> size{};
  std::array<char, 12> mtime{};
  std::array<char, 8> checksum{};
  std::array<char, 1> type{};
  std::array<char, 100> link{};
  std::array<char, 6> magic{};
  std::array<char, 2> version{};
  std::array<char, 32> user{};
  std::array<char, 32> group{};
  std::array<char, 8> major{};
  std::array<char, 8> minor{};
  std::array<char, 155> prefix{};
  std::array<char, 12> filler{};

  std::string_view bytes() const { return {reinterpret_cast<const char*>(this), sizeof(*this)}; }
};

void TarWriter::add(std::string_view bytes) {
  sink_(bytes);
  written_ += bytes.size();
}

void TarWriter::pad(std::size_t to) {
  static const std::string kZeros(kBlock, '\0');
  const std::size_t over = written_ % to;
  if (over > 0) add(std::string_view(kZeros).substr(0, to - over));
}

void TarWriter::seal(Header& header, unsigned mode, std::uint64_t size) const {
  static_assert(sizeof(Header) == kRecord);
  put_octal(header.mode, mode & 07777U);
  put_octal(header.size, size);
  put_octal(header.mtime, static_cast<std::uint64_t>(std::clamp<std::int64_t>(
                              time_, 0, static_cast<std::int64_t>(kSizeMax))));
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_octal(header.major, 0);
  put_octal(header.minor, 0);
  put(header.user, "root");
  put(header.group, "root");
  put(header.magic, "ustar");
  put(header.version, "00");
  header.checksum.fill(' ');
  std::uint64_t sum = 0;
  for (const char c : header.bytes()) sum += static_cast<unsigned char>(c);
  put_octal(header.checksum, sum);
  header.checksum.back() = '\0';
}

void TarWriter::pax(char type, const std::string& name, const std::string& text) {
  Header header;
  header.type[0] = type;
  put(header.name, name);
  seal(header, 0666, text.size());
  add(header.bytes());
  add(text);
  pad(kRecord);
}

void TarWriter::comment(const std::string& text) {
  pax('g', "pax_global_header", pax_row("comment", text));
}

void TarWriter::entry(Header& header, const std::string& path, unsigned mode, std::uint64_t size,
                      std::string pax_text, const std::string& id) {
  if (path.size() <= header.name.size()) {
    put(header.name, path);
  } else {
    const std::size_t prefix = prefix_of(path, header.prefix.size());
    const std::size_t rest = path.size() - prefix - 1;
    if (prefix > 0 && rest <= header.name.size()) {
      put(header.prefix, std::string_view(path).substr(0, prefix));
      put(header.name, std::string_view(path).substr(prefix + 1));
    } else {
      put(header.name, id + ".data");
      pax_text = pax_row("path", path) + pax_text;
    }
  }
  if (size > kSizeMax) {
    pax_text += pax_row("size", std::to_string(size));
    size = 0;
  }
  seal(header, mode, size);
  if (!pax_text.empty()) pax('x', id + ".paxheader", pax_text);
  add(header.bytes());
}

void TarWriter::folder(const std::string& path, const std::string& id) {
  Header header;
  header.type[0] = '5';
  entry(header, path, 0777U & ~kUmask, 0, "", id);
}

void TarWriter::link(const std::string& path, const std::string& target, const std::string& id) {
  Header header;
  header.type[0] = '2';
  std::string more;
  if (target.size() > header.link.size()) {
    put(header.link, "see " + id + ".paxheader");
    more = pax_row("linkpath", target);
  } else {
    put(header.link, target);
  }
  entry(header, path, 0777U, 0, std::move(more), id);
}

void TarWriter::file(const std::string& path, bool executable, std::uint64_t size,
                     const std::string& id, const Content& content) {
  Header header;
  header.type[0] = '0';
  entry(header, path, (executable ? 0777U : 0666U) & ~kUmask, size, "", id);
  content([&](std::string_view bytes) { add(bytes); });
  pad(kRecord);
}

void TarWriter::finish() {
  // At least two empty records.
  const bool two_fit = written_ % kBlock <= kBlock - 2 * kRecord;
  if (written_ % kBlock == 0) add(std::string(kBlock, '\0'));
  pad(kBlock);
  if (!two_fit) add(std::string(kBlock, '\0'));
}

}  // namespace hn::cli
