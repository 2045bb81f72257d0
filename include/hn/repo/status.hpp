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
  std::vector<std::string> tracked;  // new files that hn add named
  // Of a survey, where one was asked for.
  std::vector<std::string> ignored;
  std::vector<worktree::SeenFolder> folders;
  worktree::Index index;
  // The branch went on and the working tree did not follow.
  bool behind() const { return tip.commit && tip.commit != head; }
};

// How much of what is ignored a status looks at: nothing, the paths that the rules name, or every
// file below them.
enum class Ignored { none, named, survey };

// Scans the working tree; saves the index where that spares the next scan work. Writes nothing
// where nothing can be written.
Status status(Repository& repository, Ignored ignored = Ignored::none);

}  // namespace hn::repo
