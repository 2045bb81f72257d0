// layer: net
#include "hn/net/beacon.hpp"

// A beacon has one spelling.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hn::ByteView bytes{data, size};
  const auto beacon = hn::net::decode_beacon(bytes);
  if (beacon) HN_ASSERT(hn::equal(hn::net::encode(*beacon), bytes));
  return 0;
}
