// layer: log
#include "hn/log/frontier.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes(data, size);
  const auto frontier = hn::log::decode_frontier(bytes);
  if (frontier) HN_ASSERT(hn::equal(hn::log::encode_frontier(*frontier), bytes));
  return 0;
}
