#pragma once

#include <cstddef>
#include <cstdint>

#include "hn/base/bytes.hpp"

namespace hn {

// Where among the rows [low, high) a hash is likely to stand: the rows are hashes in their order
// that all begin with the same byte, as it does.
inline std::size_t likely_row(ByteView hash, std::size_t low, std::size_t high) noexcept {
  std::uint64_t fraction = 0;
  for (std::size_t i = 1; i <= 4; ++i) fraction = fraction << 8U | hash[i];
  return low + static_cast<std::size_t>(fraction * (high - low) >> 32U);
}

// The first row of [low, high) that is not less than a hash, or `high`. The rows are hashes in
// their order that all begin with the same byte; `less(row)` says whether one is less than `hash`.
//
// Hashes are spread evenly, so the next four bytes say nearly where it stands (interpolation
// search; Perl, Itai, Avni, 1978). From there in growing steps (exponential search; Bentley and
// Yao, 1976): of n rows some sqrt(n) lie in between, which are neighbours in memory, and rows that
// somebody has chosen cost twice what halving would.
template <class Less>
std::size_t lower_bound_of_hash(ByteView hash, std::size_t low, std::size_t high, Less less) {
  if (low == high) return low;
  const std::size_t guess = likely_row(hash, low, high);
  std::size_t step = 8;
  if (less(guess)) {
    low = guess + 1;
    for (; high - low > step; step *= 2) {
      if (!less(low + step)) {
        high = low + step;
        break;
      }
      low += step + 1;
    }
  } else {
    high = guess;
    for (; high - low > step; step *= 2) {
      if (less(high - step)) {
        low = high - step + 1;
        break;
      }
      high -= step;
    }
  }
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (less(middle))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace hn
