#pragma once

#include "hn/repo/restore.hpp"

// What restore, rm and resolve share: the working tree is brought to other values at some paths,
// and stands on its base all the same.
namespace hn::repo {

struct CarryTo {
  std::vector<worktree::Change> changes;  // against the base; by path_less
  std::vector<std::string> restore;       // paths to write though base and target agree
  bool lose_changes = false;              // of recorded files; else they are obstacles
  bool lose_new = false;                  // files that no commit has
  std::vector<std::string> lose_at;       // files at these paths, new or not
  bool only_list = false;                 // touch nothing
};

worktree::Snapshot scanned(const Repository& repository, const WorktreeRecord& standing,
                           worktree::ConflictForm& conflicts);

// `batch` takes the folders that the changes make, and is not committed.
Restored carry(Repository& repository, store::Batch& batch, const WorktreeRecord& standing,
               worktree::ConflictForm& conflicts, worktree::Snapshot snapshot,
               const CarryTo& target);

}  // namespace hn::repo
