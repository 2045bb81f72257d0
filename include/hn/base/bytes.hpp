#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Bytes and text. Base is the vocabulary of every layer and therefore lives in namespace hn itself.
namespace hn {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;

// 32 bytes as they come out of a hash. Above crypto they are always wrapped in a strong type.
using Hash = std::array<Byte, 32>;

// The bytes of `text`, valid as long as `text` is.
inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

// The bytes as text, unchecked and unescaped, valid as long as `bytes` are.
inline std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}
inline std::string to_string(ByteView bytes) {
  return std::string(as_text(bytes));
}

// Lexicographic order of unsigned bytes, the only order of names and ids in hn.
inline bool less(ByteView a, ByteView b) noexcept {
  return as_text(a) < as_text(b);
}
inline bool equal(ByteView a, ByteView b) noexcept {
  return as_text(a) == as_text(b);
}

}  // namespace hn
