#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "property/checks.hpp"

// Same logs, same tree. Two to six devices live through a history by lot (fleet.hpp), until
// everything is delivered everywhere; then all must have the same view, heads, tips, trees and
// conflicts, bit by bit; a cold store must come to the same; no line may be lost that nobody took
// away; and fsck must be content on every device.
//
// One seed is one history. A seed that failed is run again with HN_SEED=N HN_COUNT=1. The full
// count is
//
//   HN_COUNT=200000 build/release/tests/property/property_repo
//
// and without HN_COUNT a sample runs.

using namespace hn;
using namespace hn::property;

namespace {

constexpr std::uint64_t kSample = 250;
constexpr std::uint64_t kPlantedMax = 500;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

Wrong live_and_check(std::uint64_t seed, Bug bug, std::uint64_t& deliveries) {
  Planting planting(bug);
  Fleet fleet(seed);
  fleet.live(20 + seed % 60, [&] { planting.step(fleet); });
  const auto at_the_end = deliver_all(fleet.devices);
  if (!at_the_end) return "the exchange does not come to an end";
  deliveries += fleet.deliveries + *at_the_end;
  planting.step(fleet);
  if (auto wrong = all_agree(fleet.devices, planting)) return wrong;
  if (auto wrong = cold_is_the_same(*fleet.devices[0], planting, seed)) return wrong;
  if (auto wrong = nothing_lost(*fleet.devices[0], planting)) return wrong;
  if (bug != Bug::none) return std::nullopt;
  for (const auto& device : fleet.devices) {
    if (auto wrong = fsck_is_clean(*device)) return wrong;
  }
  return std::nullopt;
}

Wrong one_history(std::uint64_t seed, Bug bug, std::uint64_t& deliveries) {
  try {
    return live_and_check(seed, bug, deliveries);
  } catch (const Failure& failure) {
    return "failure " + std::string(name_of(failure.code())) + ": " + failure.what();
  }
}

Wrong one_history(std::uint64_t seed, Bug bug) {
  std::uint64_t deliveries = 0;
  return one_history(seed, bug, deliveries);
}

// The seed that shows a bug.
std::optional<std::uint64_t> seeds_to_see(Bug bug, std::uint64_t first) {
  for (std::uint64_t seed = first; seed < first + kPlantedMax; ++seed) {
    if (one_history(seed, bug)) return seed;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("devices that hold the same entries and blocks show the same, and nothing is lost") {
  const std::uint64_t first = from_environment("HN_SEED", 1);
  const std::uint64_t count = from_environment("HN_COUNT", kSample);
  std::uint64_t failed = 0;
  std::uint64_t deliveries = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Wrong wrong = one_history(seed, Bug::none, deliveries);
    if (!wrong) continue;
    FAIL_CHECK("seed " << seed << ": " << *wrong);
    if (++failed == from_environment("HN_FAILURES", 1)) break;
  }
  std::cout << "seeds " << first << " to " << first + count - 1 << ", " << deliveries
            << " deliveries" << std::endl;
}

TEST_CASE("histories that failed once") {
  // 6298: a draft stood on a publish that was rewritten before all its blocks had come.
  // 2253: a grant of admin was cut while another of write stayed; what had been rewritten by that
  // right did not live again.
  for (const std::uint64_t seed : {6298U, 2253U}) {
    const Wrong wrong = one_history(seed, Bug::none);
    if (wrong) FAIL_CHECK("seed " << seed << ": " << *wrong);
  }
}

TEST_CASE("planted bugs are seen") {
  // Of 1700 histories one has grants whose order of arrival matters: it begins near that one.
  struct Planted {
    Bug bug;
    std::string name;
    std::uint64_t first = 1;
  };
  for (const Planted& planted : {Planted{Bug::order_by_arrival, "heads in order of arrival"},
                                 Planted{Bug::heads_by_causality, "heads by causality"},
                                 Planted{Bug::fold_reuses_auto_merge, "a fold on the last result"},
                                 Planted{Bug::rights_by_arrival, "seniority by arrival", 1700}}) {
    const auto seeds = seeds_to_see(planted.bug, planted.first);
    CHECK_MESSAGE(seeds, planted.name);
    if (seeds) std::cout << "planted: " << planted.name << ": seen at seed " << *seeds << std::endl;
  }
}
