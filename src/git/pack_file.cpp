// Formats: gitformat-pack(5).
#include "git/pack_file.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "git/delta.hpp"
#include "git/hash.hpp"

namespace hn::git {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
// Of zlib, whose default takes a third longer for two hundredths less.
constexpr int kLevel = 3;
// Of libdeflate: as short as zlib's third, in six tenths of its time.
constexpr int kWholeLevel = 1;
constexpr std::size_t kDeflatedBytes = std::size_t{64} << 10;
// As git's own default (pack.depth): every reader follows that many.
constexpr std::uint32_t kDepthMax = 50;
// A delta costs its reader a base, so it has to be worth it.
constexpr std::size_t kDeltaMinBytes = 50;
constexpr std::uint64_t kShortOffsetMax = 0x7fffffff;

enum Entry : unsigned { commit = 1, tree = 2, blob = 3, tag = 4, offset_delta = 6 };

Entry entry_of(Type type) noexcept {
  switch (type) {
    case Type::commit:
      return commit;
    case Type::tree:
      return tree;
    case Type::tag:
      return tag;
    case Type::blob:
      break;
  }
  return blob;
}

void put_u32(Bytes& out, std::uint32_t n) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<Byte>(n >> shift));
}

void put_u64(Bytes& out, std::uint64_t n) {
  put_u32(out, static_cast<std::uint32_t>(n >> 32U));
  put_u32(out, static_cast<std::uint32_t>(n));
}

Bytes entry_head(Entry type, std::uint64_t bytes) {
  Bytes out;
  unsigned first = type << 4U | static_cast<unsigned>(bytes & 15U);
  bytes >>= 4U;
  while (bytes > 0) {
    out.push_back(static_cast<Byte>(first | 0x80U));
    first = static_cast<unsigned>(bytes & 0x7fU);
    bytes >>= 7U;
  }
  out.push_back(static_cast<Byte>(first));
  return out;
}

// How far back the base stands: seven bits a byte, the highest first, each step but the last minus
// one.
Bytes distance(std::uint64_t back) {
  Bytes out{static_cast<Byte>(back & 0x7fU)};
  for (back >>= 7U; back > 0; back >>= 7U) {
    --back;
    out.push_back(static_cast<Byte>(0x80U | (back & 0x7fU)));
  }
  std::ranges::reverse(out);
  return out;
}

// Of the first bytes of a file, in pieces: mapped, a long pack would count as memory.
Bytes checksum(const os::File& file, std::uint64_t bytes, std::uint8_t id_bytes) {
  GitHash hash(id_bytes);
  Bytes piece(kBufferBytes);
  for (std::uint64_t at = 0; at < bytes;) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes - at, piece.size()));
    if (file.read_at(at, std::span(piece).first(part)) != part)
      throw Failure(Code::io, "the new pack is shorter than it was written");
    hash.update(ByteView(piece).first(part));
    at += part;
  }
  const GitId sum = hash.finish();
  return to_bytes(ByteView(sum.bytes).first(sum.size));
}

// One of the columns of an index, written through a buffer.
class Column {
 public:
  Column(os::File& file, std::uint64_t at) : file_(file), at_(at) {}
  // Appends to this; flushed now and then.
  Bytes& out() {
    if (buffer_.size() >= kBufferBytes / 4) flush();
    return buffer_;
  }
  void flush() {
    file_.write_at(at_, buffer_);
    at_ += buffer_.size();
    buffer_.clear();
  }
  std::uint64_t end() const noexcept { return at_ + buffer_.size(); }

 private:
  os::File& file_;
  std::uint64_t at_;
  Bytes buffer_;
};

Bytes pack_head(std::size_t objects) {
  Bytes out = to_bytes(as_bytes(std::string_view("PACK")));
  put_u32(out, 2);
  put_u32(out, static_cast<std::uint32_t>(objects));
  return out;
}

}  // namespace

