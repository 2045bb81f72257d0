#include <doctest/doctest.h>

#include <algorithm>

#include "sim/sync_host_node.hpp"

// Repositories over the real transport and a bad network.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::MemorySyncHost;

std::vector<std::string> chunks(Random& random, std::size_t count, std::size_t size) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string s(size / 2 + random.below(size), '\0');
    random.fill({reinterpret_cast<Byte*>(s.data()), s.size()});
    out.push_back(std::move(s));
  }
  return out;
}

struct World {
  explicit World(std::uint64_t seed)
      : sim(seed_of_run(seed)),
        genesis(MemorySyncHost::genesis("anna")),
        anna(sim, "anna", genesis.id),
        bert(sim, "bert", genesis.id),
        carl(sim, "carl", genesis.id) {
    anna.store.learn(genesis);
    anna.store.grant("bert");
    anna.store.grant("carl");
  }
  void link_all(const Path& p) {
    sim.link(anna.host(), bert.host(), p);
    sim.link(anna.host(), carl.host(), p);
    sim.link(bert.host(), carl.host(), p);
  }
  double now() const { return std::chrono::duration<double>(sim.now().since_start).count(); }
  bool same() {
    return anna.store.view().digest() == bert.store.view().digest() &&
           anna.store.state_digest() == bert.store.state_digest();
  }

  Simulator sim;
  log::SignedEntry genesis;
  SyncMachine anna, bert, carl;
};

TEST_CASE("a clone comes through loss, duplicates and reordering") {
  for (const double loss : {0.0, 0.1, 0.3}) {
    CAPTURE(loss);
    World w(static_cast<std::uint64_t>(11 + loss * 100));
    Path p = path(20, milliseconds(20)).with_loss(loss);
    p.duplicate = 0.05;
    p.jitter = milliseconds(10);
    w.link_all(p);
    w.anna.store.publish(chunks(w.sim.random(), 60, 30'000));
    const net::SyncId id = w.bert.sync(w.anna);
    CHECK(w.sim.run_until([&] { return w.bert.agreed(id); }, seconds(60)));
    MESSAGE("loss " << loss << ": " << w.bert.progress[id].bytes_in << " bytes in " << w.now()
                    << " s");
    CHECK(w.same());
    CHECK(w.bert.strikes + w.anna.strikes == 0);
    CHECK(w.bert.store.written_twice == 0);
  }
}

TEST_CASE("a clone takes a fixed number of round trips and the bytes") {
  World w(21);
  w.link_all(path(100, milliseconds(150)));  // 300 ms there and back
  for (int i = 0; i < 40; ++i) w.anna.store.publish(chunks(w.sim.random(), 4, 1000));
  const net::SyncId id = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.agreed(id); }, seconds(30)));
  MESSAGE("40 publishes at 300 ms: " << w.now() << " s");
  // The handshake, hello and log, manifests, blocks, State: five round trips; the rest is what the
  // transport takes to find the path's rate. One by one, 40 manifests would take 24 s.
  CHECK(w.now() < 3.5);
}

TEST_CASE("the pipe does not idle while a large clone comes") {
  World w(22);
  w.link_all(path(20, milliseconds(50)));
  w.anna.store.publish(chunks(w.sim.random(), 200, 100'000));
  const net::SyncId id = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.agreed(id); }, seconds(60)));
  const double share = static_cast<double>(w.bert.progress[id].bytes_in) * 8 / 20e6 / w.now();
  MESSAGE("share of the link: " << share);
  CHECK(share > 0.7);
}

// A look into the indexes of a large store is dear: each block is worth a few, however often what
// came is made durable.
TEST_CASE("a clone looks for each block a few times") {
  World w(24);
  w.link_all(path(20, milliseconds(20)));
  constexpr std::size_t kBlocks = 3000;
  w.anna.store.publish(chunks(w.sim.random(), kBlocks, 4000));
  const net::SyncId id = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.agreed(id); }, seconds(60)));
  MESSAGE(w.bert.store.looked_for << " looks for " << kBlocks << " blocks");
  CHECK(w.bert.store.looked_for < 4 * kBlocks);
}

