#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hn/merge/tree_merge.hpp"
#include "hn/object/commit.hpp"
#include "hn/object/history.hpp"

// The fold of the heads of a branch (hn-merge(7), THE FOLD).
namespace hn::merge {

// The version of everything that hn-merge(7) says; part of the genesis and of every auto-merge.
inline constexpr std::uint32_t kAlgorithm = 1;

// A virtual base within a virtual base and so on, at most this deep; below, the first ancestor
// stands for all. And so many virtual bases in one fold, a bound for histories made to be costly.
inline constexpr std::size_t kVirtualBaseDepthMax = 32;
inline constexpr std::size_t kVirtualBasesMax = 1024;

struct Folded {
  object::Id commit;
  object::Id tree;
  bool is_auto_merge = false;
  // As in MergedTree: the paths that this fold left in conflict. Empty for one head.
  std::vector<std::string> conflicts;
  // As in MergedTree; places 2i are those of head i.
  std::vector<Decision> decisions;
};

// Folds the heads of a branch: one head is its own commit, several are merged and the auto-merge
// commit is written. The order of `heads` is part of the result (the caller sorts by log order);
// each stands there once. `seniority` has for each head its place by seniority and is carried in
// the auto-merge. A pure function of its arguments and the blocks behind them. Fails only with
// Code::absent or Code::damaged (the block as subject), and Code::invalid for a head that is not a
// commit or more heads than a commit has parents.
Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const object::History& history, std::span<const object::Id> heads,
                    std::span<const std::uint32_t> seniority);

// The same for who has a faster answer than object::common_ancestors() at hand.
using CommonAncestors = std::function<Result<std::vector<object::Id>>(
    std::span<const object::Id> a, std::span<const object::Id> b)>;
Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const CommonAncestors& common_ancestors, std::span<const object::Id> heads,
                    std::span<const std::uint32_t> seniority);

// What an auto-merge commit must be, computed from its parents and its AutoMerge fields alone; it
// is what it says if the id that comes back is its own. Writes nothing. Code::invalid where the
// commit is no auto-merge, Code::unsupported where another algorithm made it.
Result<object::Id> recompute(const object::BlockReader& reader, const object::History& history,
                             const object::Id& auto_merge);

}  // namespace hn::merge
