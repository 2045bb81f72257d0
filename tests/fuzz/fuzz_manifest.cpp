// layer: log
#include "hn/log/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto node = hn::log::decode_manifest(bytes);
  if (node) HN_ASSERT(hn::equal(hn::log::encode_manifest(*node), bytes));
  return 0;
}
