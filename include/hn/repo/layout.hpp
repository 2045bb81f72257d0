#pragma once

#include <optional>
#include <string>

#include "hn/os/file_system.hpp"

namespace hn::repo {

// Where the parts of a repository lie (hn-repository(5)).
struct Layout {
  std::string root;  // the working tree's folder, absolute

  std::string hn() const { return root + "/.hn"; }
  std::string store() const { return hn() + "/store"; }
  std::string index() const { return hn() + "/index"; }
  std::string git_map() const { return hn() + "/git-map"; }
  std::string fold_parts() const { return hn() + "/fold-parts"; }
  std::string staging() const { return hn() + "/staging"; }
  std::string exclude() const { return hn() + "/info/exclude"; }
};

// The repository that `folder` (absolute) belongs to: the nearest one at or above it.
std::optional<Layout> find_layout(os::FileSystem& fs, std::string folder);

}  // namespace hn::repo
