#include <doctest/doctest.h>

#include "support/loop_port.hpp"
#include "support/memory_sync_host.hpp"

namespace hn::net {
namespace {

using namespace hn::testing;

// anna has founded a repository and bert may write to it; both serve it.
struct Two {
  explicit Two(log::Visibility visibility = log::Visibility::members)
      : genesis(MemorySyncHost::genesis("anna", visibility)),
        anna("anna", genesis.id),
        bert("bert", genesis.id),
        a("anna"),
        b("bert") {
    anna.learn(genesis);
    anna.grant("bert");
    a.core->add_host(anna);
    b.core->add_host(bert);
  }
  SyncId sync() {
    line = connect(b, a);
    session = b.core->call({}, line, bert, std::nullopt);
    CHECK(run({&a, &b}));
    return session;
  }

  log::SignedEntry genesis;
  MemorySyncHost anna, bert;
  LoopEnd a, b;
  ConnectionId line;
  SyncId session;
};

std::vector<std::string> chunks(const std::string& name, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(name + std::to_string(i) + std::string(100 + i % 50, 'x'));
  return out;
}

TEST_CASE("a clone has the log and the blocks, and both say that they agree") {
  Two t;
  t.anna.publish(chunks("one", 20));
  t.sync();
  CHECK(t.b.agreed());
  CHECK(t.a.agreed());
  for (const std::string& c : chunks("one", 20)) CHECK(t.bert.holds(c));
  CHECK(t.bert.view().digest() == t.anna.view().digest());
  CHECK(t.b.last<SyncProgress>()->blocks_in == 21);
  CHECK(t.b.last<SyncPeer>()->device == t.anna.device());
  CHECK(t.a.last<SyncPeer>()->device == t.bert.device());
  CHECK(t.a.last<SyncPeer>()->label == "bert");
}

TEST_CASE("whoever has everything says so under its device's name") {
  Two t;
  t.anna.publish(chunks("one", 20));
  t.sync();
  const auto receipt = t.a.last<SyncSettled>()->receipt;
  REQUIRE(receipt);
  CHECK(receipt->device == t.bert.device());
  CHECK(receipt->frontier == log::digest(log::frontier_of(t.anna.view())));
  CHECK(receipt->state == t.anna.state_digest());
  CHECK(verifies(*receipt, t.genesis.id));
  t.anna.publish(chunks("two", 3));
  t.a.core->host_changed(t.anna);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.a.last<SyncSettled>()->receipt->frontier == log::digest(log::frontier_of(t.anna.view())));
}

TEST_CASE("who lacks a block signs for nothing, though it agrees") {
  Two t;
  t.anna.publish(chunks("one", 3));
  t.bert.need("nobody has this one");
  t.sync();
  CHECK(t.a.agreed());
  CHECK_FALSE(t.a.last<SyncSettled>()->receipt);
  CHECK(t.b.last<SyncSettled>()->receipt);
}

TEST_CASE("both directions run in one session") {
  Two t;
  t.sync();
  t.b.core->end(t.session);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.a.last<SyncEnded>() != nullptr);
  t.anna.publish(chunks("anna", 5));
  t.bert.publish(chunks("bert", 7));
  t.sync();
  CHECK(t.b.agreed());
  CHECK(t.a.agreed());
  CHECK(t.anna.holds(chunks("bert", 7)[6]));
  CHECK(t.bert.holds(chunks("anna", 5)[4]));
  CHECK(t.anna.view().digest() == t.bert.view().digest());
}

PeerPlaces places_of(Byte key, Byte host) {
  PeerPlaces out;
  out.key.bytes.fill(key);
  std::array<Byte, kPlaceBytes> bytes{};
  bytes.back() = host;
  out.addresses = {*PeerAddress::from(bytes)};
  return out;
}

TEST_CASE("each end is told where the other and its peers are, and again when that changes") {
  Two t;
  t.anna.places_now = {places_of(1, 1), places_of(2, 2)};
  t.sync();
  REQUIRE(t.b.count<SyncPlaces>() == 1);
  CHECK(t.b.last<SyncPlaces>()->session == t.session);
  CHECK(t.b.last<SyncPlaces>()->peers == t.anna.places_now);
  CHECK(t.a.count<SyncPlaces>() == 0);  // bert has nothing to tell

  t.bert.places_now = {places_of(3, 3)};
  CHECK(run({&t.a, &t.b}));
  CHECK(t.a.count<SyncPlaces>() == 0);  // nobody said that it changed
  t.b.core->places_changed(t.bert);
  CHECK(run({&t.a, &t.b}));
  REQUIRE(t.a.count<SyncPlaces>() == 1);
  CHECK(t.a.last<SyncPlaces>()->peers == t.bert.places_now);
  CHECK(t.b.count<SyncPlaces>() == 1);
}