PackWriter::PackWriter(os::FileSystem& fs, std::string folder, const std::string& unique,
                       store::Scratch scratch)
    : fs_(fs),
      folder_(std::move(folder)),
      zlib_(std::make_unique<z_stream_s>()),
      whole_(libdeflate_alloc_compressor(kWholeLevel)),
      rows_(std::move(scratch)),
      deflated_(kDeflatedBytes) {
  pack_path_ = folder_ + "/tmp_pack_" + unique;
  index_path_ = folder_ + "/tmp_idx_" + unique;
  pack_ = fs_.open(pack_path_, os::Access::create_new);
  if (deflateInit(zlib_.get(), kLevel) != Z_OK || whole_ == nullptr)
    throw Failure(Code::io, "no memory to compress with");
  put(pack_head(0));
}

void PackWriter::FreeWhole::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

PackWriter::~PackWriter() {
  deflateEnd(zlib_.get());
  if (finished_) return;
  for (const std::string& path : {pack_path_, index_path_}) {
    try {
      if (fs_.stat(path)) fs_.remove(path);
    } catch (...) {
      // Nothing may leave a destructor, and git clears away what has such a name.
    }
  }
}

std::optional<PackWriter::Row> PackWriter::base_of(const Packed& object) const {
  if (!object.base || object.bytes.size() < kDeltaMinBytes) return std::nullopt;
  const auto base = rows_.find(*object.base);
  return base && base->depth < kDepthMax ? base : std::nullopt;
}

void PackWriter::add(const Packed& object) {
  HN_ASSERT(!finished_ && rows_.size() < UINT32_MAX);
  Row row{written_ + buffer_.size(), 0, 0};
  crc_ = static_cast<std::uint32_t>(crc32(0, nullptr, 0));
  const auto base = base_of(object);
  // Deflated text is about a third; a delta is deflated too, but what it inserts is all new.
  const auto delta =
      base ? make_delta(object.base_bytes, object.bytes, object.bytes.size() / 2) : std::nullopt;
  if (delta) {
    row.depth = base->depth + 1;
    put(entry_head(offset_delta, delta->size()));
    put(distance(row.offset - base->offset));
    put_deflated(*delta);
  } else {
    put(entry_head(entry_of(object.type), object.bytes.size()));
    put_deflated(object.bytes);
  }
  row.crc = crc_;
  keep(object.id, row);
}

void PackWriter::begin(Type type, const GitId& id, std::uint64_t bytes) {
  HN_ASSERT(!finished_ && !begun_ && rows_.size() < UINT32_MAX);
  begun_ = {id, Row{written_ + buffer_.size(), 0, 0}};
  crc_ = static_cast<std::uint32_t>(crc32(0, nullptr, 0));
  put(entry_head(entry_of(type), bytes));
  deflateReset(zlib_.get());
}

void PackWriter::more(ByteView piece) {
  deflate_part(piece, false);
}

void PackWriter::end() {
  deflate_part({}, true);
  begun_->second.crc = crc_;
  keep(begun_->first, begun_->second);
  begun_.reset();
}

void PackWriter::keep(const GitId& id, const Row& row) {
  const bool fresh = rows_.insert(id, row);
  HN_ASSERT(fresh);
  id_bytes_ = id.size;
}

void PackWriter::put(ByteView bytes) {
  crc_ = static_cast<std::uint32_t>(crc32_z(crc_, bytes.data(), bytes.size()));
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() >= kBufferBytes) flush();
}

void PackWriter::put_deflated(ByteView bytes) {
  const std::size_t room = libdeflate_zlib_compress_bound(whole_.get(), bytes.size());
  if (deflated_.size() < room) deflated_.resize(room);
  const std::size_t size = libdeflate_zlib_compress(whole_.get(), bytes.data(), bytes.size(),
                                                    deflated_.data(), deflated_.size());
  HN_ASSERT(size != 0);
  put(ByteView(deflated_).first(size));
}

