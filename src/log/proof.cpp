// What a view proves: who equivocated, who saw what, and that two views are equal.
#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "log/state.hpp"

namespace hn::log {
namespace {

using State = View::State;

// The first entry on a chain after `parent`, in the strand of `parent`.
std::optional<Index> continuation(const State& s, Index parent) {
  const Strand& strand = s.chains.strands()[s.chains.strand_of(parent)];
  const std::uint64_t next = s.nodes[parent].entry->entry.seq + 1 - strand.first;
  if (next >= strand.nodes.size()) return std::nullopt;
  return strand.nodes[next];
}

void put(Encoder& out, const EntryId& id) {
  out.raw(id.bytes);
}
void put(Encoder& out, std::span<const EntryId> ids) {
  out.varint(ids.size());
  for (const EntryId& id : ids) put(out, id);
}

void put(Encoder& out, const Member& m) {
  out.raw(m.device.bytes).sized(m.label).varint(m.rank).u8(static_cast<std::uint8_t>(m.right));
  put(out, m.writes);
  out.u8(static_cast<std::uint8_t>((m.founder ? 1 : 0) | (m.recovery ? 2 : 0) | (m.left ? 4 : 0) |
                                   (m.cut ? 8 : 0) | (m.granted_by ? 16 : 0)));
  if (m.granted_by) put(out, *m.granted_by);
  put(out, m.revoked_by);
  if (m.cut) put(out, m.cut->id);
}

void put(Encoder& out, const std::vector<LivePublish>& live) {
  out.varint(live.size());
  for (const LivePublish& p : live) put(out, p.id);
}

void put_entries(Encoder& out, const View& view, const State& s) {
  const std::vector<EntryId> all = view.in_log_order();
  out.varint(all.size());
  for (const EntryId& id : all) {
    const Node& n = s.nodes[*s.node(id)];
    put(out, id);
    out.u8(static_cast<std::uint8_t>(n.verdict.status))
        .u8(static_cast<std::uint8_t>(n.verdict.reason));
    out.u8(n.rewritten ? 1 : 0);
  }
  out.varint(s.outsiders.size());
  for (const auto& [id, outsider] : s.outsiders) {
    put(out, id);
    out.u8(static_cast<std::uint8_t>(outsider.reason));
  }
}

}  // namespace

std::vector<Equivocation> View::equivocations() const {
  // Entries by device and predecessor, where a strand begins beside another.
  std::map<std::pair<Index, Index>, std::vector<Index>> siblings;
  for (const Strand& strand : state_->chains.strands()) {
    auto& group = siblings[{strand.device, strand.parent}];
    if (group.empty() && strand.parent != kNoIndex)
      if (const auto first = continuation(*state_, strand.parent)) group.push_back(*first);
    group.push_back(strand.nodes.front());
  }
  std::vector<Equivocation> out;
  for (const auto& [where, group] : siblings) {
    if (group.size() < 2) continue;
    const SignedEntry& one = *state_->nodes[group.front()].entry;
    Equivocation e{one.entry.device, one.entry.seq, {}};
    for (const Index n : group) e.entries.push_back(state_->nodes[n].entry->id);
    std::sort(e.entries.begin(), e.entries.end());
    out.push_back(std::move(e));
  }
  std::sort(out.begin(), out.end(), [](const Equivocation& a, const Equivocation& b) {
    return std::tie(a.device, a.seq, a.entries) < std::tie(b.device, b.seq, b.entries);
  });
  return out;
}

bool View::sees(const EntryId& later, const EntryId& earlier) const {
  const auto from = state_->node(later);
  const auto to = state_->node(earlier);
  if (!from || !to) return false;
  const std::uint64_t depth = state_->nodes[*to].entry->entry.depth;
  std::set<Index> visited{*from};
  std::vector<Index> open{*from};
  while (!open.empty()) {
    const Index n = open.back();
    open.pop_back();
    if (n == *to) return true;
    for (const EntryId& parent : parents_of(state_->nodes[n].entry->entry)) {
      const Index p = *state_->node(parent);
      if (state_->nodes[p].entry->entry.depth >= depth && visited.insert(p).second)
        open.push_back(p);
    }
  }
  return false;
}

Hash View::digest() const {
  Encoder out;
  put(out, repository());
  put_entries(out, *this, *state_);
  put(out, missing_past());
  for (const Member& m : members()) put(out, m);
  for (const BranchInfo& b : branches()) {
    put(out, b.created_by);
    out.sized(b.name).u8(b.live ? 1 : 0);
    put(out, live_on(b.created_by));
  }
  for (const TagInfo& t : tags()) {
    out.sized(t.name);
    put(out, t.publishes);
  }
  for (const Equivocation& e : equivocations()) {
    out.raw(e.device.bytes).varint(e.seq);
    put(out, e.entries);
  }
  put(out, frontier());
  return crypto::hash(crypto::Purpose("hn.view"), out.bytes());
}

}  // namespace hn::log
