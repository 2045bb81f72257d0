#include <doctest/doctest.h>

#include "sim/transfer.hpp"

namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("IK connects in one round trip and both ends agree on keys and hash") {
  Pair p(1);
  INFO("seed ", p.sim.seed());
  p.sim.run_for(milliseconds(45));
  REQUIRE(p.connected_a);
  CHECK(p.connected_a->peer == p.b.endpoint().public_key());
  p.sim.run_for(milliseconds(25));
  REQUIRE(p.connected_b);
  CHECK(p.connected_b->peer == p.a.endpoint().public_key());
  CHECK(p.connected_a->handshake_hash == p.connected_b->handshake_hash);
  CHECK(p.connected_a->initiator);
  CHECK_FALSE(p.connected_b->initiator);
}

TEST_CASE("XX connects where only an address is known") {
  Pair p(2, wan(), {}, false);
  INFO("seed ", p.sim.seed());
  p.sim.run_for(milliseconds(100));
  REQUIRE(p.connected_a);
  REQUIRE(p.connected_b);
  CHECK(p.connected_a->peer == p.b.endpoint().public_key());
  CHECK(p.connected_b->peer == p.a.endpoint().public_key());
  CHECK(p.connected_a->handshake_hash == p.connected_b->handshake_hash);
}

TEST_CASE("a stream written before the handshake is done arrives") {
  Pair p(3);
  INFO("seed ", p.sim.seed());
  p.send(100'000);
  CHECK(p.sim.run_until([&] { return p.delivered == 1; }, seconds(5)));
  CHECK(p.received == 100'000);
  CHECK(p.wrong == 0);
  CHECK(p.ended == 1);
}

TEST_CASE("five megabytes arrive over a clean WAN") {
  Pair p(4);
  INFO("seed ", p.sim.seed());
  p.send(5'000'000);
  CHECK(p.sim.run_until([&] { return p.ended == 1; }, seconds(30)));
  CHECK(p.received == 5'000'000);
  CHECK(p.wrong == 0);
  MESSAGE("seconds: " << std::chrono::duration<double>(p.sim.now().since_start).count());
}

}  // namespace
}  // namespace hn::sim