TEST_CASE("what both ends know of places is not said, nor said twice") {
  Two t;
  t.anna.places_now = {places_of(1, 1), places_of(2, 2)};
  t.bert.places_now = {places_of(1, 1), places_of(3, 3)};
  t.sync();
  REQUIRE(t.a.count<SyncPlaces>() == 1);
  CHECK(t.a.last<SyncPlaces>()->peers == std::vector{places_of(3, 3)});
  t.anna.places_now = {places_of(1, 1), places_of(2, 4), places_of(3, 3)};
  t.a.core->places_changed(t.anna);
  CHECK(run({&t.a, &t.b}));
  REQUIRE(t.b.count<SyncPlaces>() == 2);
  CHECK(t.b.last<SyncPlaces>()->peers == std::vector{places_of(2, 4)});
  // Somebody left: that is found out by calling.
  t.anna.places_now = {places_of(1, 1)};
  t.a.core->places_changed(t.anna);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.b.count<SyncPlaces>() == 2);
}

TEST_CASE("nobody is told where peers are who may no longer read") {
  Two t;
  t.sync();
  t.anna.revoke("bert");
  t.anna.places_now = {places_of(1, 1)};
  t.a.core->places_changed(t.anna);
  run({&t.a, &t.b});
  CHECK(t.b.count<SyncPlaces>() == 0);
}

TEST_CASE("news travel on a session that stays open") {
  Two t;
  t.anna.publish(chunks("one", 3));
  t.sync();
  t.bert.publish(chunks("two", 3));
  t.b.core->host_changed(t.bert);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.anna.holds(chunks("two", 3)[2]));
  t.anna.publish(chunks("three", 3));
  t.a.core->host_changed(t.anna);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.bert.holds(chunks("three", 3)[2]));
  CHECK(t.a.agreed());
  CHECK(t.b.agreed());
  CHECK(t.anna.view().digest() == t.bert.view().digest());
}

TEST_CASE("manifests of three levels and many publishes are fetched whole") {
  Two t;
  for (int i = 0; i < 30; ++i) t.anna.publish(chunks("p" + std::to_string(i) + "-", 3));
  t.anna.publish(chunks("big", 2000));
  t.sync();
  CHECK(t.b.agreed());
  CHECK(t.bert.holds(chunks("big", 2000)[1999]));
  CHECK(t.bert.holds(chunks("p0-", 3)[0]));
  // The log, two levels of nodes, the rows: not a request for each manifest.
  CHECK(t.b.streams_opened <= 6);
  CHECK(t.bert.written_twice == 0);
}

TEST_CASE("tags bring their blocks") {
  Two t;
  t.anna.publish(chunks("v", 3), "v1");
  t.sync();
  CHECK(t.b.agreed());
  CHECK(t.bert.holds(chunks("v", 3)[1]));
}

TEST_CASE("rewritten publishes are passed on and their blocks are not") {
  Two t;
  t.anna.publish({"a secret"});
  t.anna.rewrite();
  t.sync();
  CHECK(t.b.agreed());
  CHECK_FALSE(t.bert.holds("a secret"));
  CHECK(t.bert.view().size() == t.anna.view().size());
}

TEST_CASE("an interrupted clone goes on where it stopped") {
  Two t;
  t.anna.publish(chunks("big", 3000));
  t.line = connect(t.b, t.a);
  t.b.core->call({}, t.line, t.bert, std::nullopt);
  for (int steps = 0; steps < 10'000 && t.bert.writes < 1500; ++steps) run({&t.a, &t.b}, 1);
  CHECK(t.bert.writes < 3004);
  t.b.cut(t.line);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.b.last<SyncFailed>()->reason == SyncFailure::unreachable);
  CHECK(t.bert.flush());
  const std::size_t before = t.bert.writes;
  t.sync();
  CHECK(t.b.agreed());
  CHECK(t.bert.writes == 3005);
  CHECK(before > 1000);
  CHECK(t.bert.written_twice == 0);
}

TEST_CASE("what a side said it has survives the power cut after it") {
  Two t;
  t.anna.publish(chunks("one", 50));
  t.sync();
  REQUIRE(t.a.agreed());
  t.bert.crash();
  CHECK(t.bert.state_digest() == t.anna.state_digest());
  CHECK(t.bert.view().digest() == t.anna.view().digest());
}

TEST_CASE("blocks that no manifest names are asked for by address") {
  Two t;
  t.anna.publish(chunks("one", 3));
  t.anna.put("forgotten");
  t.bert.need("forgotten");
  t.bert.need("nobody has this one");
  t.sync();
  CHECK(t.bert.holds("forgotten"));
  CHECK(t.b.agreed());
  CHECK(t.b.last<SyncSettled>()->absent == 1);
}

