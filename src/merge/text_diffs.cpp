#include "hn/merge/text_diffs.hpp"

#include <algorithm>
#include <functional>

namespace hn::merge {
namespace {

constexpr std::size_t kEntryBytes = 192;  // what an entry costs beside its rows

}  // namespace

TextDiffs::Differences TextDiffs::find(const TextPair& pair) {
  const Differences* const found = differences_.find(pair);
  return found == nullptr ? nullptr : *found;
}

void TextDiffs::keep(const TextPair& pair, const Differences& differences) {
  differences_.keep(pair, differences, kEntryBytes + differences->size() * sizeof(BytesDiffer));
}

std::optional<object::Id> KnownTexts::id_of(ByteView text) const {
  const auto found = std::lower_bound(
      ids.begin(), ids.end(), text.data(),
      [](const auto& known, const Byte* at) { return std::less<>()(known.first, at); });
  if (text.empty() || found == ids.end() || found->first != text.data()) return std::nullopt;
  return found->second;
}

}  // namespace hn::merge
