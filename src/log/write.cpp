#include "hn/log/write.hpp"

#include <algorithm>
#include <map>

#include "log/state.hpp"

namespace hn::log {
namespace {

using State = View::State;

// The ends of the longest runs of publishes that stand together on a chain.
struct Runs {
  const State& s;
  std::vector<Range> out;

  // `slot`'s publishes of one strand, in order; those in `wanted` are to be covered. What lies
  // between two of them may be covered too if it is rewritten already.
  void add(const std::vector<Index>& publishes, const std::set<Index>& wanted) {
    std::vector<Index> run;
    for (const Index n : publishes) {
      if (wanted.contains(n)) {
        run.push_back(n);
      } else if (!s.nodes[n].rewritten) {
        close(run);
      }
    }
    close(run);
  }

  void close(std::vector<Index>& run) {
    if (run.empty()) return;
    const Entry& last = s.nodes[run.back()].entry->entry;
    out.push_back({last.device, s.nodes[run.front()].entry->entry.seq, last.seq,
                   s.nodes[run.back()].entry->id});
    run.clear();
  }
};

Result<std::vector<Range>> ranges_in(const State& s, const Slot& slot,
                                     const std::set<Index>& wanted) {
  std::map<Index, std::vector<Index>> by_strand;
  for (const Index n : slot.publishes) by_strand[s.chains.strand_of(n)].push_back(n);
  Runs runs{s, {}};
  for (auto& [strand, publishes] : by_strand) {
    std::sort(publishes.begin(), publishes.end(), [&](Index a, Index b) {
      return s.nodes[a].entry->entry.seq < s.nodes[b].entry->entry.seq;
    });
    runs.add(publishes, wanted);
  }
  if (runs.out.size() > kRangesMax)
    return fail(Code::refused, "log: too many publishes to rewrite at once");
  std::sort(runs.out.begin(), runs.out.end(), [](const Range& a, const Range& b) {
    return std::tie(a.device, a.last_id) < std::tie(b.device, b.last_id);
  });
  return std::move(runs.out);
}

Result<std::vector<Range>> live_ranges(const State& s, const Slot& slot,
                                       const std::optional<Device>& device) {
  std::set<Index> wanted;
  for (const Index n : slot.publishes) {
    const Node& node = s.nodes[n];
    if (node.verdict.status == Status::accepted && !node.rewritten &&
        (!device || node.entry->entry.device == *device))
      wanted.insert(n);
  }
  return ranges_in(s, slot, wanted);
}

// The chain to go on with: of several the one whose tip stands first in log order.
Index own_tip(const State& s, const Device& device) {
  Index tip = kNoIndex;
  for (const Strand& strand : s.chains.strands()) {
    const Index n = strand.nodes.back();
    if (s.devices[strand.device].key == device && (tip == kNoIndex || s.before(n, tip))) tip = n;
  }
  return tip;
}

}  // namespace

Entry genesis_entry(Genesis genesis) {
  HN_ASSERT(!genesis.founders.empty());
  Entry out;
  out.device = genesis.founders.front().device;
  out.payload = std::move(genesis);
  return out;
}

Entry next_entry(const View& view, const Device& device, Payload payload) {
  const State& s = view.state();
  Entry out;
  out.repository = view.repository();
  out.device = device;
  out.payload = std::move(payload);
  if (const Index tip = own_tip(s, device); tip != kNoIndex) {
    out.seq = s.nodes[tip].entry->entry.seq + 1;
    out.prev = s.nodes[tip].entry->id;
  }
  std::vector<Index> seen;
  for (const Index n : s.frontier)
    if (s.nodes[n].entry->entry.device != device) seen.push_back(n);
  s.sort(seen);
  if (seen.size() > kSeenMax) seen.erase(seen.begin(), seen.end() - kSeenMax);
  for (const Index n : seen) out.seen.push_back(s.nodes[n].entry->id);
  std::sort(out.seen.begin(), out.seen.end());
  std::uint64_t depth = 0;
  for (const EntryId& parent : parents_of(out)) {
    const auto n = s.node(parent);
    HN_ASSERT(n.has_value());
    depth = std::max(depth, s.nodes[*n].entry->entry.depth);
  }
  out.depth = depth + 1;
  return out;
}

Result<std::vector<Range>> rewriting_live(const View& view, const EntryId& branch,
                                          const std::optional<Device>& device) {
  const State& s = view.state();
  const auto n = s.node(branch);
  if (!n || !s.branch_slots.contains(*n))
    return fail(Code::not_found, "log: no such branch", branch.bytes);
  return live_ranges(s, s.slots[s.branch_slots.at(*n)], device);
}

Result<std::vector<Range>> rewriting_live(const View& view, const TagName& tag,
                                          const std::optional<Device>& device) {
  const State& s = view.state();
  const auto at = s.tag_slots.find(tag.name);
  if (at == s.tag_slots.end()) return fail(Code::not_found, "log: no such tag");
  return live_ranges(s, s.slots[at->second], device);
}

Result<std::vector<Range>> ranges_over(const View& view, std::span<const EntryId> publishes) {
  const State& s = view.state();
  std::set<Index> wanted;
  Index slot = kNoIndex;
  for (const EntryId& id : publishes) {
    const auto n = s.node(id);
    if (!n || s.nodes[*n].slot == kNoIndex)
      return fail(Code::not_found, "log: no such publish", id.bytes);
    if (slot != kNoIndex && s.nodes[*n].slot != slot)
      return fail(Code::refused, "log: publishes of two branches", id.bytes);
    slot = s.nodes[*n].slot;
    wanted.insert(*n);
  }
  if (slot == kNoIndex) return std::vector<Range>{};
  return ranges_in(s, s.slots[slot], wanted);
}

}  // namespace hn::log
