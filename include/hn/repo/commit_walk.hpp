#pragma once

#include <unordered_map>
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
// With paths a commit costs a look at its filter in the history index, and at the folders on the
// way where that does not know; without paths nothing is read. What is excluded is looked up down
// to where all else is excluded too.
class CommitWalk {
 public:
  struct Options {
    CommitSet set;
    worktree::Pathspec paths;
    bool first_parent = false;
    // Commits before this moment, and what only they lead to, are left out.
    std::optional<std::int64_t> since;
    // Of what is left those alone that a commit which is left out leads to.
    bool ancestry_path = false;
  };
  CommitWalk(const Repository& repository, Options options);

  std::optional<object::Id> next();

  // next() with the subject of the commit's message, where the history index knows it; it is valid
  // until the next step.
  struct Line {
    object::Id id;
    std::string_view subject;  // empty: not known
  };
  std::optional<Line> next_line();

  // The same with the commits that lead from one that is shown to the next.
  struct Step {
    object::Id id;
    std::vector<object::Id> parents;  // that are followed
    bool shown = true;
  };
  std::optional<Step> step();

 private:
  bool follow(CommitNumber commit, std::vector<CommitNumber>& parents);
  bool simplify(CommitNumber commit, std::vector<CommitNumber>& parents);
  store::Changed changed_by_filter(CommitNumber commit, std::size_t parent);
  bool differs_from(CommitNumber commit, CommitNumber parent, std::size_t which);
  bool is_in(CommitNumber commit) const;
  object::Id tree_of(CommitNumber commit);
  const std::optional<object::Value>& value_in(CommitNumber commit, const std::string& path);
  void hand_down(CommitNumber commit, CommitNumber parent);
  void keep_ancestry_path();
  void note_limits();

  const Repository& repository_;
  Options options_;
  std::vector<store::PathKey> keys_;  // of the paths of which one has to differ
  std::size_t unfiltered_ = 0;        // rows that were asked for a filter in vain
  bool limited_ = false;
  std::vector<object::Id> member_ids_;
  std::unordered_set<CommitNumber> members_;   // asked, never iterated; where limited
  std::unordered_set<CommitNumber> excluded_;  // those named; likewise
  // Of the one path that is meant: what it stood for in some commits, and by the number of a commit
  // the place there and 1, or 0 where nobody looked.
  std::vector<std::optional<object::Value>> values_;
  std::vector<std::uint32_t> value_of_;
  LogWalk walk_;
};

}  // namespace hn::repo
