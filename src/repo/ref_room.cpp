#include "repo/ref_room.hpp"

#include <algorithm>

#include "hn/base/error.hpp"
#include "hn/worktree/name.hpp"

namespace hn::repo {

void require_room(std::string_view kind, std::string_view name,
                  const std::vector<std::string>& names) {
  const auto other = std::ranges::find_if(names, [&](const std::string& one) {
    return worktree::is_below(one, name) || worktree::is_below(name, one);
  });
  if (other == names.end()) return;
  const std::string what(kind);
  throw Failure(Code::exists,
                "there is a " + what + " '" + *other + "', beside which none is called '" +
                    std::string(name) + "'",
                "choose another name; or, to be rid of that one: hn " + what + " -d " + *other);
}

}  // namespace hn::repo
