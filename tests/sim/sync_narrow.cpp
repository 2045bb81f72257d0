#include <doctest/doctest.h>

#include "sim/crowd.hpp"

// A commit of a few large blocks among peers whose uplinks are slow.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

CrowdShape thirty(double kbit) {
  CrowdShape shape;
  shape.peers = 30;
  shape.mbit = 1000;
  shape.uplink_mbit = kbit / 1000;
  shape.delay_min = milliseconds(4);
  shape.delay_max = milliseconds(6);
  shape.arrival = seconds(5);
  shape.first_known = 29;
  return shape;
}

TEST_CASE("while nothing happens thirty peers leave a slow uplink free") {
  for (const double kbit : {32.0, 16.0}) {
    CAPTURE(kbit);
    BigCrowd crowd(thirty(kbit), 971);
    const auto used = [&] {  // share of the uplink in the next 100 s
      crowd.bytes = 0;
      crowd.sim.run_for(seconds(100));
      return static_cast<double>(crowd.bytes) * 8 / 30 / 100 / (kbit * 1000);
    };
    const double arrival = used();
    const double idle = used();
    MESSAGE(kbit << " kbit/s: " << arrival * 100 << " % while they come, then " << idle * 100
                 << " %");
    CHECK(arrival < 0.75);
    CHECK(idle < 0.06);
    for (const auto& peer : crowd.peers) CHECK(peer->here() == 29);
  }
}

TEST_CASE("large blocks are passed on as soon as somebody has them") {
  constexpr std::size_t kBytes = 122'000;
  for (const double kbit : {128.0, 32.0}) {
    CAPTURE(kbit);
    BigCrowd crowd(thirty(kbit), 970);
    crowd.sim.run_for(seconds(200));
    crowd.bytes = 0;
    const Spread s = crowd.commit(0, kBytes, seconds(1000));
    REQUIRE(s.without == 0);
    const double one = kBytes * 8 / (kbit * 1000);  // seconds for one copy
    const double each = static_cast<double>(crowd.bytes) / 29 / kBytes;
    MESSAGE(kbit << " kbit/s: one copy " << one << " s, the first after " << s.times.front() / one
                 << " of that, the median " << s.at(0.5) / one << ", the last "
                 << s.times.back() / one << "; sent for each " << each << " copies");
    // Who have it double five times. Were all answered at once, half would wait for twelve.
    CHECK(s.at(0.5) < 6 * one);
    CHECK(s.times.back() < 7 * one);
    CHECK(each < 2.3);
  }
}

}  // namespace
}  // namespace hn::sim
