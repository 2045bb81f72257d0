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

std::uint64_t Decoder::long_varint() noexcept {
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

}  // namespace hn
