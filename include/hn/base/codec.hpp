#pragma once

#include <algorithm>
#include <cstdint>

#include "hn/base/bytes.hpp"

// The primitives of every canonical encoding: little-endian fixed integers, minimal LEB128
// varints, and byte strings behind a varint length (hn-objects(5), ENCODING).
namespace hn {

class Encoder {
 public:
  Encoder& u8(std::uint8_t v);
  Encoder& u16(std::uint16_t v);
  Encoder& u32(std::uint32_t v);
  Encoder& u64(std::uint64_t v);
  Encoder& varint(std::uint64_t v);
  Encoder& zigzag(std::int64_t v);  // as varint of (v << 1) ^ (v >> 63)
  Encoder& raw(ByteView bytes);     // the bytes alone
  Encoder& sized(ByteView bytes);   // varint length, then the bytes
  Encoder& sized(std::string_view s) { return sized(as_bytes(s)); }

  const Bytes& bytes() const noexcept { return out_; }
  std::size_t size() const noexcept { return out_.size(); }
  Bytes take() && noexcept { return std::move(out_); }

 private:
  Bytes out_;
};

// Reads what Encoder wrote, and nothing else. Failure is sticky: after the first bad field every
// read gives zero or empty bytes and failed() is true, so a decoder checks once at its end. Views
// returned by take() and sized() point into the input. Total: never throws, never allocates.
// Inline, as an index of a large working tree is a million fields.
class Decoder {
 public:
  explicit Decoder(ByteView in) noexcept : rest_(in) {}

  std::uint8_t u8() noexcept {
    if (rest_.empty()) return fail(), std::uint8_t{0};
    const Byte byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::uint16_t u16() noexcept { return little_endian<std::uint16_t>(); }
  std::uint32_t u32() noexcept { return little_endian<std::uint32_t>(); }
  std::uint64_t u64() noexcept { return little_endian<std::uint64_t>(); }
  // Refuses non-minimal forms.
  std::uint64_t varint() noexcept {
    if (!rest_.empty() && rest_.front() < 0x80) return u8();
    return long_varint();
  }
  std::uint64_t varint(std::uint64_t max) noexcept {  // and values over max
    const std::uint64_t v = varint();
    return v <= max ? v : (fail(), 0);
  }
  std::int64_t zigzag() noexcept {
    const std::uint64_t u = varint();
    return static_cast<std::int64_t>((u >> 1) ^ (~(u & 1) + 1));
  }
  ByteView take(std::size_t n) noexcept {
    if (n > rest_.size()) return fail(), ByteView();
    const ByteView out = rest_.first(n);
    rest_ = rest_.subspan(n);
    return out;
  }
  ByteView sized(std::size_t max) noexcept { return take(varint(max)); }
  Hash hash() noexcept {  // 32 bytes
    Hash out{};
    const ByteView bytes = take(out.size());
    if (!bytes.empty()) std::copy_n(bytes.begin(), out.size(), out.begin());
    return out;
  }

  bool failed() const noexcept { return failed_; }
  // Everything was read and nothing was bad.
  bool done() const noexcept { return !failed_ && rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }
  void fail() noexcept {
    failed_ = true;
    rest_ = {};
  }

 private:
  template <class T>
  T little_endian() noexcept {
    T value = 0;
    const ByteView bytes = take(sizeof(T));
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value = static_cast<T>(value | (static_cast<T>(bytes[i]) << (8 * i)));
    return value;
  }
  std::uint64_t long_varint() noexcept;

  ByteView rest_;
  bool failed_ = false;
};

}  // namespace hn
