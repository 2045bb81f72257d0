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
    CHECK(turns.choose(kStart + i * kTurn / 4, takers(kTurnsAtOnce)).size() == kTurnsAtOnce);
  CHECK_FALSE(turns.next());
}

TEST_CASE("of many takers all come to their turn, none before the others have had theirs") {
  Turns turns;
  const std::vector<Taker> all = takers(3 * kTurnsAtOnce);
  std::vector<int> served(all.size());
  for (int turn = 0; turn < 9; ++turn) {
    const auto& now = turns.choose(kStart + turn * kTurn, all);
    CHECK(now.size() == kTurnsAtOnce);
    for (const SyncId id : now) ++served[id.value];
    REQUIRE(turns.next());
    CHECK(*turns.next() == kStart + (turn + 1) * kTurn);
  }
  CHECK(std::ranges::all_of(served, [](int n) { return n == 3; }));
}

TEST_CASE("a turn is not cut short, and who has nothing more to take makes room") {
  Turns turns;
  std::vector<Taker> all = takers(kTurnsAtOnce + 1);
  const std::set<SyncId> first = turns.choose(kStart, all);
  CHECK_FALSE(first.contains(SyncId{kTurnsAtOnce}));
  CHECK(turns.choose(kStart + kTurn / 2, all) == first);
  all.erase(all.begin());
  CHECK(turns.choose(kStart + kTurn / 2, all).contains(SyncId{kTurnsAtOnce}));
}

TEST_CASE("who gave comes before who only takes, who comes to a turn all the same") {
  Turns turns;
  std::vector<Taker> all = takers(3 * kTurnsAtOnce);
  for (std::size_t i = 0; i < kTurnsAtOnce; ++i) all[all.size() - 1 - i].gave = 50'000'000;
  std::vector<int> served(all.size());
  for (int turn = 0; turn < 24; ++turn)
    for (const SyncId id : turns.choose(kStart + turn * kTurn, all)) ++served[id.value];
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
    seen.merge(std::set<SyncId>(turns.choose(kStart + turn * kTurn, all)));
  CHECK(seen.size() == all.size());
}

}  // namespace
}  // namespace hn::net
