#pragma once

#include <optional>

#include "merge/member_merge.hpp"

// Files of lines KEY = VALUE, with sections and comments (hn-merge(7), KEYS AND VALUES).
namespace hn::merge {

// Sections are members of the text, the lines before the first heading one without a name; their
// entries and comments are members of theirs. Nothing for a text with a line that some reader of
// such files might read in another way. The text outlives the result.
std::optional<MemberText> scan_key_values(std::string_view text, std::size_t members_max);

MemberMerge merge_key_values(const Terms<Terms<std::optional<ByteView>>>& nested);

}  // namespace hn::merge