TEST_CASE("a block that the sender lost leaves the clone incomplete and says so") {
  Two t;
  t.anna.publish(chunks("one", 10));
  t.anna.lose(chunks("one", 10)[4]);
  t.sync();
  CHECK(t.bert.holds(chunks("one", 10)[9]));
  REQUIRE(t.b.last<SyncSettled>() != nullptr);
  CHECK(t.b.last<SyncSettled>()->absent == 1);
}

TEST_CASE("a manifest node that the sender lost leaves the other manifests to be fetched") {
  Two t;
  t.anna.publish(chunks("lost", 10));
  const auto manifest = t.anna.view().live_on(t.genesis.id).front().manifest;
  t.anna.publish(chunks("kept", 10));
  t.anna.lose(manifest->root);
  t.sync();
  CHECK(t.bert.holds(chunks("kept", 10)[9]));
  CHECK_FALSE(t.bert.holds(chunks("lost", 10)[9]));
  CHECK(t.b.last<SyncSettled>()->absent == 1);
}

TEST_CASE("publishes of others are passed on only with their blocks") {
  Two t;
  t.anna.grant("carl");
  t.anna.publish(chunks("one", 10));
  t.anna.lose(chunks("one", 10)[4]);
  t.sync();
  MemorySyncHost carl("carl", t.genesis.id);
  LoopEnd c("carl");
  c.core->add_host(carl);
  const ConnectionId line = connect(c, t.b);
  c.core->call({}, line, carl, std::nullopt);
  CHECK(run({&t.a, &t.b, &c}));
  CHECK(carl.view().members().size() == 3);
  CHECK(carl.view().live_on(t.genesis.id).empty());
  // anna finds the block again: it goes through bert to carl, on the sessions that are open.
  t.anna.put(chunks("one", 10)[4]);
  t.anna.publish({"more"});
  t.a.core->host_changed(t.anna);
  CHECK(run({&t.a, &t.b, &c}));
  CHECK(carl.holds(chunks("one", 10)[4]));
  CHECK(carl.holds("more"));
  CHECK(c.agreed());
}

TEST_CASE("a publish whose blocks exist nowhere does not silence those who have seen it") {
  Two t;
  t.anna.grant("carl");
  t.anna.publish(chunks("one", 10));
  t.anna.lose(chunks("one", 10)[4]);
  t.sync();
  t.bert.publish({"bert's"});
  MemorySyncHost carl("carl", t.genesis.id);
  LoopEnd c("carl");
  c.core->add_host(carl);
  c.core->call({}, connect(c, t.b), carl, std::nullopt);
  CHECK(run({&t.a, &t.b, &c}));
  CHECK(carl.holds("bert's"));
  CHECK(carl.view().size() == t.bert.view().size());
}

TEST_CASE("what one session brings goes on to the others") {
  Two t;
  t.anna.grant("carl");
  t.sync();
  MemorySyncHost carl("carl", t.genesis.id);
  LoopEnd c("carl");
  c.core->add_host(carl);
  const ConnectionId line = connect(c, t.b);
  c.core->call({}, line, carl, std::nullopt);
  CHECK(run({&t.a, &t.b, &c}));
  CHECK(c.agreed());
  carl.publish(chunks("carl", 4));
  c.core->host_changed(carl);
  CHECK(run({&t.a, &t.b, &c}));
  CHECK(t.anna.holds(chunks("carl", 4)[3]));
  CHECK(t.a.agreed());
  CHECK(c.agreed());
  CHECK(t.b.agreed());
}

TEST_CASE("two peers share the work of one clone") {
  Two t;
  t.anna.grant("carl");
  t.anna.publish(chunks("big", 3000));
  t.sync();
  MemorySyncHost carl("carl", t.genesis.id);
  LoopEnd c("carl");
  c.core->add_host(carl);
  c.core->call({}, connect(c, t.a), carl, std::nullopt);
  c.core->call({}, connect(c, t.b), carl, std::nullopt);
  CHECK(run({&t.a, &t.b, &c}));
  CHECK(c.agreed());
  CHECK(carl.view().digest() == t.anna.view().digest());
  CHECK(carl.holds(chunks("big", 3000)[1]));
  CHECK(carl.written_twice == 0);
}

TEST_CASE("streams with little room carry everything all the same") {
  Two t;
  t.a.capacity = t.b.capacity = 50;
  t.anna.publish(chunks("one", 100));
  t.sync();
  CHECK(t.b.agreed());
  CHECK(t.bert.holds(chunks("one", 100)[99]));
}

}  // namespace
}  // namespace hn::net
