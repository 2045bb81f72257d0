#include <doctest/doctest.h>

#include "net/rate_limit.hpp"
#include "sim/transfer.hpp"

// Limits that an owner sets: how well what is sent and what is asked for keeps to them.
namespace hn::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;
constexpr double kDatagram = 1452;

double in_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

// What a rate over any stretch of time was exceeded by, at most.
class Excess {
 public:
  explicit Excess(double rate) : rate_(rate) {}
  void add(Time now, double bytes) {
    level_ = std::max(0.0, level_ - rate_ * in_seconds(now - last_)) + bytes;
    last_ = now;
    most_ = std::max(most_, level_);
  }
  double most() const { return most_; }

 private:
  double rate_;
  double level_ = 0;
  double most_ = 0;
  Time last_{};
};

struct Case {
  std::uint64_t rate;
  Path path;
};

std::vector<Case> cases() {
  return {{1'000'000, wan()},     {100'000, wan()},
          {5'000, wan()},         {100'000, wan().with_loss(0.1)},
          {500'000, satellite()}, {20'000'000, lan()}};
}

TEST_CASE("what is sent keeps to a limit, and uses it") {
  for (const Case& c : cases()) {
    INFO("rate ", c.rate);
    Pair p(61, c.path);
    INFO("seed ", p.sim.seed());
    p.a.endpoint().limit({c.rate, {}});
    const auto rate = static_cast<double>(c.rate);
    Excess excess(rate);
    p.sim.tap = [&](HostId from, const PeerAddress&, const Datagram& datagram) {
      if (from == p.a.host()) excess.add(p.sim.now(), static_cast<double>(datagram.bytes.size()));
      return true;
    };
    p.send(kEndless);
    p.sim.run_for(seconds(3));
    const std::uint64_t before = p.sim.traffic(p.a.host(), p.b.host()).bytes;
    p.sim.run_for(seconds(10));
    const auto sent =
        static_cast<double>(p.sim.traffic(p.a.host(), p.b.host()).bytes - before) / 10;
    MESSAGE("limit " << c.rate << ": " << sent << " bytes a second, " << excess.most()
                     << " bytes at most above it");
    CHECK(p.wrong == 0);
    CHECK(sent >= 0.95 * rate);
    // A burst of a fiftieth of a second, what overdraws it, and the hello before the key is known.
    const double burst = std::clamp(rate / 50, 3000.0, 65536.0) + 2 * kDatagram;
    CHECK(excess.most() <= burst);
    CHECK(sent * 10 <= rate * 10 + burst);
  }
}

TEST_CASE("what is asked for keeps to a limit, and uses it") {
  for (const Case& c : cases()) {
    INFO("rate ", c.rate);
    Pair p(62, c.path);
    INFO("seed ", p.sim.seed());
    p.b.endpoint().limit({c.rate, {}});
    const auto rate = static_cast<double>(c.rate);
    const auto window =
        static_cast<double>(std::min<std::size_t>(net::window_at(c.rate), 24 << 20));
    p.send(kEndless);
    REQUIRE(p.sim.run_until([&] { return p.received > 0; }, seconds(5)));
    const Time begin = p.sim.now();
    p.sim.run_for(seconds(5));
    const std::uint64_t before = p.received;
    p.sim.run_for(seconds(10));
    const double came = static_cast<double>(p.received - before) / 10;
    MESSAGE("limit " << c.rate << ": " << came << " bytes a second came");
    CHECK(p.wrong == 0);
    CHECK(came >= 0.95 * rate);
    CHECK(came * 10 <= rate * 10 + window);
    CHECK(static_cast<double>(p.received) <= rate * in_seconds(p.sim.now() - begin) + 2 * window);
  }
}

// One host in the middle that sends to two others.
struct Fan {
  explicit Fan(std::uint64_t seed) : sim(seed_of_run(seed)), a(sim), b(sim), c(sim) {
    sim.link(a.host(), b.host(), wan());
    sim.link(a.host(), c.host(), wan());
    for (EndpointHost* to : {&b, &c}) {
      to->on_event = [to](const net::Event& e) {
        const auto* r = std::get_if<net::StreamReadable>(&e);
        if (r == nullptr) return;
        Bytes buffer(1 << 16);
        while (to->endpoint().read(r->connection, r->stream, buffer).bytes > 0) {
        }
      };
      const auto connection =
          a.endpoint().connect(sim.now(), to->address(), to->endpoint().public_key());
      streams[connection] = *a.endpoint().open_stream(connection);
    }
    a.on_event = [this](const net::Event& e) {
      if (const auto* up = std::get_if<net::Connected>(&e)) fill(up->connection);
      if (const auto* w = std::get_if<net::StreamWritable>(&e)) fill(w->connection);
    };
  }
  void fill(net::ConnectionId connection) {
    const Bytes bytes(1 << 16);
    while (a.endpoint().write(connection, streams.at(connection), bytes) == bytes.size()) {
    }
  }
  // Bytes a second to b and to c, over some seconds.
  std::pair<double, double> rates(int over) {
    const auto sent = [this](const EndpointHost& to) {
      return static_cast<double>(sim.traffic(a.host(), to.host()).bytes);
    };
    const std::pair before{sent(b), sent(c)};
    sim.run_for(seconds(over));
    return {(sent(b) - before.first) / over, (sent(c) - before.second) / over};
  }

  Simulator sim;
  EndpointHost a, b, c;
  std::map<net::ConnectionId, net::StreamId> streams;
};

TEST_CASE("connections share a limit evenly") {
  for (const std::uint64_t rate : {std::uint64_t{10'000}, std::uint64_t{400'000}}) {
    Fan fan(63);
    INFO("seed ", fan.sim.seed());
    fan.a.endpoint().limit({rate, {}});
    fan.a.kick();
    fan.sim.run_for(seconds(3));
    const auto [b, c] = fan.rates(10);
    MESSAGE("limit " << rate << ": " << b << " and " << c << " bytes a second");
    CHECK(b + c >= 0.95 * static_cast<double>(rate));
    CHECK(b + c <= 1.05 * static_cast<double>(rate) + 1500);
    CHECK(std::min(b, c) >= 0.8 * std::max(b, c));
  }
}

TEST_CASE("a limit of one peer holds for that peer alone, until it is lifted") {
  Fan fan(64);
  INFO("seed ", fan.sim.seed());
  fan.a.endpoint().limit({0, {{fan.b.endpoint().public_key(), 50'000}}});
  fan.a.kick();
  fan.sim.run_for(seconds(3));
  const auto limited = fan.rates(5);
  MESSAGE(limited.first << " and " << limited.second << " bytes a second");
  CHECK(limited.first <= 50'000 * 1.05);
  CHECK(limited.first >= 50'000 * 0.95);
  CHECK(limited.second >= 2'000'000);
  // The limit was not taken for what the path carries.
  fan.a.endpoint().limit({});
  fan.a.kick();
  const double at_once = fan.rates(1).first;
  MESSAGE("lifted: " << at_once << " bytes in the first second");
  CHECK(at_once >= 1'800'000);
}

}  // namespace
}  // namespace hn::sim
