#pragma once

#include <cstdint>
#include <span>

#include "hn/base/bytes.hpp"

namespace hn {

// Where randomness comes from. The operating system's generator stands behind it in the programs
// (hn/os/entropy.hpp), a seed in the simulator and in tests.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<Byte> out) = 0;

  std::uint64_t u64();
  // Uniform in [0, bound); bound > 0. By rejection, so without bias.
  std::uint64_t below(std::uint64_t bound);
};

// xoshiro256** seeded by splitmix64 (Blackman, Vigna: Scrambled Linear Pseudorandom Number
// Generators, 2019). Reproducible on every machine; never for keys outside tests.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  void fill(std::span<Byte> out) override;
  std::uint64_t next();

 private:
  std::uint64_t s_[4];
};

}  // namespace hn
