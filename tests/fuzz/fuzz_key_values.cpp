// layer: merge
#include <vector>

#include "hn/base/assert.hpp"
#include "merge/key_values.hpp"

namespace {

using namespace hn;
using namespace hn::merge;

// All bytes of a text are those of its members.
std::string all_of(const std::vector<TextMember>& members) {
  std::string out;
  for (const auto& member : members) {
    for (const auto part : {member.lead, member.head, member.value.bytes, member.trail})
      out += part;
    if (member.value.is_object) HN_ASSERT(all_of(member.value.members) == member.value.bytes);
  }
  return out;
}

}  // namespace

// Three texts, divided by bytes that no such file has: scanned, and merged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = as_text({data, size});
  std::vector<std::string_view> texts;
  for (int i = 0; i < 3; ++i) {
    texts.push_back(rest.substr(0, rest.find('\x01')));
    rest.remove_prefix(std::min(texts.back().size() + 1, rest.size()));
  }
  Terms<Terms<std::optional<ByteView>>> nested;
  bool all = true;
  for (const auto text : texts) {
    const auto scanned = scan_key_values(text, kMembersMax);
    all = all && scanned.has_value();
    if (scanned) HN_ASSERT(all_of(scanned->top.members) + std::string(scanned->after) == text);
    nested.push_back({as_bytes(text)});
  }
  const auto merged = merge_key_values(nested);
  if (!all) HN_ASSERT(merged.outcome == MemberMerge::Outcome::unreadable);
  if (merged.outcome == MemberMerge::Outcome::merged)
    HN_ASSERT(scan_key_values(as_text(merged.text), kMembersMax).has_value());
  return 0;
}
