#include "net/path_history.hpp"

#include <doctest/doctest.h>

namespace hn::net {
namespace {

crypto::TransportKey peer(std::uint16_t n) {
  crypto::TransportKey key{};
  key.bytes[0] = static_cast<Byte>(n & 0xff);
  key.bytes[1] = static_cast<Byte>(n >> 8);
  return key;
}

TEST_CASE("what was seen of a path fades, and the last round trip holds") {
  PathHistory paths;
  CHECK(paths.of(peer(1)).round_trip == Duration{});
  paths.add(peer(1), {std::chrono::milliseconds(40), 160, 16});
  paths.add(peer(1), {std::chrono::milliseconds(90), 10, 0});
  CHECK(paths.of(peer(1)).round_trip == std::chrono::milliseconds(90));
  CHECK(paths.of(peer(1)).settled == 160);
  CHECK(paths.of(peer(1)).lost == 15);
  CHECK(paths.of(peer(2)).settled == 0);
}

TEST_CASE("of many peers those are forgotten that were met longest ago") {
  PathHistory paths;
  for (std::uint16_t n = 0; n < 1024; ++n) paths.add(peer(n), {std::chrono::seconds(1), 1, 0});
  paths.add(peer(0), {std::chrono::seconds(2), 1, 0});
  paths.add(peer(5000), {std::chrono::seconds(3), 1, 0});
  CHECK(paths.of(peer(0)).round_trip == std::chrono::seconds(2));
  CHECK(paths.of(peer(1)).round_trip == Duration{});
  CHECK(paths.of(peer(2)).round_trip == std::chrono::seconds(1));
  CHECK(paths.of(peer(5000)).round_trip == std::chrono::seconds(3));
}

}  // namespace
}  // namespace hn::net
