#pragma once

#include "hn/base/codec.hpp"
#include "hn/object/tree.hpp"

// Values as they stand in trees and conflicts: hn-objects(5), section TREES.
namespace hn::object {

// The shortest encoding of a value: a mode and 20 bytes behind their length.
inline constexpr std::size_t kValueBytesMin = 1 + 1 + 20;

void put_value(Encoder& out, const Value& value);

// The value behind its mode byte, which is read already; fails the decoder where there is none.
Value get_value(Decoder& in, std::uint8_t mode) noexcept;

// What put_value can write and get_value gives back: a known mode, and of a submodule 20 or 32
// bytes, the rest zero.
bool is_value(const Value& value) noexcept;

}  // namespace hn::object
