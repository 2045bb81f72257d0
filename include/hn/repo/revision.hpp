#pragma once

#include "hn/object/tree.hpp"
#include "hn/repo/branches.hpp"

namespace hn::repo {

// A revision as people write it (hn-revisions(7)): a branch or tag, an id or a unique prefix of
// at least four digits (of imported commits git's id too), HEAD or @, then any number of ^, ^N and
// ~N. Answers a commit; tags are followed. Failure: not_found, ambiguous, invalid.
object::Id resolve_commit(Repository& repository, std::string_view text);

// The same without following a tag: what the name or id itself stands for.
log::Target resolve(Repository& repository, std::string_view text);

// REV:PATH. Failure not_found where the path is not in that commit.
struct PathAt {
  object::Id commit;
  std::string path;
  object::Value value;
};
PathAt resolve_path(Repository& repository, std::string_view text);

}  // namespace hn::repo
