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

// Two that are in step, on a path that loses packets.
struct Pair {
  Pair(std::uint64_t seed, double loss)
      : sim(seed_of_run(seed)),
        genesis(MemorySyncHost::genesis("anna")),
        anna(sim, "anna", genesis.id),
        bert(sim, "bert", genesis.id) {
    anna.store.learn(genesis);
    anna.store.grant("bert");
    sim.link(anna.host(), bert.host(), path(20, kWay).with_loss(loss));
    anna.store.publish({text(sim.random(), 5000)});
    id = bert.sync(anna);
    REQUIRE(sim.run_until([&] { return bert.agreed(id); }, seconds(60)));
    sim.tap = [this](HostId, const PeerAddress&, const Datagram& datagram) {
      bytes += datagram.bytes.size() + kHeaders;
      return true;
    };
  }
  // A commit, a folder and a file of `size`, as a user makes them.
  void commit(std::size_t size) {
    blocks = {text(sim.random(), 180), text(sim.random(), 120), text(sim.random(), size)};
    anna.store.publish(blocks);
    bytes = 0;
    begun = sim.now();
  }
  // Bert has verified the entry and all blocks.
  bool here() const {
    return bert.store.view().size() == anna.store.view().size() &&
           std::ranges::all_of(blocks, [&](const auto& b) { return bert.store.holds(b); });
  }
  double round_trips() const {
    return std::chrono::duration<double>(sim.now() - begun) / (2 * kWay);
  }

  Simulator sim;
  log::SignedEntry genesis;
  SyncMachine anna, bert;
  net::SyncId id;
  std::uint64_t bytes = 0;  // since the last commit
  std::vector<std::string> blocks;
  Time begun;
};

// So many commits in one session.
Costs small_commits(double loss, int count, std::size_t size) {
  Pair p(static_cast<std::uint64_t>(700 + loss * 100), loss);
  p.sim.run_for(seconds(2));
  Costs out;
  for (int i = 0; i < count; ++i) {
    p.commit(size);
    p.anna.changed();
    CHECK(p.sim.run_until([&] { return p.here(); }, seconds(60)));
    out.round_trips.push_back(p.round_trips());
    p.sim.run_for(seconds(3));
    out.bytes.push_back(static_cast<double>(p.bytes));
    CHECK(p.bert.store.view().digest() == p.anna.store.view().digest());
  }
  CHECK(p.anna.strikes + p.bert.strikes == 0);
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

// Each begins with a call: of who has the news (`push`), or of who wants it.
Costs called_commits(double loss, bool push, int count) {
  Pair p(static_cast<std::uint64_t>(800 + loss * 100), loss);
  p.bert.end(p.id);
  p.sim.run_for(seconds(5));
  SyncMachine& caller = push ? p.anna : p.bert;
  Costs out;
  for (int i = 0; i < count; ++i) {
    p.commit(400);
    const net::SyncId id = caller.sync(push ? p.bert : p.anna);
    CHECK(p.sim.run_until([&] { return p.here(); }, seconds(60)));
    out.round_trips.push_back(p.round_trips());
    CHECK(p.sim.run_until([&] { return caller.agreed(id); }, seconds(60)));
    out.agreed.push_back(p.round_trips());
    out.bytes.push_back(static_cast<double>(p.bytes));
    caller.end(id);
    p.sim.run_for(seconds(5));
  }
  CHECK(p.anna.strikes + p.bert.strikes == 0);
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
  for (const Expected& e : {Expected{true, 0, 2.6, 3000},
                            {true, 0.01, 2.6, 3000},
                            {true, 0.05, 2.6, 3200},
                            {true, 0.2, 4, 7000},
                            {false, 0, 2.1, 3000},
                            {false, 0.01, 2.1, 3000},
                            {false, 0.05, 2.1, 3200},
                            {false, 0.2, 3, 7000}}) {
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
