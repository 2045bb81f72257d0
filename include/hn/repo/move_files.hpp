#pragma once

#include <utility>

#include "hn/repo/repository.hpp"

namespace hn::repo {

struct MoveRequest {
  std::vector<std::string> from;  // from the root
  std::string to;                 // the folder to move into, or the new name of the only one
  bool needs_folder = false;      // `to` has to be a folder
  bool replace = false;           // a file that stands there
  bool skip = false;              // what cannot be moved stays, and that is no failure
  bool only_list = false;
};

using MovedPath = std::pair<std::string, std::string>;

// Renames files and folders on disk, recorded ones and those that the next commit would record,
// with what else is in a folder. A new name that is ignored is tracked all the same, as the old one
// was. Before the first is moved all are looked at: Failure not_found, exists, refused or
// unsafe_path, and then nothing was touched.
std::vector<MovedPath> move_files(Repository& repository, const MoveRequest& request);

}  // namespace hn::repo
