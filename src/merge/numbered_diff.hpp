#pragma once

#include "hn/merge/diff.hpp"
#include "merge/numbered_lines.hpp"

namespace hn::merge {

// diff_lines() for texts that one LineNumbers numbered, with numbers below `count`.
std::vector<Difference> diff_numbered(const NumberedText& a, const NumberedText& b,
                                      std::uint32_t count);

}  // namespace hn::merge
