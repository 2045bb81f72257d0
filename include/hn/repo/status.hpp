#pragma once

#include "hn/repo/branches.hpp"
#include "hn/worktree/scan.hpp"

namespace hn::repo {

struct Status {
  std::string branch;              // shown name; empty before a clone has one
  std::optional<object::Id> head;  // what the working tree stands on
  Tip tip;                         // where its branch stands
  std::size_t unpublished = 0;     // commits of the branch that no publish covers
  std::vector<worktree::Change> changes;
  std::vector<worktree::Notice> notices;
  std::vector<std::string> conflicts;
  // The branch went on and the working tree did not follow.
  bool behind() const { return tip.commit && tip.commit != head; }
};

// Scans the working tree; saves the index where that spares the next scan work.
Status status(Repository& repository);

}  // namespace hn::repo
