// layer: object
#include "hn/object/commit.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto commit = hn::object::decode_commit(bytes);
  if (!commit) return 0;
  const auto again = hn::object::encode_commit(*commit);
  HN_ASSERT(again && hn::equal(*again, bytes));
  return 0;
}
