#pragma once

#include "hn/repo/working_tree.hpp"

// Files of the working tree brought to what some commit has of them, or taken away. What the
// working tree stands on stays.
namespace hn::repo {

struct RestoreRequest {
  std::optional<object::Id> source;  // a commit; none: the one that the working tree stands on
  worktree::Pathspec meant;
  bool overwrite_new = false;  // files that no commit has, too
  bool only_list = false;      // touch nothing
};

struct Restored {
  Moved moved;
  std::vector<std::string> written;  // by path_less
  std::vector<std::string> removed;
};

// Changes of recorded files are lost, as asked for; a new file in the way is an obstacle, and then
// nothing is touched. Failure refused where a word of `meant` matches nothing.
Restored restore(Repository& repository, const RestoreRequest& request);

struct RemoveRequest {
  worktree::Pathspec meant;
  std::vector<std::string> no_folders;  // paths that are refused where they are folders
  bool force = false;                   // changed files too
  bool only_list = false;
  bool none_is_fine = false;  // that nothing matches
};

// Files that are recorded, or are to be. Moved::obstacles are those that were changed; then nothing
// is touched. Failure not_found where a word matches nothing, refused where one is a folder.
Restored remove_files(Repository& repository, const RemoveRequest& request);

}  // namespace hn::repo
