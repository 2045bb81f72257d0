#pragma once

#include "hn/base/random.hpp"

namespace hn::os {

// The kernel's generator (getrandom). Throws Failure (io) where there is none.
class SystemRandom final : public Random {
 public:
  void fill(std::span<Byte> out) override;
};

}  // namespace hn::os
