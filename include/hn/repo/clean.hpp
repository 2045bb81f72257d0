#pragma once

#include "hn/repo/working_tree.hpp"

namespace hn::repo {

struct CleanRequest {
  enum class Ignored { kept, too, only };
  worktree::Pathspec meant;
  bool folders = false;  // in which nothing is recorded, too
  Ignored ignored = Ignored::kept;
  worktree::Patterns kept;  // more of what is ignored
  std::string here;         // this folder and those above it stay
};

// What would be removed: files, folders with a slash at the end for all in them; by path.
struct CleanPlan {
  std::vector<std::string> shown;
  std::vector<std::string> skipped;      // repositories of their own
  std::vector<std::string> files;        // each single one, by path_less
  std::vector<std::string> folders;      // that are to be empty then, by path_less
  std::vector<worktree::Notice> unread;  // what could not be looked into
};
CleanPlan plan_clean(const Repository& repository, const CleanRequest& request);

// Removes what the plan names and nothing else: what came meanwhile keeps its folder. Follows no
// symlink.
void carry_out_clean(const Repository& repository, const CleanPlan& plan);

}  // namespace hn::repo
