#include <doctest/doctest.h>

#include "hn/base/text.hpp"
#include "hn/net/beacon.hpp"
#include "support/keys.hpp"

using namespace hn;
using hn::testing::key_of;

namespace {

class Counting final : public Random {
 public:
  void fill(std::span<Byte> out) override {
    for (Byte& b : out) b = next_++;
  }

 private:
  Byte next_ = 0;
};

}  // namespace

TEST_CASE("a beacon is its maker's, to those who know the key") {
  Counting random;
  const net::Beacon beacon = net::make_beacon(key_of(7), 4697, true, random);
  const net::Beacon another = net::make_beacon(key_of(7), 4697, true, random);
  CHECK(net::is_beacon_of(beacon, key_of(7)));
  CHECK(net::is_beacon_of(another, key_of(7)));
  CHECK(!net::is_beacon_of(beacon, key_of(8)));
  CHECK(beacon.mark != another.mark);
  const auto decoded = net::decode_beacon(net::encode(beacon));
  REQUIRE(decoded);
  CHECK(*decoded == beacon);
}

TEST_CASE("the bytes of a beacon, hn-protocol(7)") {
  Counting random;
  const Bytes bytes = net::encode(net::make_beacon(key_of(7), 0x1234, true, random));
  CHECK(bytes.size() == net::kBeaconBytes);
  CHECK(to_hex(bytes) ==
        "686e20626561630a"
        "00"
        "01"
        "3412"
        "000102030405060708090a0b0c0d0e0f"
        "47c9917a69cd47e3cc2d0f90bf6da4b8");
}

TEST_CASE("no other bytes are a beacon") {
  Counting random;
  const Bytes good = net::encode(net::make_beacon(key_of(7), 4697, false, random));
  for (std::size_t n = 0; n < good.size(); ++n) CHECK(!net::decode_beacon(ByteView(good).first(n)));
  Bytes bad = good;
  bad.push_back(0);
  CHECK(!net::decode_beacon(bad));
  for (std::size_t at = 0; at < 10; ++at) {
    bad = good;
    bad[at] ^= 0x40;
    CHECK(!net::decode_beacon(bad));
  }
  bad = good;
  bad[10] = bad[11] = 0;  // the port
  CHECK(!net::decode_beacon(bad));
}
