#pragma once

#include <vector>

#include "hn/merge/tree_merge.hpp"
#include "output.hpp"

// What policies decided in a merge of two sides (hn-attributes(5)).
namespace hn::cli {

// [{"path", "policy", "winner", "losers"} ...]
Json decisions_json(const std::vector<merge::Decision>& decisions);
// The paths at which one side was chosen, a line each.
void say_decisions(const Context& context, const std::vector<merge::Decision>& decisions);

}  // namespace hn::cli
