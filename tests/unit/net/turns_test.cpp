#include "net/turns.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace hn::net {
namespace {

constexpr Time kStart{std::chrono::hours(1)};

std::vector<Taker> takers(std::uint64_t count) {
  std::vector<Taker> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back({{i}, 0, 0});
  return out;
}

TEST_CASE("few takers have no turns") {
  Turns turns;
  for (int i = 0; i < 100; ++i)
    CHECK(turns.choose(kStart + i * kTurn / 4, takers(kTurnsAtOnce), 0).size() == kTurnsAtOnce);
  CHECK_FALSE(turns.next());
}

TEST_CASE("of many takers all come to their turn, none before the others have had theirs") {
  Turns turns;
  const std::vector<Taker> all = takers(3 * kTurnsAtOnce);
  std::vector<int> served(all.size());
  for (int turn = 0; turn < 9; ++turn) {
    const auto& now = turns.choose(kStart + turn * kTurn, all, 0);
    CHECK(now.size() >= kTurnsAtOnce);
    CHECK(now.size() <= kTurnsAtOnce * 3 / 2);  // now and then more are tried
    for (const SyncId id : now) ++served[id.value];
    REQUIRE(turns.next());
    CHECK(*turns.next() <= kStart + (turn + 1) * kTurn);
  }
  CHECK(std::ranges::min(served) >= 3);
  CHECK(std::ranges::max(served) <= 5);
}

TEST_CASE("a turn is not cut short, and who has nothing more to take makes room") {
  Turns turns;
  std::vector<Taker> all = takers(kTurnsAtOnce + 1);
  const std::set<SyncId> first = turns.choose(kStart, all, 0);
  CHECK_FALSE(first.contains(SyncId{kTurnsAtOnce}));
  CHECK(turns.choose(kStart + kTrial / 2, all, 0) == first);
  CHECK(std::ranges::includes(turns.choose(kStart + kTurn / 2, all, 0), first));
  all.erase(all.begin());
  CHECK(turns.choose(kStart + kTurn / 2, all, 0).contains(SyncId{kTurnsAtOnce}));
}

TEST_CASE("who gave comes before who only takes, who comes to a turn all the same") {
  Turns turns;
  std::vector<Taker> all = takers(3 * kTurnsAtOnce);
  for (std::size_t i = 0; i < kTurnsAtOnce; ++i) all[all.size() - 1 - i].gave = 50'000'000;
  std::vector<int> served(all.size());
  for (int turn = 0; turn < 24; ++turn)
    for (const SyncId id : turns.choose(kStart + turn * kTurn, all, 0)) ++served[id.value];
  // Three of four turns go to those that gave; the others share the fourth.
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(served[i] >= (all[i].gave > 0 ? 18 : 2));
    CHECK(served[i] <= (all[i].gave > 0 ? 24 : 4));
  }
  // Where all have given the same again, all are alike.
  for (Taker& taker : all) taker.gave = 50'000'000;
  std::set<SyncId> seen;
  for (int turn = 24; turn < 28; ++turn)
    seen.merge(std::set<SyncId>(turns.choose(kStart + turn * kTurn, all, 0)));
  CHECK(seen.size() == all.size());
}

// Peers that each take so many bytes a second where they are answered, from an uplink that carries
// so many in all: how many are answered at once after some minutes.
std::size_t at_once_after(double each, double uplink) {
  Turns turns;
  const std::vector<Taker> all = takers(40);
  double delivered = 0;
  std::size_t served = 0;
  for (int second = 0; second < 300; ++second) {
    served = turns
                 .choose(kStart + std::chrono::seconds(second), all,
                         static_cast<std::uint64_t>(delivered))
                 .size();
    delivered += std::min(each * static_cast<double>(served), uplink);
  }
  return served;
}

TEST_CASE("more are answered at once where their own links are what is slow") {
  CHECK(at_once_after(125'000, 12'500'000) == 40);
  CHECK(at_once_after(1'250'000, 1'250'000) <= kTurnsAtOnce * 3 / 2);
  // Sixteen fill the uplink.
  const std::size_t some = at_once_after(100'000, 1'600'000);
  CHECK(some >= 12);
  CHECK(some <= 27);
}

TEST_CASE("a narrow uplink answers only so many at once that each gets its share") {
  const std::vector<Taker> all = takers(3 * kTurnsAtOnce);
  CHECK(Turns().choose(kStart, all, 0, NarrowUplink{4000, true}).size() == 1);
  CHECK(Turns().choose(kStart, all, 0, NarrowUplink{4 * 64 * 1024, true}).size() == 4);
  CHECK(Turns().choose(kStart, all, 0, NarrowUplink{1e7, true}).size() == kTurnsAtOnce);
  CHECK(taken_freely(NarrowUplink{4000, true}) == 4096);
  CHECK(taken_freely(NarrowUplink{1e7, true}) == kTakenFreely);
}

TEST_CASE("over a narrow uplink a turn goes on until what was given has arrived") {
  Turns turns;
  const NarrowUplink narrow{4000, true};
  std::vector<Taker> all = takers(4);
  const std::set<SyncId> first = turns.choose(kStart, all, 0, narrow);
  const auto served = std::ranges::find(all, *first.begin(), &Taker::id);
  served->gave_all = true;
  for (int turn = 1; turn < 4; ++turn) {
    CHECK(turns.choose(kStart + turn * kTurn, all, 0, narrow) == first);
    CHECK(*turns.next() > kStart + turn * kTurn);
  }
  served->gave_all = false;
  CHECK(turns.choose(kStart + 5 * kTurn, all, 0, narrow) != first);
}

TEST_CASE("over a narrow uplink more are tried where it is not what is slow") {
  const auto at_once = [](const NarrowUplink& narrow, std::uint64_t rate) {
    Turns turns;
    std::size_t most = 0;
    for (std::uint64_t second = 0; second < 30; ++second)
      most = std::max(
          most,
          turns.choose(kStart + std::chrono::seconds(second), takers(8), rate * second, narrow)
              .size());
    return most;
  };
  CHECK(at_once({4000, true}, 500) == 1);
  CHECK(at_once({4000, false}, 3900) == 1);
  CHECK(at_once({4000, false}, 500) == 2);
}

TEST_CASE("peers of two narrow uplinks do not take turns in the same order") {
  const auto order = [](std::uint64_t seed) {
    Turns turns(seed);
    std::vector<Taker> all = takers(12);
    std::vector<SyncId> out;
    while (!all.empty()) {
      out.push_back(*turns.choose(kStart, all, 0, NarrowUplink{4000, true}).begin());
      std::erase_if(all, [&](const Taker& t) { return t.id == out.back(); });
    }
    return out;
  };
  CHECK(order(1) != order(2));
}

}  // namespace
}  // namespace hn::net
