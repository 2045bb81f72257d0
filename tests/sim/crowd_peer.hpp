#pragma once

#include "hn/net/membership.hpp"
#include "hn/net/sync_node.hpp"
#include "sim/simulator.hpp"
#include "support/memory_sync_host.hpp"

namespace hn::sim {

// A store that says when what it was given became readable.
class TellingStore final : public testing::MemorySyncHost {
 public:
  using MemorySyncHost::MemorySyncHost;
  Result<void> flush() override {
    HN_CHECK(MemorySyncHost::flush());
    if (on_flush) on_flush();
    return {};
  }
  std::function<void()> on_flush;
};

// A machine of a crowd, as the daemon is one: it calls whom membership says, tells its peers where
// others are and calls again whom it lost.
class CrowdPeer final : public Node {
 public:
  CrowdPeer(Simulator& sim, const std::string& name, const log::EntryId& repository)
      : store(name, repository),
        sim_(sim),
        random_(sim.random().next()),
        key_seed_(random_.next()),
        node_(make_node()),
        host_(sim.add(*this)) {
    node_.add_host(store);
  }

  // Begins to call whom it knows.
  void begin() { tick(); }
  void know(const CrowdPeer& other) { know(other.key(), other.address()); }
  void changed() {
    node_.host_changed(store);
    sim_.kick(host_);
  }

  // The machine had no power: what was not flushed is gone, and so is every connection.
  void restart() {
    node_.remove_host(store);
    store.crash();
    of_.clear();
    for (auto& [key, c] : contacts_) c = Contact(c.address);
    store.places_now.clear();
    node_ = make_node();
    node_.add_host(store);
  }

