#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace hn::merge {

enum class Side { a, b };

// Calls `changed` for each line that has no partner on the other side, in no order. Lines are
// numbers, equal where the lines are.
void find_changes(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                  const std::function<void(Side, std::size_t)>& changed);

// A power of two near the square root of n: git's measure of what a search may cost.
std::uint64_t rough_root(std::uint64_t n) noexcept;

}  // namespace hn::merge
