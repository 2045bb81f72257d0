// The encoding of hn-objects(5), section ENCODING.
#include "hn/base/codec.hpp"

#include <bit>
#include <cstring>

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

namespace {

struct ShortVarint {
  std::uint64_t value = 0;
  std::size_t bytes = 0;  // 0 where it is none
};

// One of up to nine bytes, which a time in nanoseconds takes, without a look at each. What is
// longer, has more bytes than it needs, or stands near the end is read byte by byte.
ShortVarint short_varint(ByteView in) {
  constexpr std::uint64_t kMore = 0x8080808080808080;
  if (std::endian::native != std::endian::little || in.size() < 9) return {};
  std::uint64_t w = 0;
  std::memcpy(&w, in.data(), sizeof w);
  const std::uint64_t ends = ~w & kMore;
  const auto bytes = static_cast<std::size_t>(ends == 0 ? 9 : std::countr_zero(ends) / 8 + 1);
  if (in[bytes - 1] == 0 || in[bytes - 1] >= 0x80) return {};
  if (bytes < 8) w &= (std::uint64_t{1} << (8 * bytes)) - 1;
  w &= ~kMore;
  // Pairs of 7 bits, of 14, and of 28 move together.
  w = (w & 0x007f007f007f007f) | ((w & 0x7f007f007f007f00) >> 1U);
  w = (w & 0x00003fff00003fff) | ((w & 0x3fff00003fff0000) >> 2U);
  w = (w & 0x000000000fffffff) | ((w & 0x0fffffff00000000) >> 4U);
  if (bytes == 9) w |= static_cast<std::uint64_t>(in[8]) << 56U;
  return {w, bytes};
}

}  // namespace

std::uint64_t Decoder::long_varint() noexcept {
  if (const ShortVarint read = short_varint(rest_); read.bytes != 0) {
    rest_ = rest_.subspan(read.bytes);
    return read.value;
  }
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
