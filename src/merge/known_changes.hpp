#pragma once

#include <vector>

#include "hn/merge/parts.hpp"
#include "hn/object/tree.hpp"

namespace hn::merge {

// As object::diff_tree(), remembered where `parts` are there and keep changes: a fold of a thousand
// heads compares a thousand folders with one base, and the next fold all but one of them again.
Result<std::vector<object::Change>> changes_between(const object::BlockReader& reader,
                                                    const std::optional<object::Id>& base,
                                                    const std::optional<object::Id>& folder,
                                                    Parts* parts);

}  // namespace hn::merge
