#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Which lines of two texts match: the part of the line diff before differences are moved into
// place (hn-merge(7), THE LINE DIFF).
namespace hn::merge {

inline constexpr std::uint32_t kUnmatched = UINT32_MAX;

// A line that stands more often than this in the first stretch begins no block.
inline constexpr std::uint32_t kRarityMax = 64;

// Lines looked at for one diff, by which texts made to be costly are bounded.
inline constexpr std::uint64_t kSearchWorkMax = std::uint64_t{1} << 27;

// The lines of D in which Myers may differ: by the product of lengths and D, within these bounds.
inline constexpr std::uint64_t kMyersWorkMax = std::uint64_t{1} << 26;
inline constexpr std::uint64_t kMyersDistanceMin = 64;
inline constexpr std::uint64_t kMyersDistanceMax = 2048;

// Lines [a_begin, a_end) of the one text and [b_begin, b_end) of the other.
struct Range {
  std::uint32_t a_begin, a_end, b_begin, b_end;
  std::uint32_t a_size() const { return a_end - a_begin; }
  std::uint32_t b_size() const { return b_end - b_begin; }
};

// For each line of `a` the line of `b` that it matches, or kUnmatched; increasing. Lines are
// numbers below `count`.
std::vector<std::uint32_t> match_lines(std::span<const std::uint32_t> a,
                                       std::span<const std::uint32_t> b, std::uint32_t count);

// Matches the lines of a range by a shortest script, where one is short enough.
void match_shortest(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, Range range,
                    std::vector<std::uint32_t>& match);

}  // namespace hn::merge
