#pragma once

#include <optional>

#include "hn/object/block.hpp"

// The form in which a block lies in a pack and travels over the wire (hn-store(5), FORMS).
namespace hn::store {

enum class Form : std::uint8_t {
  raw = 0,              // the plaintext
  zstd = 1,             // a zstd frame
  zstd_prefix = 2,      // a zstd frame with the plaintext of another block before it as prefix
  zstd_dictionary = 3,  // reserved: with a dictionary block; this version refuses it
};

std::optional<Form> form_from(std::uint8_t byte) noexcept;

// A block whose form needs its base, whose form needs its base, and so on, at most so often: what a
// read costs stays bounded.
inline constexpr unsigned kChainMax = 32;

struct Stored {
  object::Kind kind = object::Kind::chunk;
  Form form = Form::raw;
  std::optional<object::Address> base;  // exactly where form is zstd_prefix
  std::uint32_t plain_bytes = 0;        // length of the plaintext, at most object::kBlockBytesMax
  Bytes bytes;
};

}  // namespace hn::store