// What the receiver asks for opens streams of its own, whose windows are wider.
TEST_CASE("a clone keeps to a limit of the one who asks, however low") {
  struct Case {
    std::uint64_t rate;
    std::size_t blocks;
  };
  for (const Case& c : {Case{200'000, 60}, Case{1024, 1}}) {
    CAPTURE(c.rate);
    World w(23);
    w.link_all(wan());
    w.bert.node().limit(w.sim.now(), {c.rate, {}});
    w.anna.store.publish(chunks(w.sim.random(), c.blocks, 40'000));
    const net::SyncId id = w.bert.sync(w.anna);
    CHECK(w.sim.run_until([&] { return w.bert.agreed(id); }, seconds(300)));
    const auto bytes = static_cast<double>(w.sim.traffic(w.anna.host(), w.bert.host()).bytes);
    const auto rate = static_cast<double>(c.rate);
    MESSAGE("limit " << c.rate << ": " << bytes << " bytes in " << w.now() << " s");
    // A window's worth may come at once; headers and ACKs are not asked for.
    CHECK(bytes <= rate * w.now() * 1.15 + std::max(2 * rate, 16384.0) + 8000);
    CHECK(bytes >= rate * w.now() * 0.85);
    CHECK(w.same());
  }
}

TEST_CASE("both ends' work crosses in one session at a fifth of loss") {
  World w(31);
  w.link_all(wan().with_loss(0.2));
  const net::SyncId first = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.agreed(first); }, seconds(20)));
  w.bert.end(first);
  w.sim.run_for(seconds(5));
  CHECK(w.anna.ended == 1);
  w.anna.store.publish(chunks(w.sim.random(), 20, 20'000));
  w.bert.store.publish(chunks(w.sim.random(), 20, 20'000));
  const net::SyncId second = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.agreed(second); }, seconds(40)));
  CHECK(w.same());
}

// Seconds that each of many syncs of one small commit takes, sorted.
std::vector<double> small_syncs(const Path& p, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) {
    World w(100 + static_cast<std::uint64_t>(i));
    w.link_all(path(20, milliseconds(20)));
    w.anna.store.publish(chunks(w.sim.random(), 20, 2'000));
    const net::SyncId first = w.bert.sync(w.anna);
    REQUIRE(w.sim.run_until([&] { return w.bert.agreed(first); }, seconds(20)));
    w.bert.end(first);
    w.sim.run_for(seconds(5));
    w.link_all(p);
    w.bert.store.publish(chunks(w.sim.random(), 3, 400));
    const double begun = w.now();
    const net::SyncId second = w.bert.sync(w.anna);
    CHECK(w.sim.run_until([&] { return w.bert.agreed(second); }, seconds(60)));
    CHECK(w.same());
    out.push_back(w.now() - begun);
  }
  std::ranges::sort(out);
  return out;
}

TEST_CASE("a small commit comes soon, whatever is lost") {
  struct Expected {
    double loss, median, worst;
  };
  // Round trips take 40 ms. Without loss: the handshake, the log, the manifest, the blocks, State.
  for (const Expected& e : {Expected{0, 0.21, 0.21}, {0.1, 0.36, 2}, {0.2, 0.62, 4}}) {
    const auto t = small_syncs(path(20, milliseconds(20)).with_loss(e.loss), 200);
    MESSAGE("loss " << e.loss << ": " << t.front() << " s at best, median " << t[100] << ", 90 % "
                    << t[180] << ", worst " << t.back());
    CHECK(t[100] < e.median);
    CHECK(t.back() < e.worst);
  }
}

TEST_CASE("a partition in the middle of a clone ends the session, and the next goes on") {
  World w(41);
  w.link_all(path(10, milliseconds(20)).with_loss(0.05));
  w.anna.store.publish(chunks(w.sim.random(), 60, 60'000));
  const net::SyncId first = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.store.writes > 25; }, seconds(30)));
  w.sim.partition({{w.anna.host()}, {w.bert.host()}});
  CHECK(w.sim.run_until([&] { return w.bert.failed.contains(first); }, seconds(60)));
  CHECK(w.bert.failed[first] == net::SyncFailure::unreachable);
  w.sim.heal();
  const std::size_t before = w.bert.store.writes;
  const net::SyncId second = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.agreed(second); }, seconds(60)));
  CHECK(w.same());
  // Whatever came before the cut is not asked for again, flushed or not.
  CHECK(w.bert.store.writes - before <= 61 - 25);
  CHECK(w.bert.store.written_twice == 0);
}

