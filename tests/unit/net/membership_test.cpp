#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "hn/net/membership.hpp"

namespace hn::net {
namespace {

using std::chrono::seconds;

crypto::TransportKey key(std::size_t n) {
  crypto::TransportKey out;
  out.bytes[0] = static_cast<Byte>(n);
  out.bytes[1] = static_cast<Byte>(n >> 8U);
  return out;
}
std::vector<crypto::TransportKey> keys(std::size_t count) {
  std::vector<crypto::TransportKey> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(key(1000 + i));
  return out;
}
// The first `called` of them by this end; all in step since the beginning of time.
std::vector<LastingSession> sessions(std::size_t count, std::size_t called) {
  std::vector<LastingSession> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back({key(i), i < called, true, Time{}});
  return out;
}
constexpr Time kLater{seconds(100)};

TEST_CASE("in a small crowd everybody is called and nobody is left") {
  SeededRandom random(1);
  CHECK(choose_calls(kMeshMax, sessions(20, 0), 5, keys(12), random).size() == 12);
  CHECK(choose_farewells(kMeshMax, sessions(kMeshMax, 0), kLater, random).empty());
}

TEST_CASE("in a large one so many are called as are wanted, each time others") {
  SeededRandom random(2);
  const std::size_t known = kMeshMax + 1;
  CHECK(choose_calls(known, {}, 0, keys(30), random).size() == kActiveWanted);
  CHECK(choose_calls(known, sessions(3, 3), 1, keys(30), random).size() == 1);
  CHECK(choose_calls(known, sessions(5, 2), 0, keys(30), random).empty());
  CHECK(choose_calls(known, {}, kActiveWanted, keys(30), random).empty());
  CHECK(choose_calls(known, {}, 0, keys(2), random).size() == 2);
  CHECK(choose_calls(known, {}, 0, {}, random).empty());
  std::set<crypto::TransportKey> seen;
  for (int i = 0; i < 100; ++i)
    for (const auto& k : choose_calls(known, {}, 0, keys(30), random)) seen.insert(k);
  CHECK(seen.size() == 30);
}

TEST_CASE("who is called by many calls two all the same") {
  SeededRandom random(3);
  CHECK(choose_calls(100, sessions(9, 0), 0, keys(30), random).size() == kCalledWanted);
  CHECK(choose_calls(100, sessions(9, 1), 0, keys(30), random).size() == 1);
  CHECK(choose_calls(100, sessions(9, 1), 1, keys(30), random).empty());
}

TEST_CASE("with too many, one at a time is let go that is in step and not new") {
  SeededRandom random(4);
  CHECK(choose_farewells(100, sessions(kActiveMax, 5), kLater, random).empty());
  auto many = sessions(kActiveMax + 4, 5);
  CHECK(choose_farewells(100, many, kLater, random).size() == 1);
  for (auto& s : many) s.agreed = false;
  CHECK(choose_farewells(100, many, kLater, random).empty());
  for (auto& s : many) s = {s.key, s.called, true, kLater - seconds(5)};
  CHECK(choose_farewells(100, many, kLater, random).empty());
}

TEST_CASE("the last two that were called here are not let go") {
  SeededRandom random(5);
  const auto many = sessions(kActiveMax + 1, kCalledWanted);
  for (int i = 0; i < 200; ++i) {
    const auto out = choose_farewells(100, many, kLater, random);
    REQUIRE(out.size() == 1);
    CHECK(out.front() != key(0));
    CHECK(out.front() != key(1));
  }
}

}  // namespace
}  // namespace hn::net
