#include <doctest/doctest.h>

#include <algorithm>

#include "sim/sync_host_node.hpp"

// One peer that many take from at once, over an uplink that is slow for all of them.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::MemorySyncHost;

struct Source {
  Source(std::uint64_t seed, std::size_t count, double uplink_mbit, double own_mbit = 100)
      : sim(seed_of_run(seed)),
        genesis(MemorySyncHost::genesis("seed")),
        source(sim, "seed", genesis.id) {
    source.store.learn(genesis);
    sim.set_uplink(source.host(), uplink_mbit * 1e6, 100'000);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = "new" + std::to_string(i);
      source.store.grant(name);
      takers.push_back(std::make_unique<SyncMachine>(sim, name, genesis.id));
      sim.link(source.host(), takers.back()->host(), path(own_mbit, milliseconds(20)));
    }
  }
  void publish(std::size_t blocks, std::size_t bytes) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < blocks; ++i) {
      std::string s(bytes, '\0');
      sim.random().fill({reinterpret_cast<Byte*>(s.data()), s.size()});
      out.push_back(std::move(s));
    }
    source.store.publish(out);
  }
  double now() const { return std::chrono::duration<double>(sim.now().since_start).count(); }
  // Seconds until each has everything; those that did not have no entry.
  std::map<std::size_t, double> clone(Duration limit) {
    for (const auto& t : takers) t->sync(source);
    std::map<std::size_t, double> done;
    sim.run_until(
        [&] {
          for (std::size_t i = 0; i < takers.size(); ++i)
            if (!done.contains(i) && takers[i]->store.holds_all_of(source.store)) done[i] = now();
          return done.size() == takers.size();
        },
        limit);
    return done;
  }

  Simulator sim;
  log::SignedEntry genesis;
  SyncMachine source;
  std::vector<std::unique_ptr<SyncMachine>> takers;
};

TEST_CASE("of many that take at once few are answered at a time") {
  constexpr std::size_t kTakers = 30;
  Source s(950, kTakers, 10);
  s.publish(24, 64'000);
  const double one = 24 * 64'000 * 8 / 10e6;  // seconds for one copy
  const auto done = s.clone(seconds(200));
  REQUIRE(done.size() == kTakers);
  std::vector<double> times;
  for (const auto& [taker, t] : done) times.push_back(t);
  std::ranges::sort(times);
  MESSAGE("one copy " << one << " s; the first after " << times.front() << " s, the median "
                      << times[kTakers / 2] << " s, the last " << times.back());
  std::size_t failed = 0;
  for (const auto& t : s.takers) failed += t->failed.size();
  CHECK(failed == 0);
  // Were all of them answered at the same time, all would be done at the end.
  CHECK(times.front() < 0.33 * one * kTakers);
  CHECK(times[7] < 0.8 * one * kTakers);
  CHECK(times.back() < 1.15 * one * kTakers);
}

// A silence of some length would end the session, and the command behind it.
TEST_CASE("who waits for a turn is told so") {
  constexpr std::size_t kTakers = 32;
  Source s(954, kTakers, 2);
  s.publish(16, 64'000);
  CHECK(s.clone(seconds(600)).size() == kTakers);
  std::size_t failed = 0;
  std::uint64_t waits = 0;
  for (const auto& t : s.takers) {
    failed += t->failed.size();
    for (const auto& [id, progress] : t->progress) waits += progress.waits;
  }
  MESSAGE("all after " << s.now() << " s; told to wait " << waits << " times");
  CHECK(failed == 0);
  // Three of four wait, and are told again after 8 s of each turn of 10 s.
  CHECK(waits > 2 * kTakers);
}

TEST_CASE("peers whose own links are slow do not wait for each other for long") {
  Source s(953, 32, 100, 1);
  s.publish(100, 64'000);
  const double one = 100 * 64'000 * 8 / 1e6;
  const auto done = s.clone(seconds(400));
  REQUIRE(done.size() == 32);
  double last = 0;
  for (const auto& [taker, t] : done) last = std::max(last, t);
  MESSAGE("one copy " << one << " s; the last after " << last << " s");
  CHECK(last < 2 * one);
}

TEST_CASE("who gave is answered before who only takes") {
  constexpr std::size_t kTakers = 24;
  Source s(951, kTakers, 10);
  s.publish(64, 64'000);
  for (std::size_t i = 0; i < 6; ++i)
    s.source.store.exchanged[s.takers[kTakers - 1 - i]->node().public_key()] = {20'000'000, 0};
  const auto done = s.clone(seconds(400));
  REQUIRE(done.size() == kTakers);
  double gave = 0, only_took = 0;
  for (const auto& [taker, t] : done) (taker >= kTakers - 6 ? gave : only_took) += t;
  MESSAGE("who gave: " << gave / 6 << " s in the mean, the others " << only_took / (kTakers - 6));
  CHECK(gave / 6 < 0.65 * only_took / (kTakers - 6));
}

TEST_CASE("who takes little does not wait for a turn") {
  constexpr std::size_t kTakers = 16;
  Source s(952, kTakers, 10);
  s.publish(128, 64'000);
  for (const auto& t : s.takers) t->sync(s.source);
  s.sim.run_for(seconds(15));
  // A newcomer to another repository of the same device.
  const log::SignedEntry genesis = MemorySyncHost::genesis("seed2");
  MemorySyncHost small("seed2", genesis.id);
  small.learn(genesis);
  small.grant("dora");
  small.publish({std::string(40'000, 'x')});
  s.source.node().add_host(small);
  SyncMachine dora(s.sim, "dora", genesis.id);
  s.sim.link(s.source.host(), dora.host(), path(100, milliseconds(20)));
  const double begun = s.now();
  const net::SyncId id = dora.sync(s.source);
  CHECK(s.sim.run_until([&] { return dora.agreed(id); }, seconds(60)));
  MESSAGE("beside " << kTakers << " clones: " << s.now() - begun << " s");
  CHECK(s.now() - begun < 3);
  CHECK(s.sim.run_until(
      [&] {
        return std::ranges::all_of(
            s.takers, [&](const auto& t) { return t->store.holds_all_of(s.source.store); });
      },
      seconds(400)));
  s.source.node().remove_host(small);
}

}  // namespace
}  // namespace hn::sim
