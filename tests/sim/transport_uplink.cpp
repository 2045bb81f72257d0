#include <doctest/doctest.h>

#include "sim/simulator.hpp"

namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kPeers = 29;
constexpr double kBits = 32e3;

// One host behind a slow uplink, and many others that it calls and sends to.
struct Hub {
  explicit Hub(std::uint64_t seed) : sim(seed_of_run(seed)), hub(sim, patient()) {
    sim.everywhere = [](HostId, HostId) { return path(1000, milliseconds(5)); };
    sim.set_uplink(hub.host(), kBits, 64 * 1024);
    sim.tap = [this](HostId from, const PeerAddress&, const Datagram& d) {
      if (from != hub.host()) return true;
      sent += d.bytes.size() + 28;
      if (d.bytes[0] == 0x80) ++hellos;
      return true;
    };
    for (std::size_t i = 0; i < kPeers; ++i) {
      peers.push_back(std::make_unique<EndpointHost>(sim, patient()));
      peers[i]->on_event = [this, i](const net::Event& e) { read(i, e); };
    }
    hub.on_event = [this](const net::Event& e) {
      if (std::get_if<net::Connected>(&e) != nullptr) ++connected;
      if (std::get_if<net::ConnectionClosed>(&e) != nullptr) ++closed;
    };
  }
  // A queue of twelve seconds, and pings each twenty, are too much for idle timeouts of thirty.
  static net::EndpointConfig patient() {
    net::EndpointConfig config;
    config.idle_timeout = std::chrono::minutes(2);
    return config;
  }
  // Until all are connected and the queue is empty.
  void meet() {
    call();
    sim.run_for(seconds(60));
    REQUIRE(connected == kPeers);
  }
  void call() {
    for (const auto& peer : peers)
      connections.push_back(
          hub.endpoint().connect(sim.now(), peer->address(), peer->endpoint().public_key()));
    hub.kick();
  }
  void send(std::size_t bytes) {
    sent = received = 0;
    for (const net::ConnectionId c : connections) {
      const auto stream = hub.endpoint().open_stream(c);
      REQUIRE(stream);
      REQUIRE(hub.endpoint().write(c, *stream, Bytes(bytes)) == bytes);
      hub.endpoint().finish(c, *stream);
    }
    hub.kick();
  }
  bool until_received(std::uint64_t bytes, Duration limit) {
    return sim.run_until([&] { return received == bytes; }, limit);
  }
  void read(std::size_t i, const net::Event& e) {
    const auto* r = std::get_if<net::StreamReadable>(&e);
    if (r == nullptr) return;
    std::array<Byte, 4096> buffer{};
    for (;;) {
      const auto got = peers[i]->endpoint().read(r->connection, r->stream, buffer);
      received += got.bytes;
      if (got.bytes == 0) return;
    }
  }
  // How long the uplink takes for so much.
  static Duration time_of(std::uint64_t bytes) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) * 8 / kBits));
  }
  static std::uint64_t bytes_in(Duration d) {
    return static_cast<std::uint64_t>(std::chrono::duration<double>(d).count() * kBits / 8);
  }

  Simulator sim;
  EndpointHost hub;
  std::vector<std::unique_ptr<EndpointHost>> peers;
  std::vector<net::ConnectionId> connections;
  std::size_t connected = 0, closed = 0, hellos = 0;
  std::uint64_t sent = 0, received = 0;
};

TEST_CASE("many calls through one slow uplink are few hellos more than calls") {
  Hub h(300);
  INFO("seed ", h.sim.seed());
  h.call();
  CHECK(h.sim.run_until([&] { return h.connected == kPeers; }, 2 * Hub::time_of(kPeers * 1228)));
  MESSAGE(h.hellos << " hellos, " << h.sent << " bytes");
  CHECK(h.hellos <= kPeers * 3 / 2);
  CHECK(h.closed == 0);
}

TEST_CASE("what many connections send through one slow uplink is not taken for lost") {
  Hub h(301);
  INFO("seed ", h.sim.seed());
  h.meet();
  for (const std::size_t bytes : {500U, 1500U}) {
    INFO("bytes ", bytes);
    h.send(bytes);
    const std::uint64_t all = kPeers * bytes;
    const Time begun = h.sim.now();
    CHECK(h.until_received(all, 3 * Hub::time_of(all)));
    MESSAGE(bytes << " bytes to each: "
                  << std::chrono::duration<double>(h.sim.now() - begun) / Hub::time_of(all)
                  << " of the time that they take, " << h.sent << " bytes for " << all);
    const std::uint64_t headers = kPeers * (bytes / 1100 + 1) * 64;
    CHECK(h.sent < all + headers + (all + headers) / 4);
    h.sim.run_for(seconds(20));
  }
  CHECK(h.closed == 0);
}

TEST_CASE("many connections with much to send keep the queue of a slow uplink short") {
  Hub h(302);
  INFO("seed ", h.sim.seed());
  h.meet();
  h.send(100'000);
  h.sim.run_for(seconds(60));
  const std::uint64_t sent = h.sent, received = h.received;
  h.sim.run_for(seconds(60));
  Duration longest{};
  for (const net::ConnectionId c : h.connections)
    if (const auto s = h.hub.endpoint().statistics(c)) longest = std::max(longest, s->round_trip);
  MESSAGE("longest round trip " << std::chrono::duration<double>(longest).count() << " s, "
                                << h.received - received << " of " << h.sent - sent << " bytes");
  CHECK(longest < seconds(10));
  CHECK(h.received - received > Hub::bytes_in(seconds(60)) / 2);
}

}  // namespace
}  // namespace hn::sim
