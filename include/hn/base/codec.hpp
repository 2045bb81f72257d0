#pragma once

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
class Decoder {
 public:
  explicit Decoder(ByteView in) noexcept : rest_(in) {}

  std::uint8_t u8() noexcept;
  std::uint16_t u16() noexcept;
  std::uint32_t u32() noexcept;
  std::uint64_t u64() noexcept;
  std::uint64_t varint() noexcept;                   // refuses non-minimal forms
  std::uint64_t varint(std::uint64_t max) noexcept;  // and values over max
  std::int64_t zigzag() noexcept;
  ByteView take(std::size_t n) noexcept;
  ByteView sized(std::size_t max) noexcept;
  Hash hash() noexcept;  // 32 bytes

  bool failed() const noexcept { return failed_; }
  // Everything was read and nothing was bad.
  bool done() const noexcept { return !failed_ && rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }
  void fail() noexcept;

 private:
  ByteView rest_;
  bool failed_ = false;
};

}  // namespace hn
