// layer: object
#include "hn/object/conflict.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto conflict = hn::object::decode_conflict(bytes);
  if (!conflict) return 0;
  HN_ASSERT(hn::equal(hn::object::encode_conflict(*conflict), bytes));
  return 0;
}
