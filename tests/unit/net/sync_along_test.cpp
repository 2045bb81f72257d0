#include <doctest/doctest.h>

#include "net/sync_along.hpp"
#include "support/loop_port.hpp"
#include "support/memory_sync_host.hpp"
#include "support/scripted_peer.hpp"

// Blocks that go along with the entries which need them.
namespace hn::net {
namespace {

using namespace hn::testing;

struct InStep {
  InStep()
      : genesis(MemorySyncHost::genesis("anna")),
        anna("anna", genesis.id),
        bert("bert", genesis.id) {
    anna.learn(genesis);
    anna.grant("bert");
    anna.publish({"the first version"});
    a.core->add_host(anna);
    b.core->add_host(bert);
    b.core->call({}, connect(b, a), bert, std::nullopt);
    CHECK(run({&a, &b}));
    REQUIRE(b.agreed());
    asked = b.streams_opened;
  }
  void tell() {
    a.core->host_changed(anna);
    CHECK(run({&a, &b}));
    CHECK(b.agreed());
    CHECK(a.agreed());
  }
  std::size_t requests() const { return b.streams_opened - asked; }

  log::SignedEntry genesis;
  MemorySyncHost anna, bert;
  LoopEnd a{"anna"}, b{"bert"};
  std::size_t asked = 0;
};

TEST_CASE("a small publish is with its peer before anything is asked") {
  InStep t;
  t.anna.publish({"commit", "folder", "file"});
  t.tell();
  CHECK(t.bert.holds("file"));
  CHECK(t.requests() == 0);
}

TEST_CASE("small changes go along as differences") {
  InStep t;
  const std::string old = "the first version", more = old + " and more";
  t.anna.publish({more, "folder"});
  t.anna.store_as_delta(more, old);
  t.tell();
  CHECK(t.bert.holds(more));
  CHECK(t.bert.deltas_written == 1);
  CHECK(t.requests() == 0);
}

TEST_CASE("what is too much to go along is asked for") {
  InStep t;
  const std::string large(kAlongBytesMax, 'x');
  t.anna.publish({"commit", large});
  t.tell();
  CHECK(t.bert.holds(large));
  CHECK(t.requests() > 0);
  const std::size_t before = t.requests();
  std::vector<std::string> many;
  for (std::uint64_t i = 0; i <= kAlongRowsMax; ++i) many.push_back("row " + std::to_string(i));
  t.anna.publish(many);
  t.tell();
  CHECK(t.bert.holds(many.back()));
  CHECK(t.requests() > before);
}

TEST_CASE("a base that is gone at the peer is no loss") {
  InStep t;
  const std::string old = "the first version", more = old + " and more";
  t.bert.lose(old);
  t.anna.publish({more});
  t.anna.store_as_delta(more, old);
  t.a.core->host_changed(t.anna);
  CHECK(run({&t.a, &t.b}));
  CHECK(t.bert.holds(more));
  CHECK(t.bert.bases_missing > 0);
}

TEST_CASE("the blocks of what was rewritten do not go along") {
  InStep t;
  t.anna.publish({"a secret"});
  t.anna.rewrite();
  t.tell();
  CHECK_FALSE(t.bert.holds("a secret"));
}

TEST_CASE("a block that goes along and is not what its address says costs the connection") {
  InStep t;
  ScriptedPeer peer("bert", t.a, t.genesis.id);
  peer.greet();
  REQUIRE_FALSE(peer.closed());
  // A publish of bert's that anna has not seen, and bytes that are not its blocks.
  MemorySyncHost other("bert", t.genesis.id);
  other.learn(t.genesis);
  for (const log::EntryId& id : log::missing(t.anna.view(), log::frontier_of(other.view())))
    other.learn(*t.anna.view().find(id));
  const log::EntryId id = other.publish({"a block"});
  WireBlock wrong = *other.read_stored(address_of_chunk("a block"));
  wrong.stored[0] ^= 1;
  peer.say(encode(EntriesMessage{{*other.view().find(id)}}));
  peer.say(encode(AlongMessage{{{address_of_chunk("a block"), wrong}}}));
  CHECK(peer.closed());
  REQUIRE(t.a.last<SyncStrike>() != nullptr);
  CHECK(t.a.last<SyncFailed>()->reason == SyncFailure::wrong_block);
}

// A reader who has nothing to publish cannot make another's store grow.
TEST_CASE("blocks without entries that are news are not kept") {
  InStep t;
  ScriptedPeer peer("bert", t.a, t.genesis.id);
  peer.greet();
  MemorySyncHost other("bert", t.genesis.id);
  other.put("of no use");
  const AlongBlock block{address_of_chunk("of no use"),
                         *other.read_stored(address_of_chunk("of no use"))};
  peer.say(encode(AlongMessage{{block}}));
  // Entries that are known already, among them publishes, change nothing.
  for (const log::EntryId& id : log::missing(t.anna.view(), {}))
    peer.say(encode(EntriesMessage{{*t.anna.view().find(id)}}));
  peer.say(encode(AlongMessage{{block}}));
  peer.say(encode(EntriesEndMessage{0}));
  CHECK_FALSE(peer.closed());
  CHECK(t.anna.pending_count() == 0);
  CHECK_FALSE(t.anna.holds("of no use"));
}

// More than the entries' manifests have rows for is cut off.
TEST_CASE("no more blocks are kept than the entries account for") {
  InStep t;
  ScriptedPeer peer("bert", t.a, t.genesis.id);
  peer.greet();
  MemorySyncHost other("bert", t.genesis.id);
  other.learn(t.genesis);
  for (const log::EntryId& id : log::missing(t.anna.view(), log::frontier_of(other.view())))
    other.learn(*t.anna.view().find(id));
  const log::EntryId id = other.publish({"one row"});
  AlongMessage m;
  for (int i = 0; i < 5; ++i) {
    const std::string junk = "junk " + std::to_string(i);
    other.put(junk);
    m.blocks.push_back({address_of_chunk(junk), *other.read_stored(address_of_chunk(junk))});
  }
  const std::size_t before = t.anna.writes;
  peer.say(encode(EntriesMessage{{*other.view().find(id)}}));
  peer.say(encode(m));
  peer.say(encode(m));
  CHECK(t.anna.writes - before == 2);
}

}  // namespace
}  // namespace hn::net
