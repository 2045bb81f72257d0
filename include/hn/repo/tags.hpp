#pragma once

#include <functional>

#include "hn/repo/branches.hpp"

namespace hn::repo {

// Tags as drafts of this device, published like branches.

struct NewTag {
  std::string name;
  log::Target target;
  std::optional<std::string> message;  // then a tag object is made, by whom the settings say
  // Also where there is one of that name: in place of this device's own, with admin of all.
  bool move = false;
};
// Answers what the tag stands for: the target, or the tag object. Failure exists, invalid,
// no_author.
log::Target create_tag(Repository& repository, const NewTag& tag);

// Deletes a tag: a draft at once, a published one by a draft that rewrites its live publishes.
// Failure not_found; no_right unless all are this device's own or it has admin.
void delete_tag(Repository& repository, std::string_view name);

// The tag that is nearest to a commit among those that lead to it, as git describe finds it.
struct Description {
  std::string tag;
  std::uint64_t distance = 0;  // commits that the tag does not lead to
};
// `all`: tags without a message too; of them those that `takes` takes by name. nullopt where no tag
// leads there.
std::optional<Description> describe(const Repository& repository, const object::Id& commit,
                                    bool all,
                                    const std::function<bool(const std::string&)>& takes = {});

}  // namespace hn::repo
