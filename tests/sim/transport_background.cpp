#include <doctest/doctest.h>

#include "sim/transfer.hpp"

// Who is told to give way: beside others on one link, and alone.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One host that sends to another over connections of both kinds, through one queue.
struct Shared {
  Shared(std::uint64_t seed, const Path& p) : sim(seed_of_run(seed)), a(sim), b(sim) {
    sim.link(a.host(), b.host(), p);
    b.on_event = [this](const net::Event& e) {
      const auto* r = std::get_if<net::StreamReadable>(&e);
      if (r == nullptr) return;
      Bytes buffer(1 << 16);
      while (const std::size_t n = b.endpoint().read(r->connection, r->stream, buffer).bytes) {
        came[r->connection] += static_cast<double>(n);
      }
    };
    a.on_event = [this](const net::Event& e) {
      if (const auto* up = std::get_if<net::Connected>(&e)) fill(up->connection);
      if (const auto* w = std::get_if<net::StreamWritable>(&e)) fill(w->connection);
    };
  }
  // The number of the connection at b: they come about in this order.
  net::ConnectionId begin(bool background) {
    const auto connection = a.endpoint().connect(sim.now(), b.address(), b.endpoint().public_key());
    a.endpoint().set_background(connection, background);
    streams[connection] = *a.endpoint().open_stream(connection);
    a.kick();
    sim.run_for(seconds(1));
    return connection;
  }
  void fill(net::ConnectionId connection) {
    const Bytes bytes(1 << 16);
    while (a.endpoint().write(connection, streams.at(connection), bytes) == bytes.size()) {
    }
  }
  // Bytes a second that come on each, of what the link carries.
  std::map<net::ConnectionId, double> shares(int over) {
    const auto before = came;
    sim.run_for(seconds(over));
    const double rate = sim.path_of(a.host(), b.host()).bits_per_second / 8;
    std::map<net::ConnectionId, double> out;
    for (auto& [connection, bytes] : came) {
      const auto was = before.find(connection);
      out[connection] = (bytes - (was == before.end() ? 0 : was->second)) / over / rate;
    }
    return out;
  }

  Simulator sim;
  EndpointHost a, b;
  std::map<net::ConnectionId, net::StreamId> streams;
  std::map<net::ConnectionId, double> came;
};

struct Case {
  std::string name;
  Path path;
  double alone;  // share of the link that is used at least
};

// Bytes of headers, of the transport and below, are a twentieth of a link.
std::vector<Case> cases() {
  return {{"wan", wan(), 0.8},
          {"10 Mbit/s, 100 ms", path(10, milliseconds(50)), 0.8},
          {"100 Mbit/s, 10 ms", path(100, milliseconds(5)), 0.8},
          // Four packets are two fifths of the round trip: what is queue is hard to tell.
          {"2 Mbit/s, 60 ms", path(2, milliseconds(30)), 0.7},
          {"wan, 2 % lost", wan().with_loss(0.02), 0.75}};
}

TEST_CASE("in the background alone: most of an idle link") {
  for (const Case& c : cases()) {
    INFO(c.name);
    Shared s(71, c.path);
    INFO("seed ", s.sim.seed());
    s.begin(true);
    s.sim.run_for(seconds(10));
    const double share = s.shares(20)[{1}];
    MESSAGE(c.name << ": " << share);
    CHECK(share >= c.alone);
  }
}

TEST_CASE("in the background beside others: little, whoever came first") {
  for (const Case& c : cases()) {
    for (const bool first : {true, false}) {
      INFO(c.name, " first: ", first);
      Shared s(72, c.path);
      INFO("seed ", s.sim.seed());
      s.begin(first);
      s.sim.run_for(seconds(5));
      s.begin(!first);
      s.sim.run_for(seconds(10));
      auto shares = s.shares(20);
      const double behind = shares[{first ? 1U : 2U}];
      const double before = shares[{first ? 2U : 1U}];
      MESSAGE(c.name << ": " << behind << " beside " << before);
      CHECK(behind < 0.15);
      CHECK(before > 0.8);
    }
  }
}

TEST_CASE("in the background: an idle link is found again") {
  for (const Case& c : cases()) {
    INFO(c.name);
    Shared s(73, c.path);
    INFO("seed ", s.sim.seed());
    s.begin(true);
    const auto other = s.begin(false);
    s.sim.run_for(seconds(20));
    s.a.endpoint().close(s.sim.now(), other, 0, "");
    s.a.kick();
    s.sim.run_for(seconds(15));
    const double share = s.shares(10)[{1}];
    MESSAGE(c.name << ": " << share);
    CHECK(share >= c.alone - 0.1);
  }
}

}  // namespace
}  // namespace hn::sim
