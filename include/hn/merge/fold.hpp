#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "hn/merge/scratch.hpp"
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
// commit or more heads than a commit has parents. `parts`: what folds before this one came to, of
// which nothing has gone from the reader since; it is the same without.
Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const object::History& history, std::span<const object::Id> heads,
                    std::span<const std::uint32_t> seniority, Parts* parts = nullptr);

// Virtual bases that earlier folds of the same history made, for who folds thousands of heads: what
// a fold comes to is the same with and without. One thread at a time.
class VirtualBases {
 public:
  // `below` outlives this. Before a fold in which more than so many bytes of blocks are held, all
  // go.
  VirtualBases(const object::BlockReader& below, std::size_t bytes_max)
      : below_(below), bytes_max_(bytes_max), parts_(bytes_max / 8) {}

  // To be called before each fold: through these blocks, which stay until the next call, it reads.
  const object::BlockReader& begin();

 private:
  friend class Folding;
  using Number = std::uint32_t;  // of a set of commits
  struct Made {
    object::Id tree;
    std::vector<Number> inner;  // the sets that were asked for to make it, each once
    std::size_t height = 0;     // virtual bases within one another there
  };

  const object::BlockReader& below_;
  std::size_t bytes_max_;
  std::optional<ScratchBlocks> blocks_;
  std::map<std::vector<object::Id>, Number> numbers_;
  std::unordered_map<Number, Made> made_;
  Parts parts_;
};

// The same for who has a faster answer than object::GrowingAncestors at hand: one for each merge.
using CommonAncestors = std::function<std::unique_ptr<object::CommonWithEarlier>()>;
Result<Folded> fold(const object::BlockReader& reader, object::BlockWriter& writer,
                    const CommonAncestors& common_ancestors, std::span<const object::Id> heads,
                    std::span<const std::uint32_t> seniority, VirtualBases* bases = nullptr);

// What an auto-merge commit must be, computed from its parents and its AutoMerge fields alone; it
// is what it says if the id that comes back is its own. Writes nothing. Code::invalid where the
// commit is no auto-merge, Code::unsupported where another algorithm made it.
Result<object::Id> recompute(const object::BlockReader& reader, const object::History& history,
                             const object::Id& auto_merge);

}  // namespace hn::merge
