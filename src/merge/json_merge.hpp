#pragma once

#include <optional>

#include "hn/base/bytes.hpp"
#include "hn/merge/terms.hpp"

namespace hn::merge {

// Of all texts of one merge together, each once: what they may cost in memory.
inline constexpr std::size_t kJsonMembersMax = std::size_t{1} << 20;

struct JsonMerge {
  enum class Outcome {
    merged,
    conflict,  // a member is changed in different ways
    no_json,   // some text is no JSON object
  };
  Outcome outcome = Outcome::no_json;
  Bytes text;  // of merged
};

// Merges JSON objects member by member (hn-merge(7), JSON). Nothing in place of a text is an object
// without members.
JsonMerge merge_json(const Terms<Terms<std::optional<ByteView>>>& nested);

}  // namespace hn::merge
