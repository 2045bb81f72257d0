#include "hn/merge/diff.hpp"

#include <unordered_map>

#include "hn/base/assert.hpp"
#include "merge/changed_lines.hpp"
#include "merge/matching.hpp"
#include "merge/slide.hpp"

// Specified in hn-merge(7), THE LINE DIFF. A merge depends on which of several equally short
// differences is chosen, so every choice is part of the specification.
namespace hn::merge {
namespace {

// Lines as small numbers, equal exactly where the lines are. The table is never iterated.
struct Numbered {
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  std::uint32_t count = 0;
};

Numbered number_lines(std::span<const Line> a, std::span<const Line> b) {
  Numbered out;
  std::unordered_map<Line, std::uint32_t> numbers;
  numbers.reserve(a.size() + b.size());
  const auto number = [&](std::span<const Line> lines, std::vector<std::uint32_t>& into) {
    into.reserve(lines.size());
    for (const Line line : lines) {
      into.push_back(
          numbers.emplace(line, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
  };
  number(a, out.a);
  number(b, out.b);
  out.count = static_cast<std::uint32_t>(numbers.size());
  return out;
}

}  // namespace

std::vector<Difference> diff_lines(std::span<const Line> a, std::span<const Line> b) {
  HN_ASSERT(a.size() < kUnmatched && b.size() < kUnmatched);
  const auto lines = number_lines(a, b);
  const auto match = match_lines(lines.a, lines.b, lines.count);
  std::vector<char> changed_a(a.size(), 0);
  std::vector<char> changed_b(b.size(), 1);
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (match[i] == kUnmatched)
      changed_a[i] = 1;
    else
      changed_b[match[i]] = 0;
  }
  slide_changes({a, lines.a, changed_a}, changed_b, false);
  slide_changes({b, lines.b, changed_b}, changed_a, false);
  return differences_of(changed_a, changed_b);
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
