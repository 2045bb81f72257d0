#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hn/merge/lines.hpp"

namespace hn::merge {

struct SlidSide {
  std::span<const Line> lines;
  std::span<const std::uint32_t> numbers;  // equal where lines are
  std::vector<char>& changed;              // by line
};

// Moves the changes of one side to where they read best: in line with a change of the other side,
// else, with the heuristic, where the indentation breaks least, else as far down as they go.
// Changes that meet become one.
void slide_changes(SlidSide side, const std::vector<char>& other_changed, bool indent_heuristic);

}  // namespace hn::merge
