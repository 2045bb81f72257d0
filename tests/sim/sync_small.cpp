#include <doctest/doctest.h>

#include <algorithm>

#include "sim/sync_host_node.hpp"

// What one small commit costs between two peers that are in step.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::MemorySyncHost;

constexpr std::uint64_t kHeaders = 28;  // IPv4 and UDP
constexpr milliseconds kWay{20};        // so a round trip takes 40 ms

std::string text(Random& random, std::size_t size) {
  std::string s(size, '\0');
  random.fill({reinterpret_cast<Byte*>(s.data()), s.size()});
  return s;
}

struct Costs {
  std::vector<double> round_trips;  // until the other end has verified entry and blocks, sorted
  std::vector<double> agreed;       // until the caller knows that both agree, sorted
  std::vector<double> bytes;        // both ways, until both ends agree, sorted
  double median() const { return round_trips[round_trips.size() / 2]; }
};

// A commit, a folder and a file of `size` each time, as a user makes them: `count` in one session.
Costs small_commits(double loss, int count, std::size_t size) {
  Simulator sim(seed_of_run(static_cast<std::uint64_t>(700 + loss * 100)));
  const log::SignedEntry genesis = MemorySyncHost::genesis("anna");
  SyncMachine anna(sim, "anna", genesis.id);
  SyncMachine bert(sim, "bert", genesis.id);
  anna.store.learn(genesis);
  anna.store.grant("bert");
  sim.link(anna.host(), bert.host(), path(20, kWay).with_loss(loss));
  anna.store.publish({text(sim.random(), 5000)});
  const net::SyncId id = bert.sync(anna);
  REQUIRE(sim.run_until([&] { return bert.agreed(id); }, seconds(60)));
  sim.run_for(seconds(2));
  std::uint64_t bytes = 0;
  sim.tap = [&](HostId, const PeerAddress&, const Datagram& datagram) {
    bytes += datagram.bytes.size() + kHeaders;
    return true;
  };
  Costs out;
  for (int i = 0; i < count; ++i) {
    bytes = 0;
    const std::vector<std::string> blocks{text(sim.random(), 180), text(sim.random(), 120),
                                          text(sim.random(), size)};
    const Time begun = sim.now();
    anna.store.publish(blocks);
    anna.changed();
    const auto here = [&] {
      return bert.store.view().size() == anna.store.view().size() &&
             std::ranges::all_of(blocks, [&](const auto& b) { return bert.store.holds(b); });
    };
    CHECK(sim.run_until(here, seconds(60)));
    out.round_trips.push_back(std::chrono::duration<double>(sim.now() - begun) / (2 * kWay));
    bert.settled.clear();
    sim.run_for(seconds(3));
    out.bytes.push_back(static_cast<double>(bytes));
    CHECK(bert.store.view().digest() == anna.store.view().digest());
  }
  CHECK(anna.strikes + bert.strikes == 0);
  std::ranges::sort(out.round_trips);
  std::ranges::sort(out.bytes);
  return out;
}

TEST_CASE("a small commit is with an open peer before a round trip is over") {
  // At a fifth of loss what is not acknowledged at once goes out twice.
  struct Expected {
    double loss, median, bytes;
  };
  for (const Expected& e :
       {Expected{0, 0.6, 2500}, {0.01, 0.6, 2500}, {0.05, 0.6, 3000}, {0.2, 1, 7500}}) {
    CAPTURE(e.loss);
    const Costs costs = small_commits(e.loss, 200, 400);
    MESSAGE("loss " << e.loss << ": median " << costs.median() << " round trips, 90 % "
                    << costs.round_trips[180] << ", worst " << costs.round_trips.back() << "; "
                    << costs.bytes[100] << " bytes, worst " << costs.bytes.back());
    CHECK(costs.median() <= e.median);
    CHECK(costs.bytes[100] < e.bytes);
  }
}

