#pragma once

#include <unordered_set>

#include "hn/repo/log_walk.hpp"
#include "hn/repo/repository.hpp"
#include "hn/repo/revision.hpp"
#include "hn/worktree/pathspec.hpp"

namespace hn::repo {

// The commits of a set, in the order of LogWalk, and of these only what changed the files that are
// meant: git's default history simplification (git-log(1), History Simplification). Where a commit
// has these files from one of its parents unchanged, that parent alone is followed and the commit
// left out; a merge that has them from none is shown.
//
// With paths a commit costs a look at its folders on the way; without, nothing is read. What is
// excluded is looked up down to where all else is excluded too.
class CommitWalk {
 public:
  struct Options {
    CommitSet set;
    worktree::Pathspec paths;
    bool first_parent = false;
    // Commits before this moment, and what only they lead to, are left out.
    std::optional<std::int64_t> since;
  };
  CommitWalk(const Repository& repository, Options options);

  std::optional<object::Id> next();

  // The same with the commits that lead from one that is shown to the next.
  struct Step {
    object::Id id;
    std::vector<object::Id> parents;  // that are followed
    bool shown = true;
  };
  std::optional<Step> step();

 private:
  struct Simplified {
    std::vector<object::Id> parents;
    bool shown = true;
  };
  const Simplified& simplified(const object::Id& id);
  Simplified simplify(const object::Id& id);
  bool is_in(const object::Id& id) const;
  object::Id tree_of(const object::Id& id);

  const Repository& repository_;
  Options options_;
  bool limited_ = false;
  std::unordered_set<object::Id> members_;   // asked, never iterated; where limited
  std::unordered_set<object::Id> excluded_;  // those named; likewise
  std::unordered_map<object::Id, Simplified> simplified_;
  LogWalk walk_;
};

}  // namespace hn::repo
