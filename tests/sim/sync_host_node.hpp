#pragma once

#include "hn/net/sync_node.hpp"
#include "sim/simulator.hpp"
#include "support/memory_sync_host.hpp"

namespace hn::sim {

// A machine of the simulated network that syncs one repository held in memory.
class SyncMachine final : public Node {
 public:
  SyncMachine(Simulator& sim, const std::string& name, const log::EntryId& repository)
      : store(name, repository),
        sim_(sim),
        random_(sim.random().next()),
        node_(crypto::AgreementKey::generate(random_), random_),
        host_(sim.add(*this)) {
    node_.add_host(store);
  }

  net::SyncNode& node() noexcept { return node_; }
  HostId host() const noexcept { return host_; }
  const PeerAddress& address() const { return sim_.address(host_); }

  net::SyncId sync(SyncMachine& with) {
    const net::SyncId id = node_.sync(sim_.now(), with.address(), with.node().public_key(), store);
    sim_.kick(host_);
    return id;
  }
  void changed() {
    node_.host_changed(store);
    sim_.kick(host_);
  }
  void end(net::SyncId id) {
    node_.end(sim_.now(), id);
    sim_.kick(host_);
  }

  void handle_datagram(Time now, const PeerAddress& from, ByteView bytes) override {
    node_.handle_datagram(now, from, bytes);
  }
  void handle_timeout(Time now) override { node_.handle_timeout(now); }
  bool poll_transmit(Time now, Datagram& out) override { return node_.poll_transmit(now, out); }
  std::optional<Time> next_timeout() const override { return node_.next_timeout(); }
  void settle(Time) override {
    while (auto e = node_.poll_event()) {
      if (const auto* s = std::get_if<net::SyncSettled>(&*e)) settled[s->session] = s->agreed;
      if (const auto* f = std::get_if<net::SyncFailed>(&*e)) failed[f->session] = f->reason;
      if (const auto* r = std::get_if<net::SyncRefused>(&*e)) refused[r->session] = r->reason;
      if (const auto* p = std::get_if<net::SyncProgress>(&*e)) progress[p->session] = *p;
      if (std::holds_alternative<net::SyncEnded>(*e)) ++ended;
      if (std::holds_alternative<net::SyncStrike>(*e)) ++strikes;
    }
  }
  bool agreed(net::SyncId id) const {
    const auto at = settled.find(id);
    return at != settled.end() && at->second;
  }

  testing::MemorySyncHost store;
  std::map<net::SyncId, bool> settled;
  std::map<net::SyncId, net::SyncFailure> failed;
  std::map<net::SyncId, net::SyncRefusal> refused;
  std::map<net::SyncId, net::SyncProgress> progress;
  std::size_t ended = 0, strikes = 0;

 private:
  Simulator& sim_;
  SeededRandom random_;
  net::SyncNode node_;
  HostId host_;
};

}  // namespace hn::sim
