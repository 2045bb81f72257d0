// After git's archive-zip.c and PKWARE's APPNOTE.TXT 6.3.10, section 4.
#include "zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <ctime>

#include "gzip.hpp"
#include "hn/base/bytes.hpp"
#include "hn/base/error.hpp"
#include "hn/base/text.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kMax16 = 0xffff;
constexpr std::uint64_t kMax32 = 0xffffffff;
// Compressed bytes that are kept; a file that becomes longer is compressed again.
constexpr std::size_t kKeptBytesMax = 16U << 20U;
// Where git looks for a zero to tell a text.
constexpr std::size_t kProbeBytes = 8000;

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kUtf8 = 1U << 11U;
// Version 2.3 on Unix, whose modes stand in the upper half of the attributes.
constexpr std::uint16_t kUnix = 0x0317;
constexpr std::uint32_t kFolder = 16;

// Little endian.
void put(std::string& out, std::size_t bytes, std::uint64_t value) {
  for (; bytes > 0; --bytes, value >>= 8U) out += static_cast<char>(value & 0xffU);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

}  // namespace

struct ZipWriter::Entry {
  std::string path;
  std::uint32_t attributes = 0;
  std::uint16_t creator = 0;
  std::uint64_t size = 0;
  Packed packed;
  std::uint64_t offset = 0;

  bool is_large() const { return size > kMax32 || packed.length > kMax32; }
  std::uint16_t version() const { return is_large() ? 45 : 10; }
  std::uint16_t method() const { return packed.deflated ? kDeflated : kStored; }
  std::uint16_t flags() const {
    return !is_ascii(path) && is_utf8(as_bytes(path)) ? kUtf8 : std::uint16_t{0};
  }
};

// In UTC, so that the bytes are the same everywhere; years that the format has not are those at its
// ends.
ZipWriter::ZipWriter(Sink sink, std::int64_t time)
    : sink_(std::move(sink)), time_(static_cast<std::uint32_t>(time)) {
  constexpr std::int64_t kFirst = 315532800;  // 1980
  constexpr std::int64_t kLast = 4354819199;  // 2107
  const std::time_t seconds = std::clamp(time, kFirst, kLast);
  std::tm at{};
  gmtime_r(&seconds, &at);
  dos_date_ =
      static_cast<std::uint16_t>(at.tm_mday + (at.tm_mon + 1) * 32 + (at.tm_year - 80) * 512);
  dos_time_ = static_cast<std::uint16_t>(at.tm_sec / 2 + at.tm_min * 32 + at.tm_hour * 2048);
}

void ZipWriter::write(std::string_view bytes) {
  sink_(bytes);
  written_ += bytes.size();
}

ZipWriter::Packed ZipWriter::packed(std::uint64_t size, bool deflate, const Content& content) {
  Packed out;
  out.bytes.emplace();
  out.deflated = deflate && size > 0;
  out.text = true;
  const auto take = [&](std::string_view bytes) {
    out.length += bytes.size();
    if (out.bytes && out.length <= kKeptBytesMax)
      out.bytes->append(bytes);
    else
      out.bytes.reset();
  };
  std::optional<GzipStream> stream;
  if (out.deflated) stream.emplace(take, GzipStream::Header::none);
  std::uint64_t seen = 0;
  uLong checksum = crc32(0, nullptr, 0);
  content([&](std::string_view bytes) {
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    checksum = crc32_z(checksum, data, bytes.size());
    if (seen < kProbeBytes && bytes.substr(0, kProbeBytes - seen).find('\0') != bytes.npos)
      out.text = false;
    seen += bytes.size();
    if (stream)
      stream->add(bytes);
    else
      take(bytes);
  });
  if (stream) stream->finish();
  out.checksum = static_cast<std::uint32_t>(checksum);
  if (out.deflated && out.length >= size) {
    out.deflated = false;
    out.length = size;
    out.bytes.reset();
  }
  return out;
}

void ZipWriter::begin(const Entry& entry) {
  if (entry.path.size() > kMax16)
    throw Failure(Code::refused, "the name of a file is too long for a zip archive",
                  "a tape archive takes it: --format=tar");
  std::string out;
  put(out, 4, 0x04034b50);
  put(out, 2, entry.version());
  put(out, 2, entry.flags());
  put(out, 2, entry.method());
  put(out, 2, dos_time_);
  put(out, 2, dos_date_);
  put(out, 4, entry.packed.checksum);
  put(out, 4, entry.is_large() ? kMax32 : entry.packed.length);
  put(out, 4, entry.is_large() ? kMax32 : entry.size);
  put(out, 2, entry.path.size());
  put(out, 2, entry.is_large() ? 29 : 9);
  out += entry.path;
  put(out, 2, 0x5455);
  put(out, 2, 5);
  put(out, 1, 1);
  put(out, 4, time_);
  if (entry.is_large()) {
    put(out, 2, 1);
    put(out, 2, 16);
    put(out, 8, entry.size);
    put(out, 8, entry.packed.length);
  }
  write(out);
}

