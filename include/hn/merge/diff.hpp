#pragma once

#include <span>
#include <vector>

#include "hn/merge/lines.hpp"

// The line diff that merges rest on (hn-merge(7), THE LINE DIFF): histogram diff, Myers where all
// common lines are frequent, limits by count. A pure function of the two texts on every machine.
namespace hn::merge {

// Lines [a_begin, a_end) of the first text stand where [b_begin, b_end) of the second do. Lengths
// above 2^31 lines do not occur: texts are at most kTextBytesMax where two devices must agree, and
// callers that only show differences keep to it too.
struct Difference {
  std::uint32_t a_begin = 0;
  std::uint32_t a_end = 0;
  std::uint32_t b_begin = 0;
  std::uint32_t b_end = 0;
  friend bool operator==(const Difference&, const Difference&) = default;
};

// All differences in order, with at least one equal line between two of them. Everything else
// matches line by line. Empty if the texts are equal. Time O(n + m) for
// each block at which the texts are split, limited in all; memory O(n + m), in the search for a
// shortest script O(D^2) with D, the number of differing lines, limited too.
std::vector<Difference> diff_lines(ByteView a, ByteView b);

// Lines taken away and lines added.
struct LineCounts {
  std::uint64_t removed = 0;
  std::uint64_t added = 0;
};
LineCounts count_lines(std::span<const Difference> differences) noexcept;

}  // namespace hn::merge
