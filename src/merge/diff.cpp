#include "hn/merge/diff.hpp"

#include <algorithm>
#include <unordered_map>

#include "hn/base/assert.hpp"
#include "merge/matching.hpp"

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

std::vector<Difference> differences_of(const std::vector<std::uint32_t>& match,
                                       std::size_t b_size) {
  std::vector<Difference> out;
  std::uint32_t b_next = 0;
  std::uint32_t i = 0;
  const auto n = static_cast<std::uint32_t>(match.size());
  while (i < n || b_next < b_size) {
    if (i < n && match[i] == b_next) {
      ++i;
      ++b_next;
      continue;
    }
    Difference d{i, i, b_next, b_next};
    while (i < n && match[i] == kUnmatched) ++i;
    d.a_end = i;
    b_next = d.b_end = i < n ? match[i] : static_cast<std::uint32_t>(b_size);
    out.push_back(d);
  }
  return out;
}

// Moves a difference with lines on one side only down by one line, if its first line equals the
// line after it (which matches: two differences never touch).
bool slide(Difference& d, const Numbered& lines) {
  const bool removed = d.b_begin == d.b_end;
  const auto& side = removed ? lines.a : lines.b;
  const auto begin = removed ? d.a_begin : d.b_begin;
  const auto end = removed ? d.a_end : d.b_end;
  if (end >= side.size() || side[begin] != side[end]) return false;
  ++d.a_begin;
  ++d.a_end;
  ++d.b_begin;
  ++d.b_end;
  return true;
}

bool is_one_sided(const Difference& d) {
  return d.a_begin == d.a_end || d.b_begin == d.b_end;
}

// Last to first, each difference goes down as far as it can; where it meets the next, the two are
// one, and go on if that still has lines on one side only.
std::vector<Difference> slide_down(std::vector<Difference> in, const Numbered& lines) {
  std::vector<Difference> done;  // in reverse
  for (auto it = in.rbegin(); it != in.rend(); ++it) {
    Difference d = *it;
    const auto meet = [&] {
      if (done.empty() || done.back().a_begin != d.a_end || done.back().b_begin != d.b_end) return;
      d.a_end = done.back().a_end;
      d.b_end = done.back().b_end;
      done.pop_back();
    };
    while (is_one_sided(d) && slide(d, lines)) meet();
    done.push_back(d);
  }
  std::reverse(done.begin(), done.end());
  return done;
}

}  // namespace

std::vector<Difference> diff_lines(std::span<const Line> a, std::span<const Line> b) {
  HN_ASSERT(a.size() < kUnmatched && b.size() < kUnmatched);
  const auto lines = number_lines(a, b);
  const auto match = match_lines(lines.a, lines.b, lines.count);
  return slide_down(differences_of(match, b.size()), lines);
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
