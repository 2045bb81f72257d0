#include "crypto/blake2b_lanes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>

#include "support/seed.hpp"

using namespace hn;
using namespace hn::crypto;

#if defined(__x86_64__)

// hash_many() takes the widest that the processor has: the others are held to that one.
TEST_CASE("four lanes and eight give the same") {
  if (__builtin_cpu_supports("avx512f") == 0) return;
  const std::uint64_t seed = testing::seed_of_run(12);
  MESSAGE("HN_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int run = 0; run < 100; ++run) {
    std::array<std::array<std::uint8_t, kBlakeBlockBytes>, kWideLanes> messages{};
    std::array<const std::uint8_t*, kWideLanes> blocks{};
    std::array<std::uint64_t, kWideLanes> counts{};
    std::array<std::uint64_t, kWideLanes> last{};
    WideStates wide{};
    std::array<LaneStates, 2> halves{};
    for (std::size_t l = 0; l < kWideLanes; ++l) {
      for (std::uint8_t& byte : messages[l]) byte = static_cast<std::uint8_t>(random() & 0xffU);
      blocks[l] = messages[l].data();
      counts[l] = random();
      last[l] = random() % 2 == 0 ? 0 : ~std::uint64_t{0};
      for (std::size_t w = 0; w < 8; ++w)
        wide.words[w][l] = halves[l / kLanes].words[w][l % kLanes] = random();
    }
    compress_wide(wide, blocks.data(), counts.data(), last.data());
    for (std::size_t half = 0; half < 2; ++half) {
      const std::size_t first = half * kLanes;
      compress_lanes(halves[half], &blocks[first], &counts[first], &last[first]);
    }
    for (std::size_t l = 0; l < kWideLanes; ++l)
      for (std::size_t w = 0; w < 8; ++w)
        CHECK(wide.words[w][l] == halves[l / kLanes].words[w][l % kLanes]);
  }
}

#endif