// The same between peers that are in step, where each commit begins with a call: of who has the
// news (`push`), or of who wants it.
Costs called_commits(double loss, bool push, int count) {
  Costs out;
  Simulator sim(seed_of_run(static_cast<std::uint64_t>(800 + loss * 100)));
  const log::SignedEntry genesis = MemorySyncHost::genesis("anna");
  SyncMachine anna(sim, "anna", genesis.id);
  SyncMachine bert(sim, "bert", genesis.id);
  anna.store.learn(genesis);
  anna.store.grant("bert");
  sim.link(anna.host(), bert.host(), path(20, kWay).with_loss(loss));
  anna.store.publish({text(sim.random(), 5000)});
  net::SyncId id = bert.sync(anna);
  REQUIRE(sim.run_until([&] { return bert.agreed(id); }, seconds(60)));
  bert.end(id);
  sim.run_for(seconds(5));
  std::uint64_t bytes = 0;
  sim.tap = [&](HostId, const PeerAddress&, const Datagram& datagram) {
    bytes += datagram.bytes.size() + kHeaders;
    return true;
  };
  for (int i = 0; i < count; ++i) {
    const std::vector<std::string> blocks{text(sim.random(), 180), text(sim.random(), 120),
                                          text(sim.random(), 400)};
    anna.store.publish(blocks);
    bytes = 0;
    const Time begun = sim.now();
    SyncMachine& caller = push ? anna : bert;
    id = caller.sync(push ? bert : anna);
    const auto here = [&] {
      return bert.store.view().size() == anna.store.view().size() &&
             std::ranges::all_of(blocks, [&](const auto& b) { return bert.store.holds(b); });
    };
    CHECK(sim.run_until(here, seconds(60)));
    out.round_trips.push_back(std::chrono::duration<double>(sim.now() - begun) / (2 * kWay));
    CHECK(sim.run_until([&] { return caller.agreed(id); }, seconds(60)));
    out.agreed.push_back(std::chrono::duration<double>(sim.now() - begun) / (2 * kWay));
    out.bytes.push_back(static_cast<double>(bytes));
    caller.end(id);
    sim.run_for(seconds(5));
  }
  CHECK(anna.strikes + bert.strikes == 0);
  std::ranges::sort(out.round_trips);
  std::ranges::sort(out.agreed);
  std::ranges::sort(out.bytes);
  return out;
}

// What comes along in further packets is not asked for when the first is here.
TEST_CASE("a commit of several packets is there as soon") {
  const Costs costs = small_commits(0, 20, 9000);
  MESSAGE("9,000 bytes: median " << costs.median() << " round trips, worst "
                                 << costs.round_trips.back() << "; " << costs.bytes[10]
                                 << " bytes");
  CHECK(costs.round_trips.back() < 0.75);
  CHECK(costs.bytes.back() < 13'000);
}

TEST_CASE("a small commit that begins with a call is there in few round trips") {
  struct Expected {
    bool push;
    double loss, median, bytes;
  };
  for (const Expected& e : {Expected{true, 0, 2.6, 4200},
                            {true, 0.01, 2.6, 4200},
                            {true, 0.05, 2.6, 4500},
                            {true, 0.2, 4, 9500},
                            {false, 0, 2.1, 4300},
                            {false, 0.01, 2.1, 4300},
                            {false, 0.05, 2.1, 4600},
                            {false, 0.2, 3, 9500}}) {
    CAPTURE(e.push);
    CAPTURE(e.loss);
    const Costs costs = called_commits(e.loss, e.push, 200);
    MESSAGE((e.push ? "push" : "pull")
            << ", loss " << e.loss << ": median " << costs.median() << " round trips, 90 % "
            << costs.round_trips[180] << ", worst " << costs.round_trips.back() << "; agreed after "
            << costs.agreed[100] << ", 90 % " << costs.agreed[180] << "; " << costs.bytes[100]
            << " bytes");
    CHECK(costs.median() <= e.median);
    CHECK(costs.bytes[100] < e.bytes);
  }
}

}  // namespace
}  // namespace hn::sim
