#pragma once

#include "hn/repo/branches.hpp"

namespace hn::repo {

// HEAD, a branch, a tag, an id or its beginning, as hn-revisions(7) lists them. Failure not_found,
// ambiguous.
log::Target resolve_name(Repository& repository, std::string_view text);

// The commit that a tag leads to; Failure invalid where it leads to something else.
object::Id follow_tags(const Repository& repository, log::Target target, std::string_view text);

Failure unknown(std::string_view text);

}  // namespace hn::repo
