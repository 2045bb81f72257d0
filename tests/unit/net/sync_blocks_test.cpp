#include <doctest/doctest.h>

#include "support/loop_port.hpp"
#include "support/memory_sync_host.hpp"
#include "support/scripted_peer.hpp"

// A delta on the wire: which base may be used, and what happens where it is not there.
namespace hn::net {
namespace {

using namespace hn::testing;

// Alike but for their ends.
std::string version(int n) {
  return std::string(5000, 'v') + std::to_string(n);
}

struct Peer {
  Peer(const std::string& name, const log::SignedEntry& genesis)
      : host(name, genesis.id), end(name) {
    end.core->add_host(host);
  }
  // Calls the other; both talk until neither has anything to say.
  ConnectionId sync(Peer& other) {
    const ConnectionId line = connect(end, other.end);
    end.core->call({}, line, host, std::nullopt);
    CHECK(run({&end, &other.end}));
    return line;
  }
  MemorySyncHost host;
  LoopEnd end;
};

// anna and bert write, carl reads.
struct Three {
  Three()
      : genesis(MemorySyncHost::genesis("anna")),
        anna("anna", genesis),
        bert("bert", genesis),
        carl("carl", genesis) {
    anna.host.learn(genesis);
    anna.host.grant("bert");
    anna.host.grant("carl");
  }
  log::SignedEntry genesis;
  Peer anna, bert, carl;
};

TEST_CASE("a base that stands earlier in the same answer is used") {
  Three t;
  // Rows go newest first, answers from the last row: the older version comes first.
  t.anna.host.publish({version(2), version(1)});
  t.anna.host.store_as_delta(version(2), version(1));
  t.carl.sync(t.anna);
  CHECK(t.carl.host.holds(version(2)));
  CHECK(t.carl.host.deltas_written == 1);
  CHECK(t.anna.host.plain_forms == 0);
  CHECK(t.carl.end.last<SyncProgress>()->bytes_in < 7000);
}

TEST_CASE("a base in an older publish is used in a clone") {
  Three t;
  t.anna.host.publish({version(1)});
  t.anna.host.publish({version(2)});
  t.anna.host.store_as_delta(version(2), version(1));
  t.carl.sync(t.anna);
  CHECK(t.carl.host.holds(version(2)));
  CHECK(t.carl.host.deltas_written == 1);
}

struct Asker : Three {
  Asker() : carl_says("carl", anna.end, genesis.id) {
    anna.host.publish({version(2), version(1)});
    anna.host.store_as_delta(version(2), version(1));
    carl_says.greet();
  }
  void ask(int n, bool patient, bool plain = false) {
    carl_says.ask({carl_says.control.value, plain, patient, {address_of_chunk(version(n))}, {}});
  }
  std::size_t answer_bytes() { return carl_says.heard(carl_says.last_request).size(); }
  ScriptedPeer carl_says;
};

TEST_CASE("a base that is published is used for who waits for it, and for nobody else") {
  Asker t;
  SUBCASE("a patient requester") {
    t.ask(2, true);
    CHECK(t.anna.host.plain_forms == 0);
    CHECK(t.answer_bytes() < 100);
  }
  SUBCASE("one that does not say so") {
    t.ask(2, false);
    CHECK(t.anna.host.plain_forms == 1);
  }
  SUBCASE("one that wants no bases") {
    t.ask(2, true, true);
    CHECK(t.anna.host.plain_forms == 1);
  }
}

TEST_CASE("a difference that comes before its base waits for it") {
  Three t;
  // Manifests are fetched oldest first: 3 over 2 over 1.
  t.anna.host.publish({version(3)});
  t.anna.host.publish({version(2)});
  t.anna.host.publish({version(1)});
  t.anna.host.store_as_delta(version(3), version(2));
  t.anna.host.store_as_delta(version(2), version(1));
  t.carl.sync(t.anna);
  CHECK(t.carl.end.agreed());
  CHECK(t.carl.host.holds(version(3)));
  CHECK(t.carl.host.deltas_written == 2);
  CHECK(t.anna.host.plain_forms == 0);
  CHECK(t.carl.end.last<SyncProgress>()->bytes_in < 7000);
}

TEST_CASE("a base in a manifest that the requester holds is used") {
  Three t;
  t.anna.host.publish({version(1), "other"});
  t.carl.sync(t.anna);
  t.anna.host.publish({version(2)});
  t.anna.host.store_as_delta(version(2), version(1));
  t.carl.sync(t.anna);
  CHECK(t.carl.host.holds(version(2)));
  CHECK(t.carl.host.deltas_written == 1);
  CHECK(t.carl.host.bases_missing == 0);
}

TEST_CASE("a block whose base the requester never named comes in plain form") {
  Three t;
  t.anna.host.put(version(0));  // a draft, say: in no manifest
  t.anna.host.publish({version(1)});
  t.anna.host.store_as_delta(version(1), version(0));
  t.carl.sync(t.anna);
  CHECK(t.carl.host.holds(version(1)));
  CHECK(t.anna.host.plain_forms == 1);
  CHECK(t.carl.host.bases_missing == 0);
  CHECK_FALSE(t.carl.host.holds(version(0)));
}

TEST_CASE("a base that the requester has lost makes it ask for the plain form") {
  Three t;
  t.anna.host.publish({version(1)});
  t.carl.sync(t.anna);
  t.carl.host.lose(version(1));  // and it does not know
  t.anna.host.publish({version(2), "more"});
  t.anna.host.store_as_delta(version(2), version(1));
  t.carl.sync(t.anna);
  CHECK(t.carl.host.bases_missing == 1);
  CHECK(t.carl.host.holds(version(2)));
  CHECK(t.carl.host.holds("more"));
  CHECK(t.anna.end.count<SyncStrike>() == 0);
  CHECK(t.carl.end.count<SyncStrike>() == 0);
  // What it lost it finds again by address.
  CHECK_FALSE(t.carl.host.holds(version(1)));
  t.carl.host.need(version(1));
  t.carl.sync(t.anna);
  CHECK(t.carl.host.holds(version(1)));
}

// anna stores x over y, bert stores x over z.
struct TwoBases : Three {
  explicit TwoBases(std::size_t more) {
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < more; ++i) {
      fill.push_back("fill " + std::to_string(i) + std::string(500, 'f'));
      rows.push_back(fill.back());
    }
    rows.push_back(x);
    rows.push_back(y);
    rows.push_back(z);
    anna.host.publish(rows);
    bert.sync(anna);
    anna.host.store_as_delta(x, y);
    bert.host.store_as_delta(x, z);
  }
  std::string x = version(100), y = version(200), z = version(300);
  std::vector<std::string> fill;
};

TEST_CASE("one block as two deltas: whoever sends it, it is the same block") {
  for (const bool from_anna : {true, false}) {
    TwoBases t(3);
    t.carl.sync(from_anna ? t.anna : t.bert);
    CHECK(t.carl.end.agreed());
    CHECK(t.carl.host.holds(t.x));
    CHECK(t.carl.host.deltas_written == 1);
  }
}

TEST_CASE("a requester that changes senders at any point ends with every block") {
  for (std::size_t stop = 1; stop < 13; ++stop) {
    CAPTURE(stop);
    TwoBases t(8);
    const ConnectionId line = connect(t.carl.end, t.anna.end);
    t.carl.end.core->call({}, line, t.carl.host, std::nullopt);
    t.anna.end.capacity = 300;  // the answer comes in small pieces
    for (int i = 0; i < 5000 && t.carl.host.writes < stop; ++i) run({&t.carl.end, &t.anna.end}, 1);
    t.carl.end.cut(line);
    run({&t.carl.end, &t.anna.end});
    t.carl.sync(t.bert);
    CHECK(t.carl.end.agreed());
    CHECK(t.carl.host.holds(t.x));
    CHECK(t.carl.host.holds(t.fill[7]));
    CHECK(t.carl.host.bases_missing == 0);
    CHECK(t.carl.host.written_twice == 0);
  }
}

TEST_CASE("a requester that changes senders after a power cut ends with every block") {
  for (std::size_t stop = 1; stop < 13; ++stop) {
    CAPTURE(stop);
    TwoBases t(8);
    const ConnectionId line = connect(t.carl.end, t.anna.end);
    t.carl.end.core->call({}, line, t.carl.host, std::nullopt);
    t.anna.end.capacity = 300;
    for (int i = 0; i < 5000 && t.carl.host.writes < stop; ++i) run({&t.carl.end, &t.anna.end}, 1);
    t.carl.end.cut(line);
    run({&t.carl.end, &t.anna.end});
    Peer again("carl", t.genesis);  // the process began anew; what was not durable is gone
    t.carl.host.crash();
    again.end.core->remove_host(again.host);
    again.end.core->add_host(t.carl.host);
    again.end.core->call({}, connect(again.end, t.bert.end), t.carl.host, std::nullopt);
    CHECK(run({&again.end, &t.bert.end}));
    CHECK(again.end.agreed());
    CHECK(t.carl.host.holds(t.x));
  }
}

TEST_CASE("a requester that holds one base and not the other gets what it can use") {
  Three t;
  const std::string x = version(100), y = version(200), z = version(300);
  t.anna.host.publish({y});
  const ConnectionId line = t.carl.sync(t.anna);
  t.carl.end.cut(line);
  CHECK(run({&t.carl.end, &t.anna.end}));
  t.bert.sync(t.anna);
  t.bert.host.put(z);  // bert's alone
  t.anna.host.publish({x, "more"});
  t.anna.host.store_as_delta(x, y);
  t.bert.sync(t.anna);
  REQUIRE(t.bert.host.holds(x));
  t.bert.host.store_as_delta(x, z);
  SUBCASE("from the one whose base it holds") {
    t.carl.sync(t.anna);
    CHECK(t.carl.host.deltas_written == 1);
  }
  SUBCASE("from the one whose base it lacks") {
    t.carl.sync(t.bert);
    CHECK(t.carl.host.deltas_written == 0);
    CHECK(t.bert.host.plain_forms == 1);
  }
  SUBCASE("from both at once") {
    t.carl.end.core->call({}, connect(t.carl.end, t.anna.end), t.carl.host, std::nullopt);
    t.carl.end.core->call({}, connect(t.carl.end, t.bert.end), t.carl.host, std::nullopt);
    CHECK(run({&t.carl.end, &t.anna.end, &t.bert.end}));
  }
  CHECK(t.carl.host.bases_missing == 0);
  CHECK(t.carl.host.holds(x));
  CHECK(t.carl.end.agreed());
}

TEST_CASE("a peer that fell silent is not asked for what it does not know of") {
  Three t;
  t.anna.host.publish({"old"});
  t.carl.sync(t.anna);
  t.bert.sync(t.anna);
  // carl's machine is gone, and anna cannot know yet.
  t.bert.host.publish({version(1)});
  t.bert.end.core->host_changed(t.bert.host);
  CHECK(run({&t.bert.end, &t.anna.end}));
  CHECK(t.anna.host.holds(version(1)));
  CHECK(t.bert.end.agreed());
}

TEST_CASE("a base before the answer's beginning ends the connection") {
  Three t;
  t.anna.host.publish({"other"});
  t.anna.end.tap = [](StreamId, Bytes& bytes) {
    // The block message ends with its base (0: none), its plain length (5), its stored length and
    // bytes.
    const std::size_t at = as_text(bytes).find("other");
    if (at == std::string_view::npos) return;
    REQUIRE(at >= 3);
    REQUIRE(bytes[at - 2] == 5);
    REQUIRE(bytes[at - 3] == 0);
    bytes[at - 3] = 60;
  };
  t.carl.sync(t.anna);
  CHECK_FALSE(t.carl.host.holds("other"));
  CHECK(t.carl.end.last<SyncFailed>()->reason == SyncFailure::protocol);
}

class Liar final : public MemorySyncHost {
 public:
  using MemorySyncHost::MemorySyncHost;
  Result<WireBlock> read_stored(const object::Address& a) const override {
    auto block = MemorySyncHost::read_stored(a);
    if (block && a == lie) block->stored.back() ^= 1;
    return block;
  }
  object::Address lie;
};

TEST_CASE("who sends other bytes than the block's loses the connection, and an honest peer helps") {
  Three t;
  t.anna.host.publish({"one", "two", "three"});
  t.bert.sync(t.anna);
  Liar liar("bert", t.genesis.id);
  LoopEnd l("liar");
  l.core->add_host(liar);
  l.core->call({}, connect(l, t.anna.end), liar, std::nullopt);
  CHECK(run({&l, &t.anna.end}));
  liar.lie = address_of_chunk("two");
  t.carl.end.core->call({}, connect(t.carl.end, l), t.carl.host, std::nullopt);
  CHECK(run({&t.carl.end, &l}));
  CHECK(t.carl.end.last<SyncFailed>()->reason == SyncFailure::wrong_block);
  REQUIRE(t.carl.end.last<SyncStrike>() != nullptr);
  CHECK(t.carl.end.last<SyncStrike>()->weight == 100);
  CHECK(t.carl.end.last<SyncStrike>()->key == l.key);
  CHECK(t.carl.end.closed_code == kCodeWrongBlock);
  CHECK_FALSE(t.carl.host.holds("two"));
  t.carl.sync(t.anna);
  CHECK(t.carl.end.agreed());
  CHECK(t.carl.host.holds("two"));
}

TEST_CASE("a store that cannot write ends its session and strikes nobody") {
  Three t;
  t.anna.host.publish({"one"});
  t.carl.host.broken = true;
  t.carl.sync(t.anna);
  CHECK(t.carl.end.last<SyncFailed>()->reason == SyncFailure::local);
  CHECK(t.carl.end.count<SyncStrike>() == 0);
}

}  // namespace
}  // namespace hn::net