  const crypto::TransportKey& key() const noexcept { return node_.public_key(); }
  HostId host() const noexcept { return host_; }
  const PeerAddress& address() const { return sim_.address(host_); }
  const net::SyncNode& node() const noexcept { return node_; }
  std::size_t known() const noexcept { return contacts_.size(); }
  std::size_t here() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        contacts_, [](const auto& c) { return c.second.session.has_value(); }));
  }

  void handle_datagram(Time now, const PeerAddress& from, ByteView bytes) override {
    node_.handle_datagram(now, from, bytes);
  }
  void handle_timeout(Time now) override { node_.handle_timeout(now); }
  bool poll_transmit(Time now, Datagram& out) override { return node_.poll_transmit(now, out); }
  std::optional<Time> next_timeout() const override { return node_.next_timeout(); }
  void settle(Time) override {
    while (auto event = node_.poll_event()) std::visit([this](const auto& e) { hear(e); }, *event);
  }

  TellingStore store;
  std::size_t strikes = 0, calls = 0;

 private:
  static constexpr std::size_t kContactsMax = 256;
  static constexpr Duration kTellAfter = std::chrono::seconds(10);
  static constexpr Duration kTellAfterMax = std::chrono::seconds(160);
  net::SyncNode make_node() {
    SeededRandom seed(key_seed_);
    return net::SyncNode(crypto::AgreementKey::generate(seed), random_);
  }
  struct Contact {
    Contact() = default;
    explicit Contact(const PeerAddress& at) : address(at) {}
    PeerAddress address;
    std::optional<net::SyncId> session;  // open
    std::optional<net::SyncId> call;     // without an answer yet
    Time since{};
    bool called = false, agreed = false;
    Time next_call{};
    Duration wait = std::chrono::seconds(5);
  };

  void know(const crypto::TransportKey& key, const PeerAddress& address) {
    if (key == this->key() || (!contacts_.contains(key) && contacts_.size() >= kContactsMax))
      return;
    contacts_[key].address = address;
  }
  std::vector<net::LastingSession> lasting() const {
    std::vector<net::LastingSession> out;
    for (const auto& [key, c] : contacts_)
      if (c.session) out.push_back({key, c.called, c.agreed, c.since});
    return out;
  }

  void tick() {
    const Time now = sim_.now();
    std::vector<crypto::TransportKey> due;
    std::size_t calling = 0;
    for (const auto& [key, c] : contacts_) {
      if (c.call) ++calling;
      if (!c.session && !c.call && c.next_call <= now) due.push_back(key);
    }
    const auto sessions = lasting();
    for (const auto& key : net::choose_calls(contacts_.size(), sessions, calling, due, random_)) {
      Contact& c = contacts_[key];
      ++calls;
      c.call = node_.sync(now, c.address, key, store);
      of_[*c.call] = key;
    }
    for (const auto& key : net::choose_farewells(contacts_.size(), sessions, now, random_)) {
      const net::SyncId id = *contacts_[key].session;
      node_.end(now, id);
      over(id);
    }
    if (now - told_ >= tell_after_) tell_places();
    sim_.kick(host_);
    sim_.after(std::chrono::milliseconds(900 + random_.below(200)), [this] { tick(); });
  }
  void tell_places() {
    told_ = sim_.now();
    std::vector<net::PeerPlaces> rows{{key(), {address()}}};
    for (const auto& [key, c] : contacts_)
      if (c.session && rows.size() < net::kPlacesPeersMax) rows.push_back({key, {c.address}});
    std::ranges::sort(rows);
    const bool changed = rows != store.places_now;
    tell_after_ =
        std::clamp(changed ? 2 * tell_after_ : tell_after_ / 2, kTellAfter, kTellAfterMax);
    if (!changed) return;
    store.places_now = std::move(rows);
    node_.places_changed(store);
  }

  void hear(const net::SyncPeer& e) {
    of_[e.session] = e.key;
    if (!contacts_.contains(e.key) && contacts_.size() >= kContactsMax) forget_somebody();
    Contact& c = contacts_[e.key];
    c.address = e.address;
    if (c.call == e.session) c.call.reset();
    if (c.session) {
      // Both called: the call of the lesser key is kept, and the caller of the other says goodbye.
      const bool keep_ours = key() < e.key;
      if (e.called != keep_ours) {
        if (e.called) drop(e.session);
        return;
      }
      if (c.called) drop(*c.session);
    }
    c.session = e.session;
    c.since = sim_.now();
    c.called = e.called;
    c.agreed = false;
    c.wait = std::chrono::seconds(5);
  }
  void drop(net::SyncId id) {
    of_.erase(id);
    node_.end(sim_.now(), id);
  }
  void forget_somebody() {
    for (auto at = contacts_.begin(); at != contacts_.end(); ++at) {
      if (at->second.session || at->second.call) continue;
      contacts_.erase(at);
      return;
    }
  }
  void hear(const net::SyncSettled& e) {
    const auto at = of_.find(e.session);
    if (at != of_.end() && contacts_[at->second].session == e.session)
      contacts_[at->second].agreed = e.agreed;
  }
  void hear(const net::SyncPlaces& e) {
    for (const net::PeerPlaces& p : e.peers) know(p.key, p.addresses.front());
  }
  void hear(const net::SyncProgress&) {}
  void hear(const net::SyncStrike&) { ++strikes; }
  void hear(const net::SyncRefused& e) { over(e.session); }
  void hear(const net::SyncFailed& e) { over(e.session); }
  void hear(const net::SyncEnded& e) { over(e.session); }
  void over(net::SyncId id) {
    const auto at = of_.find(id);
    if (at == of_.end()) return;
    Contact& c = contacts_[at->second];
    of_.erase(at);
    const bool was_open = c.session == id;
    if (was_open) c.session.reset();
    if (c.call == id) c.call.reset();
    c.next_call = sim_.now() + (was_open ? Duration(std::chrono::seconds(1)) : c.wait);
    if (!was_open) c.wait = std::min<Duration>(2 * c.wait, std::chrono::minutes(10));
  }

  Simulator& sim_;
  SeededRandom random_;
  std::uint64_t key_seed_;
  net::SyncNode node_;
  HostId host_;
  std::map<crypto::TransportKey, Contact> contacts_;
  std::map<net::SyncId, crypto::TransportKey> of_;
  Time told_{};
  Duration tell_after_ = kTellAfter;
};

}  // namespace hn::sim
