#include <doctest/doctest.h>

#include "sim/sync_host_node.hpp"

// What it costs to be in step while nothing happens.
namespace hn::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::MemorySyncHost;

constexpr std::uint64_t kHeaders = 48;  // IPv6 and UDP

// Bytes a second on the wire, both ways, over an hour in which two peers are in step with so many
// repositories.
double idle_cost(std::size_t repositories) {
  Simulator sim(seed_of_run(91));
  std::vector<std::unique_ptr<MemorySyncHost>> stores;
  const log::SignedEntry first = MemorySyncHost::genesis("anna0");
  SyncMachine anna(sim, "anna0", first.id);
  SyncMachine bert(sim, "bert", first.id);
  sim.link(anna.host(), bert.host(), wan());
  anna.store.learn(first);
  anna.store.grant("bert");
  std::vector<net::SyncId> sessions{bert.sync(anna)};
  for (std::size_t n = 1; n < repositories; ++n) {
    const std::string founder = "anna" + std::to_string(n);
    const log::SignedEntry genesis = MemorySyncHost::genesis(founder);
    MemorySyncHost& hers =
        *stores.emplace_back(std::make_unique<MemorySyncHost>(founder, genesis.id));
    MemorySyncHost& his =
        *stores.emplace_back(std::make_unique<MemorySyncHost>("bert", genesis.id));
    hers.learn(genesis);
    hers.grant("bert");
    anna.node().add_host(hers);
    bert.node().add_host(his);
    sessions.push_back(bert.node().sync(sim.now(), anna.address(), anna.node().public_key(), his));
    sim.kick(bert.host());
  }
  CHECK(sim.run_until(
      [&] {
        return std::ranges::all_of(sessions, [&](net::SyncId id) { return bert.agreed(id); });
      },
      minutes(1)));
  CHECK(bert.node().endpoint().connection_count() == 1);
  sim.run_for(minutes(1));
  std::uint64_t bytes = 0;
  sim.tap = [&](HostId, const PeerAddress&, const Datagram& datagram) {
    bytes += datagram.bytes.size() + kHeaders;
    return true;
  };
  sim.run_for(minutes(60));
  CHECK(bert.failed.empty());
  CHECK(bert.node().session_count() == repositories);
  return static_cast<double>(bytes) / 3600;
}

TEST_CASE("an idle peer costs less than ten bytes a second, however many repositories are shared") {
  const double one = idle_cost(1);
  const double ten = idle_cost(10);
  MESSAGE("one repository " << one << " bytes a second, ten " << ten);
  CHECK(one < 10);
  CHECK(ten < 10);
}

}  // namespace
}  // namespace hn::sim
