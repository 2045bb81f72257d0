#pragma once

#include <map>

#include "hn/merge/attributes.hpp"
#include "hn/repo/branches.hpp"
#include "hn/worktree/pathspec.hpp"

// What a merge did, told from the commit and its parents alone: for people who want to look at what
// nobody decided.
namespace hn::repo {

// A path that was decided by rule: it stands in the merge as in none of its parents, or as in the
// one that a policy chose.
struct MergedPath {
  enum class How {
    merged,    // the changes of several parents are in it
    conflict,  // they did not merge
    chosen,    // one parent's as a whole, by a policy: what others made of it is not in it
  };
  // What a head has instead of what was chosen.
  struct Lost {
    std::size_t head = 0;
    std::string path;  // the name it has there, or the merge's where it has nothing
  };
  std::string path;
  How how = How::merged;
  std::optional<merge::Policy> policy = {};  // that a .hnattributes gives to the path
  std::size_t winner = 0;                    // of what was chosen: the head that has it
  std::vector<Lost> losers = {};
  std::size_t sides = 0;  // of a conflict; 0 where it does not keep them
  std::string from;       // its name in a parent that it was renamed from since, or empty
};

struct MergeAccount {
  std::vector<object::Id> heads;  // the parents, in their order
  std::vector<MergedPath> paths;  // by path_less
  std::uint64_t taken = 0;        // paths that changed and stand as one of the parents has them
  std::size_t conflicts() const;
};

// Costs a comparison of the merge's folders with those of each parent; where a policy that chooses
// holds for what changed, and the merge was made by rule, that merge once more. Failure where a
// block is not here.
MergeAccount account_of(const Repository& repository, const object::Commit& merge,
                        const worktree::Pathspec& meant = {});

// The commits whose sides a conflict at this path of a commit has, in the order of the sides, where
// the merge that left it tells: one of two parents without a conflict there. Empty where not.
std::vector<object::Id> sides_from(const Repository& repository, const object::Id& commit,
                                   const std::string& path);

// Which device published a commit, for all that live publishes give to a branch.
std::map<object::Id, log::Device> publishers(const Repository& repository);

}  // namespace hn::repo
