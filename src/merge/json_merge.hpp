#pragma once

#include "merge/member_merge.hpp"

namespace hn::merge {

// Merges JSON objects member by member (hn-merge(7), JSON).
MemberMerge merge_json(const Terms<Terms<std::optional<ByteView>>>& nested);

}  // namespace hn::merge
