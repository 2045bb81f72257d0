#pragma once

#include "hn/merge/tree_merge.hpp"
#include "hn/repo/working_tree.hpp"

namespace hn::repo {

struct MergeRequest {
  object::Id other;
  std::string message;         // of the merge commit
  bool always_commit = false;  // also where the branch could just move on
  bool never_commit = false;   // refuse where it could not
  bool unrelated = false;      // also where they have no ancestor in common
};

struct Merged {
  enum class Kind { nothing, moved_on, merged };
  Kind kind = Kind::nothing;  // nothing: the branch has it already
  object::Id commit;          // where the branch stands now
  std::string branch;         // shown name
  std::size_t files = 0;      // that differ from before
  std::vector<std::string> conflicts;
  std::vector<merge::Decision> decisions;  // of two sides: place 0 is ours, 2 theirs
  Moved moved;                             // where it is not done, nothing was recorded or touched
};

// Whether it would make a merge commit, as things stand.
bool makes_commit(Repository& repository, const MergeRequest& request);

// Merges a commit into the branch of the working tree, by the rules of every merge (hn-merge(7)):
// what does not merge becomes a conflict in the commit. Uncommitted work on other paths stays. The
// branch moves first, then the files: one that was broken off is completed by switching to the
// branch. Failure refused.
Merged merge_commit(Repository& repository, const MergeRequest& request);

}  // namespace hn::repo
