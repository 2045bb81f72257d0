#pragma once

#include <optional>
#include <string>

#include "hn/repo/world.hpp"

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
// Where HN_DIR or HN_WORK_TREE is set it is that one, and HN_CEILING_DIRECTORIES bounds the way up.
// Failure (usage) where HN_DIR is no ".hn", or the two are not of one working tree.
std::optional<Layout> find_layout(const World& world, std::string folder);

}  // namespace hn::repo
