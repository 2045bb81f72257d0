#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hn::repo {

// As in git, where a name is a file and what stands before a slash its folder: failure exists where
// one of `names` is below `name` or above it. Of names that are given here: those that come from
// others stay as they are. `kind`: "branch" or "tag".
void require_room(std::string_view kind, std::string_view name,
                  const std::vector<std::string>& names);

}  // namespace hn::repo
