// layer: object
#include "hn/object/tree.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto node = hn::object::decode_tree_node(bytes);
  if (!node) return 0;
  HN_ASSERT(hn::equal(hn::object::encode_tree_node(*node), bytes));
  return 0;
}