TEST_CASE("three machines in a ring on a bad network end alike") {
  World w(51);
  Path p = mesh();
  p.loss = 0.1;
  p.duplicate = 0.02;
  w.link_all(p);
  w.anna.store.publish(chunks(w.sim.random(), 10, 5'000));
  w.bert.sync(w.anna);
  w.carl.sync(w.bert);
  w.anna.sync(w.carl);
  w.sim.run_for(seconds(20));
  w.carl.sync(w.bert);
  w.sim.run_for(seconds(10));
  CHECK(w.carl.store.view().digest() == w.anna.store.view().digest());
  for (int round = 0; round < 5; ++round) {
    for (SyncMachine* m : {&w.anna, &w.bert, &w.carl}) {
      m->store.publish(chunks(w.sim.random(), 3, 3'000));
      m->changed();
    }
    w.sim.run_for(seconds(2));
  }
  w.sim.run_for(seconds(20));
  CHECK(w.same());
  CHECK(w.carl.store.view().digest() == w.anna.store.view().digest());
  CHECK(w.carl.store.state_digest() == w.anna.store.state_digest());
  CHECK(w.anna.strikes + w.bert.strikes + w.carl.strikes == 0);
}

TEST_CASE("nobody there: the call fails") {
  World w(61);
  const net::SyncId id = w.bert.sync(w.anna);  // no link
  CHECK(w.sim.run_until([&] { return w.bert.failed.contains(id); }, seconds(60)));
  CHECK(w.bert.failed[id] == net::SyncFailure::unreachable);
  CHECK(w.bert.node().session_count() == 0);
}

TEST_CASE("a newcomer joins over a bad network with a link") {
  World w(71);
  w.link_all(wan().with_loss(0.2));
  SyncMachine dora(w.sim, "dora", w.genesis.id);
  w.sim.link(w.anna.host(), dora.host(), wan().with_loss(0.2));
  w.anna.store.publish(chunks(w.sim.random(), 5, 5'000));
  log::Link link;
  link.repository = w.genesis.id;
  link.transport = w.anna.node().public_key();
  link.device = w.anna.store.device();
  link.secret = w.anna.store.invite("dora");
  const net::SyncId id = dora.node().join(w.sim.now(), w.anna.address(), link, dora.store, "dora");
  w.sim.kick(dora.host());
  CHECK(w.sim.run_until([&] { return dora.agreed(id); }, seconds(30)));
  CHECK(dora.store.view().digest() == w.anna.store.view().digest());
}

TEST_CASE("a client that stops reading does not keep the others waiting") {
  World w(81);
  w.link_all(path(50, milliseconds(10)));
  w.anna.store.publish(chunks(w.sim.random(), 100, 60'000));
  const net::SyncId slow = w.bert.sync(w.anna);
  CHECK(w.sim.run_until([&] { return w.bert.store.writes > 5; }, seconds(10)));
  w.sim.partition({{w.anna.host(), w.carl.host()}, {w.bert.host()}});
  const net::SyncId quick = w.carl.sync(w.anna);
  const double before = w.now();
  CHECK(w.sim.run_until([&] { return w.carl.agreed(quick); }, seconds(20)));
  CHECK(w.now() - before < 5);
  CHECK_FALSE(w.bert.agreed(slow));
}

}  // namespace
}  // namespace hn::sim
