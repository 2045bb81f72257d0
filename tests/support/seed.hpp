#pragma once

#include <cstdint>
#include <cstdlib>

namespace hn::testing {

// HN_SEED of the environment, for a test that says which seed it ran with.
inline std::uint64_t seed_of_run(std::uint64_t otherwise) {
  const char* given = std::getenv("HN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

}  // namespace hn::testing
