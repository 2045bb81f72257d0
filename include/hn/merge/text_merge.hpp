#pragma once

#include <optional>
#include <span>
#include <vector>

#include "hn/base/bytes.hpp"
#include "hn/merge/lines.hpp"
#include "hn/merge/terms.hpp"
#include "hn/merge/text_diffs.hpp"

// Merging texts hunk by hunk (hn-merge(7), TEXTS).
namespace hn::merge {

// A part of a merged text: one term where it is resolved, else as many as the texts have, in their
// order, not simplified. Views into the texts that were merged.
struct TextHunk {
  Terms<std::string_view> terms;
  bool is_resolved() const noexcept { return terms.size() == 1; }
};

struct TextMerge {
  std::vector<TextHunk> hunks;

  bool is_resolved() const noexcept;
  // The text, where every hunk is resolved (asserted).
  Bytes text() const;
  // Term number `place` with the resolved hunks in place of its own: what stands for it in a
  // conflict.
  Bytes term(std::size_t place) const;
  // The text with the lines of all sides where a hunk is not resolved (hn-merge(7), POLICIES,
  // union). Nothing if a hunk has more than kUnitedSidesMax of them.
  std::optional<Bytes> united() const;
};

inline constexpr std::size_t kUnitedSidesMax = 64;

// Merges an odd number of texts. For three texts it is diff3: changes that touch are one hunk.
TextMerge merge_texts(std::span<const ByteView> terms);

// The same over merges of texts: each hunk is tried with the inner merges as values first, then
// flattened. So two sides that resolved one conflict alike agree, whatever else they changed. The
// conflict hunks have as many terms as flatten() gives. It comes to the same with `known` and
// without.
TextMerge merge_nested_texts(const Terms<Terms<ByteView>>& nested,
                             const KnownTexts* known = nullptr);

}  // namespace hn::merge
