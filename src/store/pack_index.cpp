// Format: hn-store(5), INDEXES.
#include "store/pack_index.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "hn/base/checksum.hpp"
#include "hn/base/codec.hpp"
#include "hn/base/sorted_hashes.hpp"

namespace hn::store {
namespace {

constexpr std::string_view kMagic{"hn pidx\n", 8};
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kFanoutAt = 40;
constexpr std::size_t kRowsAt = kFanoutAt + 256 * 4;
constexpr std::size_t kAddressBytes = 32;
constexpr std::size_t kRowBytes = kAddressBytes + 8;

// How many begin with each byte, as how many begin with that or a lesser one.
class Fanout {
 public:
  void count(const object::Address& address) { ++counts_[address.bytes[0]]; }
  Bytes encode() const {
    Encoder out;
    std::uint32_t sum = 0;
    for (const std::uint32_t count : counts_) out.u32(sum += count);
    return std::move(out).take();
  }

 private:
  std::array<std::uint32_t, 256> counts_{};
};

Bytes encode_rows(std::span<const IndexRow> rows) {
  Encoder out;
  for (const auto& row : rows) out.raw(row.address.bytes);
  for (const auto& row : rows) out.u64(row.offset);
  return std::move(out).take();
}

std::uint64_t head_checksum(std::uint32_t count, std::uint64_t pack_bytes, std::uint64_t rows,
                            ByteView fanout) {
  Encoder out;
  out.u32(count).u64(pack_bytes).u64(rows).raw(fanout);
  return checksum(out.bytes());
}

Bytes encode_head(std::size_t rows, std::uint64_t pack_bytes, std::uint64_t body_checksum,
                  ByteView fanout) {
  const auto count = static_cast<std::uint32_t>(rows);
  Encoder out;
  out.raw(as_bytes(kMagic)).u32(kFormat).u32(count).u64(pack_bytes).u64(body_checksum);
  out.u64(head_checksum(count, pack_bytes, body_checksum, fanout)).raw(fanout);
  return std::move(out).take();
}

// Appends through a buffer.
class Appender {
 public:
  Appender(os::File& file, std::uint64_t at) : file_(file), at_(at) {}
  void raw(ByteView bytes) {
    buffer_.raw(bytes);
    if (buffer_.bytes().size() >= kBufferBytes) flush();
  }
  void flush() {
    const Bytes bytes = std::exchange(buffer_, {}).take();
    file_.write_at(at_, bytes);
    at_ += bytes.size();
    checksum_.update(bytes);
  }
  std::uint64_t checksum() const noexcept { return checksum_.finish(); }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
  os::File& file_;
  std::uint64_t at_;
  Encoder buffer_;
  Checksum checksum_;
};

// Of a hash, in the order of hashes: two of them differ in it but for one pair in 2^64.
std::uint64_t front_of(const Byte* hash) noexcept {
  std::uint64_t front = 0;
  for (std::size_t i = 0; i < 8; ++i) front = front << 8U | hash[i];
  return front;
}

}  // namespace

// The order of IndexRow puts the copy of least depth first among those of one address.
std::vector<IndexRow> sorted_unique(std::vector<IndexRow> rows) {
  std::sort(rows.begin(), rows.end());
  const auto same = [](const IndexRow& a, const IndexRow& b) { return a.address == b.address; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  return rows;
}

std::size_t encoded_index_bytes(std::size_t rows) noexcept {
  return kRowsAt + rows * kRowBytes;
}

Bytes encode_index(std::span<const IndexRow> rows, std::uint64_t pack_bytes) {
  Fanout fanout;
  for (const IndexRow& row : rows) fanout.count(row.address);
  const Bytes body = encode_rows(rows);
  Bytes out = encode_head(rows.size(), pack_bytes, checksum(body), fanout.encode());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

void write_index_rows(os::File& file, std::size_t rows, std::uint64_t pack_bytes,
                      const std::function<void(const VisitRow&)>& visit) {
  Fanout fanout;
  Appender out(file, kRowsAt);
  visit([&](const object::Address& address, std::uint64_t) {
    fanout.count(address);
    out.raw(address.bytes);
  });
  visit([&](const object::Address&, std::uint64_t offset) {
    Encoder number;
    out.raw(number.u64(offset).bytes());
  });
  out.flush();
  file.write_at(0, encode_head(rows, pack_bytes, out.checksum(), fanout.encode()));
}

Result<IndexView> IndexView::open(ByteView bytes, std::uint64_t pack_bytes) noexcept {
  Decoder in(bytes);
  const ByteView magic = in.take(kMagic.size());
  const std::uint32_t format = in.u32();
  const std::uint32_t count = in.u32();
  const std::uint64_t covered = in.u64();
  const std::uint64_t rows = in.u64();
  const std::uint64_t head = in.u64();
  const ByteView fanout = in.take(256 * 4);
  if (in.failed() || !equal(magic, as_bytes(kMagic))) return fail(Code::invalid, "not an index");
  if (format != kFormat) return fail(Code::unsupported, "format of an index");
  if (bytes.size() != kRowsAt + std::size_t{count} * kRowBytes) {
    return fail(Code::damaged, "size of an index");
  }
  if (head_checksum(count, covered, rows, fanout) != head) {
    return fail(Code::damaged, "checksum of an index");
  }
  if (covered != pack_bytes) return fail(Code::damaged, "index of another pack");
  const IndexView view(bytes, count);
  for (std::size_t i = 0; i < 256; ++i) {
    if (view.fanout(i) > count || (i > 0 && view.fanout(i) < view.fanout(i - 1))) {
      return fail(Code::damaged, "fanout of an index");
    }
  }
  if (view.fanout(255) != count) return fail(Code::damaged, "fanout of an index");
  return view;
}

Result<void> IndexView::check_rows() const noexcept {
  Decoder in(bytes_.subspan(24));
  if (checksum(bytes_.subspan(kRowsAt)) != in.u64()) {
    return fail(Code::damaged, "checksum of an index");
  }
  for (std::size_t i = 1; i < count_; ++i) {
    if (address(i) <= address(i - 1)) return fail(Code::damaged, "order of an index");
  }
  return {};
}

std::uint64_t IndexView::address_at(std::size_t row) noexcept {
  return kRowsAt + std::uint64_t{row} * kAddressBytes;
}

std::uint64_t IndexView::offset_at(std::size_t row) const noexcept {
  return kRowsAt + std::uint64_t{count_} * kAddressBytes + std::uint64_t{row} * 8;
}

ByteView IndexView::address_bytes(std::size_t i) const noexcept {
  return bytes_.subspan(address_at(i), kAddressBytes);
}

std::uint32_t IndexView::fanout(std::size_t first_byte) const noexcept {
  return Decoder(bytes_.subspan(kFanoutAt + 4 * first_byte, 4)).u32();
}

object::Address IndexView::address(std::size_t i) const noexcept {
  object::Address address;
  std::memcpy(address.bytes.data(), address_bytes(i).data(), kAddressBytes);
  return address;
}

std::uint64_t IndexView::offset(std::size_t i) const noexcept {
  return Decoder(bytes_.subspan(offset_at(i), 8)).u64();
}

IndexView::Guess IndexView::guess(const object::Address& address) const noexcept {
  const std::size_t first_byte = address.bytes[0];
  const std::size_t low = first_byte == 0 ? 0 : fanout(first_byte - 1);
  const std::size_t high = fanout(first_byte);
  return {low, high, likely_row(address.bytes, low, high)};
}

std::size_t IndexView::lower_bound(const object::Address& address) const noexcept {
  const std::size_t first_byte = address.bytes[0];
  const std::size_t low = first_byte == 0 ? 0 : fanout(first_byte - 1);
  const std::uint64_t front = front_of(address.bytes.data());
  return lower_bound_of_hash(address.bytes, low, fanout(first_byte), [&](std::size_t i) {
    const Byte* const row = address_bytes(i).data();
    const std::uint64_t row_front = front_of(row);
    if (row_front != front) return row_front < front;
    return std::memcmp(row, address.bytes.data(), kAddressBytes) < 0;
  });
}

std::optional<std::uint64_t> IndexView::find(const object::Address& address) const noexcept {
  const std::size_t at = lower_bound(address);
  if (at == count_ || !equal(address_bytes(at), address.bytes)) return std::nullopt;
  return offset(at);
}

}  // namespace hn::store