void ZipWriter::list(const Entry& entry) {
  std::string large;
  if (entry.is_large() || entry.offset > kMax32) {
    if (entry.size >= kMax32) put(large, 8, entry.size);
    if (entry.packed.length >= kMax32) put(large, 8, entry.packed.length);
    if (entry.offset >= kMax32) put(large, 8, entry.offset);
  }
  std::string& out = directory_;
  put(out, 4, 0x02014b50);
  put(out, 2, entry.creator);
  put(out, 2, entry.version());
  put(out, 2, entry.flags());
  put(out, 2, entry.method());
  put(out, 2, dos_time_);
  put(out, 2, dos_date_);
  put(out, 4, entry.packed.checksum);
  put(out, 4, std::min(entry.packed.length, kMax32));
  put(out, 4, std::min(entry.size, kMax32));
  put(out, 2, entry.path.size());
  put(out, 2, 9 + (large.empty() ? 0 : 4 + large.size()));
  put(out, 2, 0);
  put(out, 2, 0);
  put(out, 2, entry.packed.text ? 1 : 0);
  put(out, 4, entry.attributes);
  put(out, 4, std::min(entry.offset, kMax32));
  out += entry.path;
  put(out, 2, 0x5455);
  put(out, 2, 5);
  put(out, 1, 1);
  put(out, 4, time_);
  if (!large.empty()) {
    put(out, 2, 1);
    put(out, 2, large.size());
    out += large;
  }
  ++entries_;
  creator_max_ = std::max(creator_max_, entry.creator);
}

void ZipWriter::folder(const std::string& path, const std::string&) {
  const Entry entry{path, kFolder, 0, 0, {}, written_};
  begin(entry);
  list(entry);
}

void ZipWriter::link(const std::string& path, const std::string& target, const std::string&) {
  const Content content = [&](const Sink& sink) { sink(target); };
  const Entry entry{
      path, 0120777U << 16U, kUnix, target.size(), packed(target.size(), false, content), written_};
  begin(entry);
  write(target);
  list(entry);
}

void ZipWriter::file(const std::string& path, bool executable, std::uint64_t size,
                     const std::string&, const Content& content) {
  const Entry entry{path, executable ? 0100755U << 16U : 0U, executable ? kUnix : std::uint16_t{0},
                    size, packed(size, true, content),       written_};
  begin(entry);
  const auto pass = [&](std::string_view bytes) { write(bytes); };
  if (entry.packed.bytes) {
    write(*entry.packed.bytes);
  } else if (entry.packed.deflated) {
    GzipStream stream(pass, GzipStream::Header::none);
    content([&](std::string_view bytes) { stream.add(bytes); });
    stream.finish();
  } else {
    content(pass);
  }
  list(entry);
}

// What does not fit into the end of the directory.
void ZipWriter::write_large_end() {
  std::string out;
  put(out, 4, 0x06064b50);
  put(out, 8, 44);
  put(out, 2, creator_max_);
  put(out, 2, 45);
  put(out, 4, 0);
  put(out, 4, 0);
  put(out, 8, entries_);
  put(out, 8, entries_);
  put(out, 8, directory_.size());
  put(out, 8, written_ - directory_.size());
  put(out, 4, 0x07064b50);
  put(out, 4, 0);
  put(out, 8, written_);
  put(out, 4, 1);
  sink_(out);
}

void ZipWriter::finish() {
  const std::uint64_t begin = written_;
  write(directory_);
  if (entries_ > kMax16 || begin > kMax32) write_large_end();
  std::string out;
  put(out, 4, 0x06054b50);
  put(out, 2, 0);
  put(out, 2, 0);
  put(out, 2, std::min(entries_, kMax16));
  put(out, 2, std::min(entries_, kMax16));
  put(out, 4, std::min<std::uint64_t>(directory_.size(), kMax32));
  put(out, 4, std::min(begin, kMax32));
  put(out, 2, comment_.size());
  sink_(out + comment_);
}

}  // namespace hn::cli