void PackWriter::deflate_part(ByteView bytes, bool last) {
  int state = Z_OK;
  // In parts: zlib counts its input in 32 bits.
  do {
    const std::size_t part = std::min<std::size_t>(bytes.size(), std::size_t{1} << 30);
    zlib_->next_in = const_cast<Byte*>(bytes.data());
    zlib_->avail_in = static_cast<unsigned>(part);
    bytes = bytes.subspan(part);
    do {
      zlib_->next_out = deflated_.data();
      zlib_->avail_out = static_cast<unsigned>(deflated_.size());
      state = deflate(zlib_.get(), bytes.empty() && last ? Z_FINISH : Z_NO_FLUSH);
      HN_ASSERT(state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR);
      put(ByteView(deflated_).first(deflated_.size() - zlib_->avail_out));
    } while (zlib_->avail_out == 0);
  } while (last ? state != Z_STREAM_END : !bytes.empty());
}

void PackWriter::flush() {
  pack_->write_at(written_, buffer_);
  written_ += buffer_.size();
  buffer_.clear();
}

// The number of objects stands at the front and under the checksum, and is known at the end.
Bytes PackWriter::sealed_trailer() {
  flush();
  pack_->write_at(0, pack_head(rows_.size()));
  Bytes sum = checksum(*pack_, written_, id_bytes_);
  put(sum);
  flush();
  return sum;
}

// Column by column, since rows come in the order of ids. Returns its length.
std::uint64_t PackWriter::write_index(ByteView trailer) {
  const auto file = fs_.open(index_path_, os::Access::create_new);
  constexpr std::uint64_t kIdsAt = 8 + 256 * 4;
  Column ids(*file, kIdsAt);
  Column crcs(*file, kIdsAt + rows_.size() * id_bytes_);
  Column offsets(*file, kIdsAt + rows_.size() * (id_bytes_ + 4U));
  std::array<std::uint32_t, 256> counts{};
  Bytes far;
  rows_.visit([&](const GitId& id, const Row& row) {
    ++counts[id.bytes[0]];
    Bytes& out = ids.out();
    out.insert(out.end(), id.bytes.begin(), id.bytes.begin() + id.size);
    put_u32(crcs.out(), row.crc);
    if (row.offset <= kShortOffsetMax) {
      put_u32(offsets.out(), static_cast<std::uint32_t>(row.offset));
    } else {
      put_u32(offsets.out(), 0x80000000U | static_cast<std::uint32_t>(far.size() / 8));
      put_u64(far, row.offset);
    }
  });
  ids.flush();
  crcs.flush();
  offsets.flush();
  Column rest(*file, offsets.end());
  rest.out() = std::move(far);
  Bytes& tail = rest.out();
  tail.insert(tail.end(), trailer.begin(), trailer.end());
  rest.flush();
  Bytes head{0xff, 't', 'O', 'c'};
  put_u32(head, 2);
  std::uint32_t sum = 0;
  for (const std::uint32_t count : counts) put_u32(head, sum += count);
  file->write_at(0, head);
  const Bytes whole = checksum(*file, rest.end(), id_bytes_);
  file->write_at(rest.end(), whole);
  file->sync();
  return rest.end() + whole.size();
}

std::uint64_t PackWriter::finish() {
  const Bytes trailer = sealed_trailer();
  pack_->sync();
  const std::uint64_t index_bytes = write_index(trailer);
  // Readers look for the index: its name comes when that of the pack is safe.
  const std::string name = folder_ + "/pack-" + hn::to_hex(trailer);
  fs_.rename(pack_path_, name + ".pack");
  fs_.sync_folder(folder_);
  fs_.rename(index_path_, name + ".idx");
  fs_.sync_folder(folder_);
  finished_ = true;
  return written_ + index_bytes;
}

}  // namespace hn::git
