#include "hn/repo/merge_tree.hpp"

#include <array>

#include "hn/merge/three_way.hpp"
#include "hn/repo/repository.hpp"

namespace hn::repo {
namespace {

object::Id folder_of(const object::BlockReader& reader, const object::Id& commit) {
  return require(object::read_commit(reader, commit), "reading the commit").tree;
}

}  // namespace

merge::MergedTree merge_tree(const object::RowHistory& history, merge::ScratchBlocks& scratch,
                             const TreesToMerge& trees, merge::VirtualBases* bases) {
  if (trees.base) {
    return require(
        merge::merge_trees(scratch, scratch, folder_of(scratch, *trees.base),
                           folder_of(scratch, trees.ours), folder_of(scratch, trees.theirs)),
        "merging");
  }
  if (trees.ours == trees.theirs) return {folder_of(scratch, trees.ours), {}, {}};
  // Nobody sees the auto-merge that comes with it.
  const std::array<object::Id, 2> heads{trees.ours, trees.theirs};
  const std::array<std::uint32_t, 2> seniority{0, 1};
  const merge::CommonAncestors of = [&] { return history.common_with_earlier(); };
  auto folded = require(merge::fold(scratch, scratch, of, heads, seniority, bases), "merging");
  return {folded.tree, std::move(folded.conflicts), std::move(folded.decisions)};
}

}  // namespace hn::repo
