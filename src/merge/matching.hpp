#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Which lines of two texts match: the part of the line diff before differences are moved into
// place (hn-merge(7), THE LINE DIFF).
namespace hn::merge {

inline constexpr std::uint32_t kUnmatched = UINT32_MAX;

// Anchors are looked for within anchors this deep; below, and where there are none, Myers.
inline constexpr int kAnchorDepthMax = 32;

// The lines of D in which Myers may differ: by the product of lengths and D, within these bounds.
inline constexpr std::uint64_t kMyersWorkMax = std::uint64_t{1} << 26;
inline constexpr std::uint64_t kMyersDistanceMin = 64;
inline constexpr std::uint64_t kMyersDistanceMax = 2048;

// For each line of `a` the line of `b` that it matches, or kUnmatched; increasing. Lines are
// numbers below `count`.
std::vector<std::uint32_t> match_lines(std::span<const std::uint32_t> a,
                                       std::span<const std::uint32_t> b, std::uint32_t count);

}  // namespace hn::merge
