// After Michael Haggerty's work on git (xdiffi.c, 2016): the weights below are his, found by
// comparing with what people chose in thousands of differences
// (github.com/mhagger/diff-slider-tools).
#include "merge/slide.hpp"

#include <algorithm>

namespace hn::merge {
namespace {

constexpr int kIndentMax = 200;          // deeper is as deep
constexpr int kBlanksMax = 20;           // more blank lines are as many
constexpr std::int64_t kSlideMax = 100;  // places that are compared

constexpr int kStartOfFile = 1;
constexpr int kEndOfFile = 21;
constexpr int kEachBlank = -30;
constexpr int kBlankBehind = 6;
constexpr int kIndent = -4;
constexpr int kIndentAtBlank = 10;
constexpr int kOutdent = 24;
constexpr int kOutdentAtBlank = 17;
constexpr int kDedent = 23;
constexpr int kDedentAtBlank = 17;
constexpr int kDeeper = 60;

constexpr int kBlank = -1;  // the indent of a blank line, or of none

int indent_of(Line line) {
  int indent = 0;
  for (const char c : line) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return indent;
    if (c == ' ') indent += 1;
    if (c == '\t') indent += 8 - indent % 8;
    if (indent >= kIndentMax) return kIndentMax;
  }
  return kBlank;
}

// How a text reads that is split before a line: less is better.
struct Badness {
  int indent = 0;
  int penalty = 0;

  bool is_no_worse_than(const Badness& other) const {
    const int deeper = (indent > other.indent ? 1 : 0) - (indent < other.indent ? 1 : 0);
    return kDeeper * deeper + penalty - other.penalty <= 0;
  }
};

// The next line that is not blank, and the blank ones on the way.
struct Neighbour {
  int indent = kBlank;
  int blanks = 0;
};

class Splits {
 public:
  explicit Splits(std::span<const Line> lines) : lines_(lines) {}

  void add(Badness& to, std::int64_t at) const {
    const bool at_end = at >= count();
    const int own = at_end ? kBlank : indent(at);
    const Neighbour before = neighbour(at - 1, -1);
    const Neighbour behind = neighbour(at + 1, 1);
    if (before.indent == kBlank && before.blanks == 0) to.penalty += kStartOfFile;
    if (at_end) to.penalty += kEndOfFile;
    const int blanks_behind = own == kBlank ? 1 + behind.blanks : 0;
    const int blanks = before.blanks + blanks_behind;
    to.penalty += kEachBlank * blanks + kBlankBehind * blanks_behind;
    const int here = own != kBlank ? own : behind.indent;
    to.indent += here;
    if (here == kBlank || before.indent == kBlank || here == before.indent) return;
    if (here > before.indent) {
      to.penalty += blanks != 0 ? kIndentAtBlank : kIndent;
    } else if (behind.indent != kBlank && behind.indent > here) {
      to.penalty += blanks != 0 ? kOutdentAtBlank : kOutdent;
    } else {
      to.penalty += blanks != 0 ? kDedentAtBlank : kDedent;
    }
  }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(lines_.size()); }
  int indent(std::int64_t at) const { return indent_of(lines_[static_cast<std::size_t>(at)]); }

  Neighbour neighbour(std::int64_t at, int step) const {
    Neighbour out;
    for (; at >= 0 && at < count(); at += step) {
      out.indent = indent(at);
      if (out.indent != kBlank) return out;
      if (++out.blanks == kBlanksMax) return {0, kBlanksMax};
    }
    return out;
  }

  std::span<const Line> lines_;
};

// A run of changed lines, maybe of none, between two lines that are not changed.
struct Group {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

bool is_changed(const std::vector<char>& changed, std::size_t at) {
  return at < changed.size() && changed[at] != 0;
}

Group first_group(const std::vector<char>& changed) {
  Group group;
  while (is_changed(changed, group.end)) ++group.end;
  return group;
}

bool to_next(const std::vector<char>& changed, Group& group) {
  if (group.end == changed.size()) return false;
  group.begin = group.end = group.end + 1;
  while (is_changed(changed, group.end)) ++group.end;
  return true;
}

void to_previous(const std::vector<char>& changed, Group& group) {
  if (group.begin == 0) return;
  group.end = group.begin = group.begin - 1;
  while (group.begin > 0 && is_changed(changed, group.begin - 1)) --group.begin;
}

class Slider {
 public:
  Slider(SlidSide side, const std::vector<char>& other, bool indent_heuristic)
      : side_(side), other_(other), indent_heuristic_(indent_heuristic) {}

  // The groups of both sides correspond: between two of them stands one equal line each.
  void run() {
    group_ = first_group(side_.changed);
    partner_ = first_group(other_);
    do {
      if (group_.size() > 0) place();
    } while (to_next(side_.changed, group_) && to_next(other_, partner_));
  }

 private:
  bool slide_up() {
    if (group_.begin == 0 || number(group_.begin - 1) != number(group_.end - 1)) return false;
    side_.changed[--group_.begin] = 1;
    side_.changed[--group_.end] = 0;
    while (group_.begin > 0 && is_changed(side_.changed, group_.begin - 1)) --group_.begin;
    to_previous(other_, partner_);
    return true;
  }

  bool slide_down() {
    if (group_.end == side_.lines.size() || number(group_.begin) != number(group_.end))
      return false;
    side_.changed[group_.begin++] = 0;
    side_.changed[group_.end++] = 1;
    while (is_changed(side_.changed, group_.end)) ++group_.end;
    to_next(other_, partner_);
    return true;
  }

  void place() {
    bool lines_up = false;
    std::size_t highest = 0;
    std::size_t size = 0;
    // A group that has swallowed its neighbours may slide further.
    do {
      size = group_.size();
      lines_up = false;
      while (slide_up()) {
      }
      highest = group_.end;
      lines_up = partner_.size() > 0;
      while (slide_down()) lines_up |= partner_.size() > 0;
    } while (size != group_.size());
    if (group_.end == highest) return;
    if (lines_up) {
      while (partner_.size() == 0 && slide_up()) {
      }
    } else if (indent_heuristic_) {
      const std::int64_t best = best_end(static_cast<std::int64_t>(highest));
      while (static_cast<std::int64_t>(group_.end) > best && slide_up()) {
      }
    }
  }

  // Where the group's end stands best, from `highest` to where it is now; the lowest of equals.
  std::int64_t best_end(std::int64_t highest) const {
    const auto lowest = static_cast<std::int64_t>(group_.end);
    const auto size = static_cast<std::int64_t>(group_.size());
    const Splits splits(side_.lines);
    std::int64_t best = -1;
    Badness least;
    for (auto end = std::max({highest, lowest - size - 1, lowest - kSlideMax}); end <= lowest;
         ++end) {
      Badness here;
      splits.add(here, end);
      splits.add(here, end - size);
      if (best != -1 && !here.is_no_worse_than(least)) continue;
      least = here;
      best = end;
    }
    return best;
  }

  std::uint32_t number(std::size_t at) const { return side_.numbers[at]; }

  SlidSide side_;
  const std::vector<char>& other_;
  bool indent_heuristic_;
  Group group_;
  Group partner_;
};

}  // namespace

void slide_changes(SlidSide side, const std::vector<char>& other_changed, bool indent_heuristic) {
  Slider(side, other_changed, indent_heuristic).run();
}

}  // namespace hn::merge
