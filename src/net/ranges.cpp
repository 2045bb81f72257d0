#include "net/ranges.hpp"

#include <algorithm>

namespace hn::net {

void RangeSet::add(Range r) {
  if (r.begin >= r.end) return;
  if (ranges_.empty() || r.begin > ranges_.back().end) {
    ranges_.push_back(r);
    return;
  }
  const auto first = std::ranges::lower_bound(ranges_, r.begin, {}, &Range::end);
  if (first == ranges_.end() || first->begin > r.end) {
    ranges_.insert(first, r);
    return;
  }
  auto last = first;
  while (std::next(last) != ranges_.end() && std::next(last)->begin <= r.end) ++last;
  first->begin = std::min(first->begin, r.begin);
  first->end = std::max(last->end, r.end);
  ranges_.erase(std::next(first), std::next(last));
}

void RangeSet::remove(Range r) {
  if (r.begin >= r.end || ranges_.empty()) return;
  auto it = std::ranges::upper_bound(ranges_, r.begin, {}, &Range::end);
  if (it == ranges_.end() || it->begin >= r.end) return;
  if (it->begin < r.begin && it->end > r.end) {
    const Range upper{r.end, it->end};
    it->end = r.begin;
    ranges_.insert(std::next(it), upper);
    return;
  }
  if (it->begin < r.begin) {
    it->end = r.begin;
    ++it;
  }
  auto last = it;
  while (last != ranges_.end() && last->end <= r.end) ++last;
  if (last != ranges_.end() && last->begin < r.end) last->begin = r.end;
  ranges_.erase(it, last);
}

std::vector<Range> RangeSet::missing(Range r) const {
  std::vector<Range> out;
  auto it = std::ranges::upper_bound(ranges_, r.begin, {}, &Range::end);
  while (r.begin < r.end) {
    if (it == ranges_.end() || it->begin >= r.end) {
      out.push_back(r);
      break;
    }
    if (it->begin > r.begin) out.push_back({r.begin, it->begin});
    r.begin = it->end;
    ++it;
  }
  return out;
}

bool RangeSet::contains(std::uint64_t v) const noexcept {
  return covers({v, v + 1});
}

bool RangeSet::covers(Range r) const noexcept {
  const auto it = std::ranges::upper_bound(ranges_, r.begin, {}, &Range::end);
  return it != ranges_.end() && it->begin <= r.begin && it->end >= r.end;
}

void RangeSet::keep_highest(std::size_t n) {
  if (ranges_.size() <= n) return;
  ranges_.erase(ranges_.begin(), ranges_.end() - static_cast<std::ptrdiff_t>(n));
}

}  // namespace hn::net
