// layer: object
#include "hn/object/commit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto tag = hn::object::decode_tag(bytes);
  if (!tag) return 0;
  const auto again = hn::object::encode_tag(*tag);
  HN_ASSERT(again && hn::equal(*again, bytes));
  return 0;
}
