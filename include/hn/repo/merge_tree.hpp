#pragma once

#include "hn/merge/fold.hpp"
#include "hn/object/row_history.hpp"

namespace hn::repo {

struct TreesToMerge {
  object::Id ours;    // commits
  object::Id theirs;  // in the order of a fold
  // In place of what they have in common.
  std::optional<object::Id> base;
};

// The folder that a merge of two commits would have (hn-merge(7)), with its new blocks in
// `scratch`, which lies over the repository's store, by way of `bases` where there are such.
// Nothing is recorded. Two commits with nothing in common are merged over an empty base. Failure as
// for reading blocks.
merge::MergedTree merge_tree(const object::RowHistory& history, merge::ScratchBlocks& scratch,
                             const TreesToMerge& trees, merge::VirtualBases* bases = nullptr);

}  // namespace hn::repo
