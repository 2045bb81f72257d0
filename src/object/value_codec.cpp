// Values: hn-objects(5), section TREES.
#include "object/value_codec.hpp"

#include <algorithm>

namespace hn::object {

void put_value(Encoder& out, const Value& value) {
  HN_ASSERT(is_value(value));
  out.u8(static_cast<std::uint8_t>(value.mode));
  if (value.mode == Mode::submodule) out.u8(value.size);
  out.raw(ByteView(value.bytes).first(value.size));
}

Value get_value(Decoder& in, std::uint8_t mode) noexcept {
  Value value;
  if (mode < 1 || mode > 6) return in.fail(), value;
  value.mode = static_cast<Mode>(mode);
  if (value.mode == Mode::submodule) value.size = in.u8();
  if (value.size != 20 && value.size != 32) return in.fail(), value;
  const ByteView bytes = in.take(value.size);
  // Of a known length it is a few instructions, and almost all are.
  if (bytes.size() == value.bytes.size())
    std::copy_n(bytes.begin(), value.bytes.size(), value.bytes.begin());
  else
    std::ranges::copy(bytes, value.bytes.begin());
  return value;
}

bool is_value(const Value& value) noexcept {
  const auto mode = static_cast<std::uint8_t>(value.mode);
  if (mode < 1 || mode > 6) return false;
  if (value.size == 32) return true;
  return value.mode == Mode::submodule && value.size == 20 &&
         std::all_of(value.bytes.begin() + 20, value.bytes.end(), [](Byte b) { return b == 0; });
}

}  // namespace hn::object
