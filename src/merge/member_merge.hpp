#pragma once

#include <map>
#include <optional>

#include "hn/base/bytes.hpp"
#include "hn/merge/terms.hpp"
#include "merge/members.hpp"

// Merging texts member by member (hn-merge(7), JSON).
namespace hn::merge {

// Of all texts of one merge together, each once: what they may cost in memory.
inline constexpr std::size_t kMembersMax = std::size_t{1} << 20;

struct MergedObject;

struct MergedMember {
  const TextMember* source = nullptr;  // whose bytes are taken
  const MemberValue* owner = nullptr;  // the object that it stands in
  std::string_view canonical;          // of a whole value;
  std::vector<MergedObject> object;    // one, if it is merged
};

struct MergedObject {
  std::map<std::string_view, MergedMember> members;
  std::vector<const MemberValue*> sides;  // in the order of the flattened terms
};

// Members in the order of the first side. One that it does not have follows the member before it in
// the first side that has it, behind what that side knows nothing of.
std::vector<const MergedMember*> order_of(const MergedObject& object);

// What tells one kind of text from another.
struct MemberSyntax {
  // Nothing for a text that cannot be read exactly, or with more members. It outlives the result.
  std::optional<MemberText> (*scan)(std::string_view text, std::size_t members_max);
  // A text that has these members, in the bytes of those who wrote them; `first` is that of the
  // first term. It is looked through before it is taken.
  std::string (*write)(const MemberText& first, const MergedObject& merged);
};

struct MemberMerge {
  enum class Outcome {
    merged,
    conflict,    // a member is changed in different ways
    unreadable,  // some text cannot be read, or none can be written
  };
  Outcome outcome = Outcome::unreadable;
  Bytes text;  // of merged
};

// Nothing in place of a text is an object without members.
MemberMerge merge_members(const Terms<Terms<std::optional<ByteView>>>& nested,
                          const MemberSyntax& syntax);

}  // namespace hn::merge
