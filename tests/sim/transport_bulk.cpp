#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>

#include "sim/transfer.hpp"

namespace hn::sim {
namespace {

using std::chrono::seconds;

// Megabits per second that arrive between `warm_up` and `warm_up + length` of an endless stream.
double goodput(std::uint64_t seed, const Path& path, Duration warm_up, Duration length) {
  Pair p(seed, path);
  p.send(std::uint64_t{1} << 40);
  p.sim.run_until([&] { return p.received > 0; }, seconds(20));
  p.sim.run_for(warm_up);
  const std::uint64_t before = p.received;
  p.sim.run_for(length);
  CHECK(p.wrong == 0);
  return static_cast<double>(p.received - before) * 8 /
         std::chrono::duration<double>(length).count() / 1e6;
}

struct Profile {
  std::string name;
  Path path;
  Duration warm_up;
  Duration length;
  double least[7];  // share of what the link can carry at each loss, that must be reached
};

TEST_CASE("a fifth of the packets lost leaves most of the link") {
  const std::uint64_t seed = seed_of_run(11);
  INFO("seed ", seed);
  CHECK(goodput(seed, wan().with_loss(0.1), seconds(4), seconds(4)) > 20 * 0.9 * 0.85);
  CHECK(goodput(seed, wan().with_loss(0.2), seconds(4), seconds(4)) > 20 * 0.8 * 0.8);
}

// What overflows a queue at the beginning is missing at the other end, and holds up all behind it.
TEST_CASE("a long path with losses is full from its first seconds on") {
  std::uint64_t received = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Pair p(seed, path(10, std::chrono::milliseconds(300)).with_loss(0.03));
    p.send(std::uint64_t{1} << 40);
    REQUIRE(p.sim.run_until([&] { return p.received > 0; }, seconds(20)));
    p.sim.run_for(seconds(20));
    received += p.received;
  }
  MESSAGE(received);
  // Of 468 MB that the path can carry; 316 where three rounds go by before the queue is believed.
  CHECK(received > 328'000'000);
}

// b answers each stream of a with as many bytes as were asked for, a then asks again.
TEST_CASE("the second answer on a long path comes as fast as the path allows") {
  constexpr std::size_t kAnswer = 8'000'000;
  Simulator sim(seed_of_run(12));
  INFO("seed ", sim.seed());
  EndpointHost a(sim);
  EndpointHost b(sim);
  sim.link(a.host(), b.host(), satellite());
  std::map<std::uint64_t, std::size_t> written;
  const auto answer = [&](net::ConnectionId c, net::StreamId s) {
    std::size_t& done = written[s.value];
    done += b.endpoint().write(c, s, Bytes(kAnswer - done));
    if (done == kAnswer) b.endpoint().finish(c, s);
  };
  b.on_event = [&](const net::Event& e) {
    if (const auto* o = std::get_if<net::StreamOpened>(&e)) answer(o->connection, o->stream);
    if (const auto* w = std::get_if<net::StreamWritable>(&e)) answer(w->connection, w->stream);
  };
  std::size_t ended = 0;
  Bytes buffer(1 << 16);
  a.on_event = [&](const net::Event& e) {
    const auto* r = std::get_if<net::StreamReadable>(&e);
    if (r == nullptr) return;
    for (;;) {
      const auto got = a.endpoint().read(r->connection, r->stream, buffer);
      ended += got.end ? 1 : 0;
      if (got.end || got.bytes == 0) return;
    }
  };
  const auto c = a.endpoint().connect(sim.now(), b.address(), b.endpoint().public_key());
  a.kick();
  double last = 0;
  for (std::size_t i = 1; i <= 3; ++i) {
    const Time begin = sim.now();
    const auto s = a.endpoint().open_stream(c);
    REQUIRE(s);
    a.endpoint().write(c, *s, Bytes(1));
    a.endpoint().finish(c, *s);
    a.kick();
    REQUIRE(sim.run_until([&] { return ended == i; }, seconds(60)));
    last = std::chrono::duration<double>(sim.now() - begin).count();
  }
  // 3.2 s at the path's rate, and a round trip; with a window of 1 MiB that grows again, 5.2 s.
  CHECK(last < 4.8);
}

// The whole table takes a minute of an optimised build: sim_transport --no-skip -tc="goodput*".
TEST_CASE("goodput over profiles and losses" * doctest::skip()) {
  const double losses[] = {0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5};
  Path small_lan = path(200, std::chrono::microseconds(200));
  const Profile profiles[] = {
      {"lan 200 Mbit/s 0.4 ms",
       small_lan,
       seconds(1),
       seconds(1),
       {0.8, 0.8, 0.8, 0.8, 0.7, 0.5, 0.1}},
      {"wan 20 Mbit/s 40 ms",
       wan(),
       seconds(5),
       seconds(10),
       {0.85, 0.85, 0.85, 0.85, 0.85, 0.6, 0.2}},
      {"mesh 10 Mbit/s 10 ms, jitter, bursts",
       mesh(),
       seconds(5),
       seconds(10),
       {0.7, 0.7, 0.7, 0.7, 0.7, 0.5, 0.1}},
      {"satellite 20 Mbit/s 600 ms",
       satellite(),
       seconds(20),
       seconds(20),
       {0.8, 0.8, 0.8, 0.7, 0.7, 0.5, 0.1}},
  };
  std::printf("goodput in Mbit/s and as a share of what the link can carry, by loss\n%-38s", "");
  for (const double loss : losses) std::printf("%13.0f%%", loss * 100);
  std::printf("\n");
  const std::uint64_t seed = seed_of_run(10);
  INFO("seed ", seed);
  for (const Profile& profile : profiles) {
    std::printf("%-38s", profile.name.c_str());
    for (std::size_t i = 0; i < std::size(losses); ++i) {
      const double mbit =
          goodput(seed, profile.path.with_loss(losses[i]), profile.warm_up, profile.length);
      // Headers of IP, UDP and the transport take their part of the link.
      const double can =
          profile.path.bits_per_second / 1e6 * (1 - losses[i]) * (1452.0 - 29 - 12) / (1452 + 28);
      std::printf("%8.2f %4.0f%%", mbit, 100 * mbit / can);
      std::fflush(stdout);
      INFO(profile.name, " at loss ", losses[i]);
      CHECK(mbit / can >= profile.least[i]);
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace hn::sim
