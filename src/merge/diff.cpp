#include "hn/merge/diff.hpp"

#include "hn/base/assert.hpp"
#include "merge/changed_lines.hpp"
#include "merge/matching.hpp"
#include "merge/numbered_diff.hpp"
#include "merge/slide.hpp"

// Specified in hn-merge(7), THE LINE DIFF. A merge depends on which of several equally short
// differences is chosen, so every choice is part of the specification.
namespace hn::merge {
std::vector<Difference> diff_numbered(const NumberedText& a, const NumberedText& b,
                                      std::uint32_t count) {
  HN_ASSERT(a.lines.size() < kUnmatched && b.lines.size() < kUnmatched);
  const auto match = match_lines(a.numbers, b.numbers, count);
  std::vector<char> changed_a(a.lines.size(), 0);
  std::vector<char> changed_b(b.lines.size(), 1);
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (match[i] == kUnmatched)
      changed_a[i] = 1;
    else
      changed_b[match[i]] = 0;
  }
  slide_changes({a.lines, a.numbers, changed_a}, changed_b, false);
  slide_changes({b.lines, b.numbers, changed_b}, changed_a, false);
  return differences_of(changed_a, changed_b);
}

std::vector<Difference> diff_lines(ByteView a, ByteView b) {
  LineNumbers numbers;
  const NumberedText first = numbers.add(a);
  const NumberedText second = numbers.add(b, &first);
  return diff_numbered(first, second, numbers.count());
}

LineCounts count_lines(std::span<const Difference> differences) noexcept {
  LineCounts out;
  for (const auto& d : differences) {
    out.removed += d.a_end - d.a_begin;
    out.added += d.b_end - d.b_begin;
  }
  return out;
}

}  // namespace hn::merge
