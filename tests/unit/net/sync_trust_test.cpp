#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

namespace hn::net {
namespace {

using namespace hn::testing;

struct Served {
  explicit Served(log::Visibility visibility = log::Visibility::members)
      : genesis(MemorySyncHost::genesis("anna", visibility)), anna("anna", genesis.id), a("anna") {
    anna.learn(genesis);
    anna.grant("bert");
    anna.publish({"one", "two", "three"});
    a.core->add_host(anna);
  }
  std::size_t strikes() const { return a.count<SyncStrike>(); }

  log::SignedEntry genesis;
  MemorySyncHost anna;
  LoopEnd a;
};

Bytes refusal() {
  Bytes out;
  append_message(out, encode(RefusedMessage{SyncRefusal::unknown}));
  return out;
}

// --- Who may listen

TEST_CASE("who asks for a repository that is not served is told so") {
  Served s;
  ScriptedPeer m("bert", s.a, log::EntryId{crypto::hash(crypto::Purpose("other"), {})});
  m.greet();
  CHECK(m.heard(m.control) == refusal());
}

TEST_CASE("a device without a right hears what it would hear of an unknown repository") {
  Served s;
  ScriptedPeer m("mallory", s.a, s.genesis.id);
  m.greet();
  CHECK(m.heard(m.control) == refusal());
  CHECK(s.a.count<SyncPeer>() == 0);
}

TEST_CASE("a member's name without its signature is worth nothing") {
  Served s;
  ScriptedPeer m("bert", s.a, s.genesis.id);
  HelloMessage hello = m.hello();
  hello.signature.bytes[3] ^= 1;
  m.open();
  m.say(encode(hello));
  CHECK(m.heard(m.control) == refusal());
  CHECK(s.strikes() == 1);
}

TEST_CASE("a signature made for another connection is worth nothing") {
  Served s;
  ScriptedPeer earlier("bert", s.a, s.genesis.id);
  ScriptedPeer m("mallory", s.a, s.genesis.id);
  m.open();
  m.say(encode(earlier.hello()));
  CHECK(m.heard(m.control) == refusal());
}

TEST_CASE("words of another connection do not open here") {
  Served s;
  ScriptedPeer bert("bert", s.a, s.genesis.id);
  Bytes recorded;
  bert.end.tap = [&](StreamId, Bytes& bytes) {
    recorded.insert(recorded.end(), bytes.begin(), bytes.end());
  };
  bert.greet();
  CHECK(s.a.count<SyncPeer>() == 1);
  ScriptedPeer m("mallory", s.a, s.genesis.id);
  m.end.write(m.line, m.control, recorded);
  run({&s.a});
  CHECK(m.heard(m.control) == refusal());
  CHECK(s.a.count<SyncPeer>() == 1);
}

TEST_CASE("a revoked device is a stranger") {
  Served s;
  s.anna.revoke("bert");
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.greet();
  CHECK(m.heard(m.control) == refusal());
}

TEST_CASE("a device that is revoked while it listens hears no more") {
  Served s;
  MemorySyncHost bert("bert", s.genesis.id);
  LoopEnd b("bert");
  b.core->add_host(bert);
  b.core->call({}, connect(b, s.a), bert, std::nullopt);
  CHECK(run({&s.a, &b}));
  CHECK(b.agreed());
  s.anna.revoke("bert");
  s.anna.publish({"not for bert"});
  s.a.core->host_changed(s.anna);
  CHECK(run({&s.a, &b}));
  CHECK_FALSE(bert.holds("not for bert"));
  CHECK(bert.view().size() < s.anna.view().size());
  REQUIRE(b.last<SyncRefused>() != nullptr);
  CHECK(b.last<SyncRefused>()->reason == SyncRefusal::unknown);
}

TEST_CASE("everybody may read an open repository") {
  Served s(log::Visibility::open);
  MemorySyncHost reader("nobody", s.genesis.id);
  LoopEnd r("nobody");
  r.core->add_host(reader);
  r.core->call({}, connect(r, s.a), reader, std::nullopt);
  CHECK(run({&s.a, &r}));
  CHECK(r.agreed());
  CHECK(reader.holds("three"));
}

TEST_CASE("nothing is asked or answered on a session that has not been proven") {
  Served s;
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.open();
  Request request;
  request.session = m.control.value;
  request.addresses = {address_of_chunk("one")};
  m.ask(request);
  CHECK(m.heard(m.last_request).empty());
}

// A store that would tell everybody everything: it has not heard that its device was cut off.
class Careless final : public MemorySyncHost {
 public:
  using MemorySyncHost::MemorySyncHost;
  bool may_read(const log::Device&) const override { return true; }
};

TEST_CASE("a caller tells nothing to a device that by its own log may not read") {
  Served s;
  Careless mallory("mallory", s.genesis.id);
  mallory.learn(s.genesis);
  mallory.publish({"bait"});
  LoopEnd m("mallory");
  m.core->add_host(mallory);
  s.a.core->call({}, connect(s.a, m), s.anna, std::nullopt);
  CHECK(run({&s.a, &m}));
  CHECK(mallory.view().size() == 2);
  CHECK_FALSE(mallory.holds("one"));
  REQUIRE(s.a.last<SyncFailed>() != nullptr);
}

TEST_CASE("a caller serves no blocks to a device that by its own log may not read") {
  Served s;
  MemorySyncHost bert("bert", s.genesis.id);
  for (const log::EntryId& id : s.anna.view().in_log_order()) bert.learn(*s.anna.view().find(id));
  s.anna.revoke("bert");  // anna knows, bert does not
  LoopEnd b("bert");
  b.core->add_host(bert);
  s.a.core->call({}, connect(s.a, b), s.anna, std::nullopt);
  CHECK(run({&s.a, &b}));
  CHECK_FALSE(bert.holds("one"));
  CHECK(s.a.last<SyncFailed>()->reason == SyncFailure::no_right);
}

// --- Newcomers

struct Newcomer {
  Newcomer(Served& s, const std::string& name) : host(name, s.genesis.id), end(name) {
    end.core->add_host(host);
  }
  void join(Served& s, const std::array<Byte, 16>& secret) {
    end.core->call({}, connect(end, s.a), host, JoinAsk{secret, "carl's laptop"});
    CHECK(run({&s.a, &end}));
  }
  MemorySyncHost host;
  LoopEnd end;
};

TEST_CASE("a newcomer with a link gets a grant, the log and the blocks") {
  Served s;
  Newcomer carl(s, "carl");
  carl.join(s, s.anna.invite("link"));
  CHECK(carl.end.agreed());
  CHECK(carl.host.holds("two"));
  CHECK(carl.host.view().member(carl.host.device())->right == log::Right::write);
}

TEST_CASE("a link serves once, and its second user is told") {
  Served s;
  Newcomer carl(s, "carl"), dora(s, "dora");
  carl.join(s, s.anna.invite("link"));
  dora.join(s, s.anna.invite("link"));
  REQUIRE(dora.end.last<SyncRefused>() != nullptr);
  CHECK(dora.end.last<SyncRefused>()->reason == SyncRefusal::invitation_used);
  CHECK(dora.host.view().size() == 0);
}

TEST_CASE("a newcomer whose answer was lost comes in with the same link") {
  Served s;
  const auto secret = s.anna.invite("link");
  Newcomer carl(s, "carl");
  carl.join(s, secret);
  carl.join(s, secret);
  CHECK(carl.end.count<SyncRefused>() == 0);
  CHECK(s.anna.redeems == 1);
}

TEST_CASE("a wrong secret is answered like an unknown repository") {
  Served s;
  s.anna.invite("link");
  ScriptedPeer m("mallory", s.a, s.genesis.id);
  HelloMessage hello = m.hello();
  std::array<Byte, 16> secret{};
  hello.join = JoinPart{log::invitation_id(secret),
                        join_proof(secret, s.genesis.id, m.binding.handshake, hello.device)};
  m.open();
  m.say(encode(hello));
  CHECK(m.heard(m.control) == refusal());
}

TEST_CASE("a proof that was made for another connection or another device does not serve") {
  Served s;
  const auto secret = s.anna.invite("link");
  ScriptedPeer m("mallory", s.a, s.genesis.id);
  const log::Device carl = key_of("carl").public_key();
  HandshakeHash other = m.binding.handshake;
  other.back() ^= 0x80;
  // What carl said on another connection, and what it would have said on this one.
  for (const Hash& proof : {join_proof(secret, s.genesis.id, other, m.hello().device),
                            join_proof(secret, s.genesis.id, m.binding.handshake, carl)}) {
    ScriptedPeer n("mallory", s.a, s.genesis.id);
    HelloMessage hello = n.hello();
    hello.join = JoinPart{log::invitation_id(secret), proof};
    n.open();
    n.say(encode(hello));
    CHECK(n.heard(n.control) == refusal());
  }
  CHECK(s.anna.redeems == 2);
  CHECK(s.anna.view().members().size() == 2);
}

// --- Hostile members

TEST_CASE("an entry with a wrong signature costs the connection") {
  Served s;
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.greet();
  MemorySyncHost bert("bert", s.genesis.id);
  for (const log::EntryId& id : s.anna.view().in_log_order()) bert.learn(*s.anna.view().find(id));
  log::SignedEntry e = *bert.view().find(bert.publish({"forged"}));
  e.signature.bytes[0] ^= 1;
  const std::size_t before = s.anna.view().size();
  m.say(encode(EntriesMessage{{e}}));
  CHECK(m.closed());
  CHECK(s.anna.view().size() == before);
  REQUIRE(s.strikes() == 1);
  CHECK(s.a.last<SyncStrike>()->weight == 100);
  CHECK(s.a.last<SyncStrike>()->device == key_of("bert").public_key());
}

// Signs for a device that is another's.
class Braggart final : public MemorySyncHost {
 public:
  using MemorySyncHost::MemorySyncHost;
  crypto::Signature sign(std::string_view purpose, ByteView bytes) override {
    return purpose == kReceiptPurpose ? key_of("carl").sign(purpose, bytes)
                                      : MemorySyncHost::sign(purpose, bytes);
  }
};

TEST_CASE("a receipt that its device did not sign costs the connection") {
  Served s;
  Braggart bert("bert", s.genesis.id);
  LoopEnd b("bert");
  b.core->add_host(bert);
  b.core->call({}, connect(b, s.a), bert, std::nullopt);
  CHECK(run({&s.a, &b}));
  REQUIRE(s.strikes() == 1);
  CHECK(s.a.last<SyncStrike>()->weight == 100);
  CHECK(s.a.last<SyncSettled>() == nullptr);
}

TEST_CASE("an entry of another repository costs the connection") {
  Served s;
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.greet();
  m.say(encode(EntriesMessage{{MemorySyncHost::genesis("mallory")}}));
  CHECK(m.closed());
  CHECK(s.strikes() == 1);
}

TEST_CASE("entries of a device that nobody introduced cost the connection") {
  Served s;
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.greet();
  MemorySyncHost mallory("mallory", s.genesis.id);
  for (const log::EntryId& id : s.anna.view().in_log_order())
    mallory.learn(*s.anna.view().find(id));
  const log::EntryId id = mallory.publish({"uninvited"});
  m.say(encode(EntriesMessage{{*mallory.view().find(id)}}));
  CHECK(m.closed());
  CHECK(s.anna.view().live_on(s.genesis.id).size() == 1);
}

TEST_CASE("a flood of entries without their past is stopped") {
  Served s;
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.end.capacity = s.a.capacity = 1 << 20;
  m.greet();
  const crypto::SigningKey key = key_of("bert");
  std::uint64_t sent = 0;
  while (!m.closed() && sent < kPendingMax + 2000) {
    EntriesMessage batch;
    for (int i = 0; i < 100; ++i) {
      log::Entry e;
      e.repository = s.genesis.id;
      e.device = key.public_key();
      e.seq = 5;
      e.depth = 9;
      e.prev.bytes = crypto::hash(crypto::Purpose("nowhere"), Encoder().u64(++sent).bytes());
      e.payload = log::Opaque{77, {}};
      batch.entries.push_back(*log::sign(e, key));
    }
    m.say(encode(batch));
  }
  CHECK(m.closed());
  CHECK(s.anna.view().pending().size() <= kPendingMax + 100);
}

TEST_CASE("streams on which nothing is proven are limited") {
  Served s;
  ScriptedPeer m("mallory", s.a, s.genesis.id);
  for (int i = 0; i < 20; ++i) m.end.open_stream(m.line);
  CHECK(run({&s.a}));
  const auto resets = std::ranges::count_if(m.end.events, [](const Event& e) {
    const auto* aborted = std::get_if<StreamAborted>(&e);
    return aborted != nullptr && aborted->by_sender && aborted->code == kCodeBusy;
  });
  CHECK(resets >= 20 - static_cast<std::ptrdiff_t>(kUnprovenMax));
}

TEST_CASE("one session serves so many requests at once and no more") {
  Served s;
  s.anna.publish(std::vector<std::string>{std::string(200'000, 'x'), "y"});
  ScriptedPeer m("bert", s.a, s.genesis.id);
  m.greet();
  Request request;
  request.session = m.control.value;
  request.addresses = {address_of_chunk(std::string(200'000, 'x'))};
  for (std::size_t i = 0; i < kServedMax + 3; ++i) m.ask(request);
  const auto busy = std::ranges::count_if(m.end.events, [](const Event& e) {
    const auto* aborted = std::get_if<StreamAborted>(&e);
    return aborted != nullptr && aborted->code == kCodeBusy;
  });
  CHECK(busy == 3);
}

TEST_CASE("whatever a member says, others are served") {
  const std::uint64_t seed = 20261121;
  INFO("seed ", seed);
  SeededRandom random(seed);
  Served s;
  for (int round = 0; round < 300; ++round) {
    ScriptedPeer m("bert", s.a, s.genesis.id);
    m.greet();
    std::vector<Bytes> words = {
        encode(FrontierMessage{false, false, log::frontier_of(s.anna.view())}),
        encode(EntriesEndMessage{random.below(3)}),
        encode(HoldsMessage{{{{}, 1 + random.below(5000), 7}}}),
        encode(StateMessage{{}, {}, 0, random.below(3), {}}),
        encode(EntriesMessage{{s.genesis}}),
        encode(m.hello())};
    for (int i = 0; i < 4 && !m.closed(); ++i) {
      Bytes w = words[random.below(words.size())];
      if (random.below(2) == 0) w[random.below(w.size())] ^= static_cast<Byte>(random.below(256));
      if (random.below(8) == 0) w.resize(random.below(w.size()));
      m.say(w);
      if (m.closed()) break;
      Request request;
      request.session = m.control.value;
      request.plain = random.below(2) == 0;
      request.addresses = {address_of_chunk("one"), address_of_chunk("none")};
      const auto live = s.anna.view().live_on(s.genesis.id);
      log::ManifestRoot root = *live.front().manifest;
      if (random.below(2) == 0) root.rows += random.below(3000);
      if (random.below(4) == 0) root.root.bytes[0] ^= 1;
      request.items = {{root, {{0, root.rows}}}};
      if (random.below(2) == 0) m.ask(request);
    }
  }
  MemorySyncHost bert("bert", s.genesis.id);
  LoopEnd b("bert");
  b.core->add_host(bert);
  b.core->call({}, connect(b, s.a), bert, std::nullopt);
  CHECK(run({&s.a, &b}));
  CHECK(b.agreed());
}

// --- Chains that fork

// The store of bert was copied: two of them write as one device.
TEST_CASE("both chains of a device that forked reach everybody") {
  for (const int longer : {1, 3, 10}) {
    CAPTURE(longer);
    Served s;
    s.anna.grant("carl");
    MemorySyncHost one("bert", s.genesis.id), two("bert", s.genesis.id), carl("carl", s.genesis.id);
    for (MemorySyncHost* h : {&one, &two, &carl})
      for (const log::EntryId& id : s.anna.view().in_log_order()) h->learn(*s.anna.view().find(id));
    one.publish({"one's"});
    for (int i = 0; i < longer; ++i) two.publish({"two's " + std::to_string(i)});
    LoopEnd b1("one"), b2("two"), c("carl");
    b1.core->add_host(one);
    b2.core->add_host(two);
    c.core->add_host(carl);
    const ConnectionId l1 = connect(b1, s.a), l2 = connect(b2, c);
    b1.core->call({}, l1, one, std::nullopt);
    b2.core->call({}, l2, two, std::nullopt);
    CHECK(run({&s.a, &b1}));
    CHECK(run({&c, &b2}));
    b1.cut(l1);
    b2.cut(l2);
    CHECK(run({&s.a, &b1, &b2, &c}));
    c.core->call({}, connect(c, s.a), carl, std::nullopt);
    CHECK(run({&s.a, &c}));
    CHECK(c.agreed());
    CHECK(s.a.agreed());
    CHECK(carl.view().digest() == s.anna.view().digest());
    CHECK(carl.view().equivocations().size() == 1);
    CHECK(carl.holds("one's"));
    CHECK(s.anna.holds("two's 0"));
  }
}

}  // namespace
}  // namespace hn::net
