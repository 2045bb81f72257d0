// The encoding of hn-objects(5), section ENCODING.
#include "hn/base/codec.hpp"

namespace hn {

Encoder& Encoder::u8(std::uint8_t v) {
  out_.push_back(v);
  return *this;
}

Encoder& Encoder::u16(std::uint16_t v) {
  for (int i = 0; i < 2; ++i) out_.push_back(static_cast<Byte>(v >> (8 * i)));
  return *this;
}

Encoder& Encoder::u32(std::uint32_t v) {
  for (int i = 0; i < 4; ++i) out_.push_back(static_cast<Byte>(v >> (8 * i)));
  return *this;
}

Encoder& Encoder::u64(std::uint64_t v) {
  for (int i = 0; i < 8; ++i) out_.push_back(static_cast<Byte>(v >> (8 * i)));
  return *this;
}

Encoder& Encoder::varint(std::uint64_t v) {
  while (v >= 0x80) {
    out_.push_back(static_cast<Byte>(v | 0x80));
    v >>= 7;
  }
  out_.push_back(static_cast<Byte>(v));
  return *this;
}

Encoder& Encoder::zigzag(std::int64_t v) {
  const auto u = static_cast<std::uint64_t>(v);
  return varint((u << 1) ^ (v < 0 ? ~std::uint64_t{0} : 0));
}

Encoder& Encoder::raw(ByteView bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return *this;
}

Encoder& Encoder::sized(ByteView bytes) {
  varint(bytes.size());
  return raw(bytes);
}

void Decoder::fail() noexcept {
  failed_ = true;
  rest_ = {};
}

ByteView Decoder::take(std::size_t n) noexcept {
  if (n > rest_.size()) {
    fail();
    return {};
  }
  const ByteView out = rest_.first(n);
  rest_ = rest_.subspan(n);
  return out;
}

std::uint8_t Decoder::u8() noexcept {
  const ByteView b = take(1);
  return b.empty() ? std::uint8_t{0} : b[0];
}

namespace {
template <class T>
T little_endian(ByteView b) noexcept {
  T v = 0;
  for (std::size_t i = 0; i < b.size(); ++i)
    v = static_cast<T>(v | (static_cast<T>(b[i]) << (8 * i)));
  return v;
}
}  // namespace

std::uint16_t Decoder::u16() noexcept {
  return little_endian<std::uint16_t>(take(2));
}
std::uint32_t Decoder::u32() noexcept {
  return little_endian<std::uint32_t>(take(4));
}
std::uint64_t Decoder::u64() noexcept {
  return little_endian<std::uint64_t>(take(8));
}

std::uint64_t Decoder::varint() noexcept {
  std::uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const Byte b = u8();
    if (failed_) return 0;
    if (shift == 63 && b > 1) break;  // over 64 bits
    if (b == 0 && shift != 0) break;  // a longer form than needed
    v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
    if ((b & 0x80) == 0) return v;
  }
  fail();
  return 0;
}

std::uint64_t Decoder::varint(std::uint64_t max) noexcept {
  const std::uint64_t v = varint();
  if (v <= max) return v;
  fail();
  return 0;
}

std::int64_t Decoder::zigzag() noexcept {
  const std::uint64_t u = varint();
  return static_cast<std::int64_t>((u >> 1) ^ (~(u & 1) + 1));
}

ByteView Decoder::sized(std::size_t max) noexcept {
  return take(varint(max));
}

Hash Decoder::hash() noexcept {
  Hash out{};
  const ByteView b = take(out.size());
  for (std::size_t i = 0; i < b.size(); ++i) out[i] = b[i];
  return out;
}

}  // namespace hn
