#include "net/ranges.hpp"

#include <doctest/doctest.h>

#include <set>

#include "hn/base/random.hpp"

namespace hn::net {
namespace {

TEST_CASE("touching ranges join and removed middles split") {
  RangeSet s;
  s.add({0, 5});
  s.add({10, 15});
  s.add({5, 10});
  CHECK(s.size() == 1);
  s.remove({3, 7});
  CHECK(s.size() == 2);
  CHECK(s.covers({0, 3}));
  CHECK_FALSE(s.covers({2, 8}));
  CHECK(s.missing({0, 20}) == std::vector<Range>{{3, 7}, {15, 20}});
}

TEST_CASE("the set agrees with a plain set of numbers") {
  SeededRandom random(11);
  RangeSet s;
  std::set<std::uint64_t> plain;
  for (int i = 0; i < 4000; ++i) {
    const std::uint64_t begin = random.below(200);
    const Range r{begin, begin + random.below(12)};
    const bool add = random.below(2) == 0;
    add ? s.add(r) : s.remove(r);
    for (std::uint64_t n = r.begin; n < r.end; ++n)
      add ? (void)plain.insert(n) : (void)plain.erase(n);
    std::uint64_t count = 0;
    for (const Range& x : s.ranges()) count += x.end - x.begin;
    REQUIRE(count == plain.size());
    const std::uint64_t probe = random.below(220);
    REQUIRE(s.contains(probe) == plain.contains(probe));
    for (std::size_t k = 1; k < s.size(); ++k) REQUIRE(s.ranges()[k - 1].end < s.ranges()[k].begin);
  }
}

}  // namespace
}  // namespace hn::net
