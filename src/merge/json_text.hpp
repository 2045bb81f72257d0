#pragma once

#include <optional>

#include "merge/members.hpp"

// JSON objects as ranges of the bytes they were written with (hn-merge(7), JSON).
namespace hn::merge {

// So that no text can exhaust a stack.
inline constexpr std::size_t kJsonDepthMax = 64;

// Strict (RFC 8259, UTF-8 without a byte order mark, no lone surrogates); nothing for what is not
// one object, has a key twice in one object, is nested deeper than kJsonDepthMax, or has more than
// `members_max` members. The text outlives the result. The canonical text has no blanks, and
// strings written in one way.
std::optional<MemberText> scan_json(std::string_view text, std::size_t members_max);

}  // namespace hn::merge
