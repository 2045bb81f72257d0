// hn-log(5), LIVE PUBLISHES: what accepted publishes rewrite.
#include <algorithm>

#include "log/state.hpp"

namespace hn::log {
namespace {

// Sequence numbers first ... last of a strand.
struct Interval {
  Index strand = kNoIndex;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend auto operator<=>(const Interval&, const Interval&) = default;
};

// Sorted, without overlaps.
void join(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end());
  std::vector<Interval> out;
  for (const Interval& i : intervals) {
    if (!out.empty() && out.back().strand == i.strand && i.first <= out.back().last) {
      out.back().last = std::max(out.back().last, i.last);
    } else {
      out.push_back(i);
    }
  }
  intervals = std::move(out);
}

bool covers(const std::vector<Interval>& intervals, Index strand, std::uint64_t seq) {
  auto after = std::upper_bound(intervals.begin(), intervals.end(),
                                Interval{strand, seq, ~std::uint64_t{0}});
  if (after == intervals.begin()) return false;
  --after;
  return after->strand == strand && after->first <= seq && seq <= after->last;
}

}  // namespace

void View::State::refresh_slots() {
  for (Slot& slot : slots)
    if (slot.stale) refresh(slot);
}

// All ranges of the branch or tag at once, as intervals: a publish that rewrites a long past costs
// what its ranges cost, not what they cover.
void View::State::refresh(Slot& slot) {
  slot.stale = false;
  std::vector<Interval> gone;
  for (const Index n : slot.publishes) {
    if (nodes[n].verdict.status != Status::accepted && planted != Planted::rejected_rewrites_count)
      continue;
    for (const Range& r : payload<Publish>(n)->rewrites) {
      const Index last = *node(r.last_id);
      const Entry& e = nodes[last].entry->entry;
      if (e.device != r.device || e.seq != r.last) continue;  // void: names no such entry
      if (nodes[last].device != nodes[n].device && !allows(n, Right::admin, kNoIndex) &&
          planted != Planted::anyone_rewrites)
        continue;  // void: another's, without the right
      chains.parts(r.first, last, [&](Index strand, std::uint64_t first, std::uint64_t end) {
        gone.push_back({strand, first, end});
      });
    }
  }
  join(gone);
  for (const Index n : slot.publishes)
    nodes[n].rewritten = covers(gone, chains.strand_of(n), nodes[n].entry->entry.seq);
}

}  // namespace hn::log
