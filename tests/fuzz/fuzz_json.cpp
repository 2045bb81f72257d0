// layer: merge
#include <vector>

#include "hn/base/assert.hpp"
#include "merge/json_merge.hpp"
#include "merge/json_text.hpp"

namespace {

using namespace hn;
using namespace hn::merge;

// All bytes of an object are those of its parts.
void check(const MemberValue& value, std::string_view text) {
  HN_ASSERT(value.bytes.data() >= text.data() &&
            value.bytes.data() + value.bytes.size() <= text.data() + text.size());
  if (!value.is_object) return;
  std::string again = "{" + std::string(value.inside);
  if (!value.members.empty()) again = "{";
  for (const auto& member : value.members) {
    if (&member != &value.members.front()) again += ',';
    for (const auto part : {member.lead, member.head, member.value.bytes, member.trail})
      again += part;
    check(member.value, text);
  }
  HN_ASSERT(again + "}" == value.bytes);
}

}  // namespace

// Three texts, divided by bytes that no JSON has: scanned, and merged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = as_text({data, size});
  std::vector<std::string_view> texts;
  for (int i = 0; i < 3; ++i) {
    texts.push_back(rest.substr(0, rest.find('\xff')));
    rest.remove_prefix(std::min(texts.back().size() + 1, rest.size()));
  }
  Terms<Terms<std::optional<ByteView>>> nested;
  bool all = true;
  for (const auto text : texts) {
    const auto scanned = scan_json(text, kMembersMax);
    all = all && scanned.has_value();
    if (scanned) {
      check(scanned->top, text);
      const auto again = scan_json(scanned->top.bytes, kMembersMax);
      HN_ASSERT(again && again->canonical == scanned->canonical);
    }
    nested.push_back({as_bytes(text)});
  }
  const auto merged = merge_json(nested);
  HN_ASSERT((merged.outcome == MemberMerge::Outcome::unreadable) == !all);
  if (merged.outcome == MemberMerge::Outcome::merged)
    HN_ASSERT(scan_json(as_text(merged.text), kMembersMax).has_value());
  return 0;
}
