#pragma once

#include <cstdint>

namespace hn::store {

// What new blocks are worth. Readers see no difference.
enum class Effort : std::uint8_t {
  full,
  // A tenth quicker, and one to three hundredths larger: for whole histories, most of which are
  // small differences.
  bulk,
};

}  // namespace hn::store
