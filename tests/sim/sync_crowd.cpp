#include <doctest/doctest.h>

#include <algorithm>

#include "sim/crowd.hpp"
#include "sim/sync_host_node.hpp"

// How news spreads among many, and what it costs them.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::MemorySyncHost;

constexpr std::uint64_t kHeaders = 28;  // IPv4 and UDP

std::string text(Random& random, std::size_t size) {
  std::string s(size, '\0');
  random.fill({reinterpret_cast<Byte*>(s.data()), s.size()});
  return s;
}

struct Crowd {
  explicit Crowd(std::size_t count, std::uint64_t seed)
      : sim(seed_of_run(seed)), genesis(MemorySyncHost::genesis("peer0")) {
    for (std::size_t i = 0; i < count; ++i)
      peers.push_back(std::make_unique<SyncMachine>(sim, "peer" + std::to_string(i), genesis.id));
    MemorySyncHost& first = peers[0]->store;
    first.learn(genesis);
    for (std::size_t i = 1; i < count; ++i) first.grant("peer" + std::to_string(i));
    // All begin with the whole log: what is measured is news.
    for (std::size_t i = 1; i < count; ++i)
      for (const log::EntryId& id : log::missing(first.view(), {}))
        peers[i]->store.learn(*first.view().find(id));
    sim.tap = [this](HostId, const PeerAddress&, const Datagram& datagram) {
      bytes += datagram.bytes.size() + kHeaders;
      ++datagrams;
      return true;
    };
  }
  void join(std::size_t a, std::size_t b, const Path& p) {
    sim.link(peers[a]->host(), peers[b]->host(), p);
    peers[a]->sync(*peers[b]);
  }
  // Everybody with everybody.
  void mesh_of_all(const Path& p) {
    for (std::size_t a = 0; a < peers.size(); ++a)
      for (std::size_t b = a + 1; b < peers.size(); ++b) join(a, b, p);
    sim.run_for(seconds(20));
  }
  // A commit of so many bytes: the seconds until each of the others has it, sorted.
  std::vector<double> commit(std::size_t author, std::size_t size) {
    bytes = datagrams = 0;
    const std::vector<std::string> blocks{text(sim.random(), 180), text(sim.random(), 120),
                                          text(sim.random(), size)};
    const Time begun = sim.now();
    peers[author]->store.publish(blocks);
    peers[author]->changed();
    const std::size_t entries = peers[author]->store.view().size();
    std::set<std::size_t> waiting;
    for (std::size_t i = 0; i < peers.size(); ++i)
      if (!left_out_.contains(i)) waiting.insert(i);
    std::vector<double> out;
    sim.run_until(
        [&] {
          std::erase_if(waiting, [&](std::size_t i) {
            const MemorySyncHost& store = peers[i]->store;
            if (store.view().size() < entries || !store.holds(blocks.back())) return false;
            out.push_back(std::chrono::duration<double>(sim.now() - begun).count());
            return true;
          });
          return waiting.empty();
        },
        seconds(100));
    CHECK(waiting.empty());
    sim.run_for(seconds(10));
    return out;
  }

  void leave_out(std::size_t peer) { left_out_.insert(peer); }

  Simulator sim;
  log::SignedEntry genesis;
  std::vector<std::unique_ptr<SyncMachine>> peers;
  std::uint64_t bytes = 0, datagrams = 0;

 private:
  std::set<std::size_t> left_out_;
};

TEST_CASE("a commit reaches all of a small crowd at once, and once") {
  struct Case {
    std::string name;
    std::size_t peers;
    Path path;
    double last;          // seconds
    std::uint64_t bytes;  // for each peer, both ways, once the tree has been found
  };
  const Path wan = path(20, milliseconds(20)).with_loss(0.05);
  const Path mesh = path(2, milliseconds(150)).with_loss(0.2);
  for (const Case& c : {Case{"wan", 16, wan, 0.2, 10'000}, Case{"wan", 32, wan, 0.25, 20'000},
                        Case{"mesh", 16, mesh, 1.5, 20'000}, Case{"mesh", 32, mesh, 2, 40'000}}) {
    CAPTURE(c.name);
    Crowd crowd(c.peers, 900);
    crowd.mesh_of_all(c.path);
    std::vector<double> last;
    for (std::size_t i = 0; i < 5; ++i) {
      const std::vector<double> t = crowd.commit(i * 3, 400);
      MESSAGE(c.peers << " peers, " << c.name << ": median " << t[t.size() / 2] << " s, last "
                      << t.back() << " s, " << crowd.bytes / c.peers << " bytes and "
                      << crowd.datagrams / c.peers << " datagrams for each");
      last.push_back(t.back());
      if (i > 0) CHECK(crowd.bytes / c.peers < c.bytes);
    }
    std::ranges::sort(last);
    CHECK(last[2] < c.last);
    CHECK(last.back() < 3 * c.last);
  }
}

