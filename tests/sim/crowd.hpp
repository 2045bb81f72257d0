#pragma once

#include <algorithm>

#include "sim/crowd_peer.hpp"

namespace hn::sim {

struct CrowdShape {
  std::size_t peers = 100;
  std::size_t writers = 10;
  std::size_t first_known = 3;  // other peers that each knows when it comes
  double mbit = 20;             // of each pair's link
  double uplink_mbit = 0;       // of each peer, all its links together; 0: no limit
  Duration delay_min = std::chrono::milliseconds(10);  // one way, drawn for each pair
  Duration delay_max = std::chrono::milliseconds(60);
  double loss = 0;
  double churn = 0;  // share of the peers that is off for a minute, each minute
  Duration arrival = std::chrono::seconds(30);  // all have come after this
};

// When one commit was with those who were on all the time: seconds from its making, sorted; and who
// of them never had it in time. Who was off has it so many seconds after it came back.
struct Spread {
  std::vector<double> times;
  std::vector<double> after_return;
  std::size_t without = 0;
  double at(double share) const { return of(times, share); }
  double after_return_at(double share) const { return of(after_return, share); }

 private:
  static double of(const std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }
};

// Many peers of one open repository, who come one after the other and find each other.
class BigCrowd {
 public:
  BigCrowd(const CrowdShape& shape, std::uint64_t seed)
      : sim(seed_of_run(seed)),
        shape_(shape),
        genesis_(testing::MemorySyncHost::genesis("peer0", log::Visibility::open)) {
    sim.everywhere = [this](HostId from, HostId to) { return path_between(from, to); };
    sim.tap = [this](HostId, const PeerAddress&, const Datagram& datagram) {
      bytes += datagram.bytes.size() + kHeaders;
      ++datagrams;
      return true;
    };
    for (std::size_t i = 0; i < shape.peers; ++i)
      peers.push_back(std::make_unique<CrowdPeer>(sim, "peer" + std::to_string(i), genesis_.id));
    testing::MemorySyncHost& first = peers[0]->store;
    first.learn(genesis_);
    for (std::size_t i = 1; i < shape.writers; ++i) first.grant("peer" + std::to_string(i));
    for (std::size_t i = 1; i < shape.peers; ++i)
      for (const log::EntryId& id : log::missing(first.view(), {}))
        peers[i]->store.learn(*first.view().find(id));
    for (std::size_t i = 0; i < shape.peers; ++i) {
      if (shape.uplink_mbit > 0)
        sim.set_uplink(peers[i]->host(), shape.uplink_mbit * 1e6, 64 * 1024);
      peers[i]->store.on_flush = [this, i] { arrived(i); };
      for (std::size_t k = 0; i > 0 && k < shape.first_known; ++k)
        peers[i]->know(*peers[sim.random().below(i)]);
      sim.after(
          shape.arrival * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(shape.peers),
          [this, i] { peers[i]->begin(); });
    }
    if (shape.churn > 0) sim.after(std::chrono::seconds(1), [this] { churn(); });
  }

  // One of the writers commits so many bytes; runs until all who are on have it, or for `limit`,
  // and on until `all` is over.
  Spread commit(std::size_t writer, std::size_t size, Duration limit) {
    std::string text(size, '\0');
    sim.random().fill({reinterpret_cast<Byte*>(text.data()), text.size()});
    std::vector<std::string> blocks{"commit " + std::to_string(++commits_)};
    for (std::size_t at = 0; at < text.size(); at += 64 * 1024)
      blocks.push_back(text.substr(at, 64 * 1024));
    waiting_.clear();
    returning_.clear();
    for (std::size_t i = 0; i < peers.size(); ++i)
      if (i != writer) (off(i) ? returning_ : waiting_).insert(i);
    blocks_ = blocks;
    spread_ = {};
    begun_ = sim.now();
    peers[writer]->store.publish(blocks);
    peers[writer]->changed();
    wanted_ = peers[writer]->store.view().size();
    sim.run_until([this] { return waiting_.empty(); }, limit);
    spread_.without = waiting_.size();
    std::ranges::sort(spread_.times);
    return spread_;
  }
  // Of the last commit, as it is now.
  Spread spread() const {
    Spread out = spread_;
    std::ranges::sort(out.after_return);
    return out;
  }
  bool off(std::size_t i) const { return off_.contains(i); }
  std::size_t strikes() const {
    std::size_t n = 0;
    for (const auto& peer : peers) n += peer->strikes;
    return n;
  }

  Simulator sim;
  std::vector<std::unique_ptr<CrowdPeer>> peers;
  std::uint64_t bytes = 0, datagrams = 0;

 private:
  static constexpr std::uint64_t kHeaders = 28;  // IPv4 and UDP

  Path path_between(HostId from, HostId to) {
    // The same both ways, whoever speaks first.
    const auto [a, b] = std::minmax(from.value, to.value);
    SeededRandom pair(sim.seed() * 1'000'003 + a * 100'003 + b);
    const auto span = static_cast<std::uint64_t>((shape_.delay_max - shape_.delay_min).count() + 1);
    return path(shape_.mbit,
                shape_.delay_min + Duration(static_cast<std::int64_t>(pair.below(span))))
        .with_loss(shape_.loss);
  }
  void arrived(std::size_t i) {
    const bool returns = returning_.contains(i);
    if (!returns && !waiting_.contains(i)) return;
    const testing::MemorySyncHost& store = peers[i]->store;
    if (store.view().size() < wanted_) return;
    if (!std::ranges::all_of(blocks_, [&](const auto& b) { return store.holds(b); })) return;
    const Time since = returns ? back_[i] : begun_;
    (returns ? spread_.after_return : spread_.times)
        .push_back(std::chrono::duration<double>(sim.now() - since).count());
    (returns ? returning_ : waiting_).erase(i);
  }
  // Each second some go, and come back after a minute as one who had no power.
  void churn() {
    turned_ += shape_.churn * static_cast<double>(peers.size()) / 60;
    for (; turned_ >= 1; turned_ -= 1) {
      const std::size_t i = shape_.writers + sim.random().below(peers.size() - shape_.writers);
      if (!off_.insert(i).second) continue;
      sim.turn(peers[i]->host(), false);
      if (waiting_.erase(i) != 0) returning_.insert(i);
      sim.after(std::chrono::minutes(1), [this, i] {
        off_.erase(i);
        back_[i] = sim.now();
        peers[i]->restart();
        sim.turn(peers[i]->host(), true);
      });
    }
    sim.after(std::chrono::seconds(1), [this] { churn(); });
  }

  CrowdShape shape_;
  log::SignedEntry genesis_;
  std::set<std::size_t> waiting_, returning_, off_;
  std::map<std::size_t, Time> back_;
  std::vector<std::string> blocks_;
  std::size_t wanted_ = 0, commits_ = 0;
  Time begun_{};
  Spread spread_;
  double turned_ = 0;
};

}  // namespace hn::sim
