#pragma once

#include "hn/merge/tree_merge.hpp"

namespace hn::merge {

// The three-way merge of folders by the same rules as a fold: ours - base + theirs. For moving a
// working tree (base: what it stood on, theirs: where it goes) and for reverts (base: the commit to
// revert, theirs: its parent). Conflicts already in the three enter with their terms. A base that
// is not there is empty.
Result<MergedTree> merge_trees(const object::BlockReader& reader, object::BlockWriter& writer,
                               const std::optional<object::Id>& base, const object::Id& ours,
                               const object::Id& theirs);

}  // namespace hn::merge