// Sessions in a circle and some across: news takes several steps, and finds more ways than one.
void join_sparsely(Crowd& crowd, const Path& p) {
  const std::size_t n = crowd.peers.size();
  for (std::size_t i = 0; i < n; ++i) {
    crowd.join(i, (i + 1) % n, p);
    crowd.join(i, (i + 5) % n, p);
  }
  crowd.sim.run_for(seconds(20));
}

TEST_CASE("where a peer of the tree is gone, news comes by another way") {
  for (const std::size_t gone : {1U, 5U, 11U, 19U}) {
    CAPTURE(gone);
    Crowd crowd(20, 910);
    join_sparsely(crowd, path(20, milliseconds(20)).with_loss(0.05));
    for (int i = 0; i < 3; ++i) CHECK(crowd.commit(0, 400).size() == 20);
    const std::vector<double> before = crowd.commit(0, 400);
    std::vector<HostId> rest;
    for (std::size_t i = 0; i < crowd.peers.size(); ++i)
      if (i != gone) rest.push_back(crowd.peers[i]->host());
    crowd.sim.partition({rest});
    crowd.leave_out(gone);
    const std::vector<double> after = crowd.commit(0, 400);
    MESSAGE("without peer " << gone << ": last " << before.back() << " s, then " << after.back()
                            << " s");
    CHECK(after.size() == 19);
    CHECK(after.back() < 2);
  }
}

TEST_CASE("who writes at the same time keeps nobody from hearing of it") {
  Crowd crowd(20, 920);
  join_sparsely(crowd, path(20, milliseconds(20)).with_loss(0.1));
  for (int round = 0; round < 1; ++round) {
    for (const auto& peer : crowd.peers) {
      peer->store.publish({text(crowd.sim.random(), 300)});
      peer->changed();
    }
    const auto same = [&] {
      return std::ranges::all_of(crowd.peers, [&](const auto& peer) {
        return peer->store.view().digest() == crowd.peers[0]->store.view().digest() &&
               peer->store.state_digest() == crowd.peers[0]->store.state_digest();
      });
    };
    const Time begun = crowd.sim.now();
    CHECK(crowd.sim.run_until(same, seconds(30)));
    MESSAGE("20 commits at once: " << std::chrono::duration<double>(crowd.sim.now() - begun).count()
                                   << " s");
    CHECK(crowd.sim.now() - begun < seconds(5));
  }
  for (const auto& peer : crowd.peers) CHECK(peer->strikes == 0);
}

// More than a mesh of all: each holds a few sessions, and finds others where those end.
TEST_CASE("a large crowd holds together with few sessions each, and everybody hears everything") {
  for (const double churn : {0.0, 0.3}) {
    CAPTURE(churn);
    CrowdShape shape;
    shape.peers = 80;
    shape.loss = 0.2;
    shape.churn = churn;
    BigCrowd crowd(shape, 930);
    crowd.sim.run_for(seconds(90));
    std::size_t most = 0, sum = 0;
    for (const auto& peer : crowd.peers) {
      most = std::max(most, peer->here());
      sum += peer->here();
    }
    MESSAGE("sessions: " << static_cast<double>(sum) / 80 << " in the mean, at most " << most);
    CHECK(sum >= 80 * 4);
    CHECK(sum <= 80 * net::kActiveMax);
    CHECK(most <= 4 * net::kActiveMax);
    for (std::size_t i = 0; i < 3; ++i) {
      crowd.bytes = 0;
      const Spread s = crowd.commit(i, 500, seconds(60));
      MESSAGE("churn " << churn << ": median " << s.at(0.5) << " s, 90 % " << s.at(0.9)
                       << " s, last " << s.times.back() << " s; " << crowd.bytes / 80
                       << " bytes for each");
      CHECK(s.without == 0);
      CHECK(s.at(0.9) < 1.5);
      crowd.sim.run_for(seconds(5));
    }
    CHECK(crowd.strikes() == 0);
  }
}

}  // namespace
}  // namespace hn::sim
