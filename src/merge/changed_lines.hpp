#pragma once

#include <vector>

#include "hn/merge/diff.hpp"

namespace hn::merge {

// The differences of two texts by their lines that have no partner in the other; the others match
// one by one.
std::vector<Difference> differences_of(const std::vector<char>& a, const std::vector<char>& b);

}  // namespace hn::merge
