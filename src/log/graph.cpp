// hn-log(5), STRUCTURE: which entries are complete, and which break a rule that no later entry
// mends.
#include <algorithm>

#include "log/state.hpp"

namespace hn::log {
namespace {

// What can be said of an entry before its past is here.
Reason alone(const EntryId& repository, const SignedEntry& e) {
  if (e.id == repository)
    return std::holds_alternative<Genesis>(e.entry.payload) ? Reason::none : Reason::bad_genesis;
  if (std::holds_alternative<Genesis>(e.entry.payload)) return Reason::bad_genesis;
  if (e.entry.repository != repository) return Reason::other_repository;
  return parents_of(e.entry).empty() ? Reason::no_past : Reason::none;
}

}  // namespace

std::vector<EntryId> parents_of(const Entry& entry) {
  std::vector<EntryId> out = named_by(entry.payload);
  out.insert(out.end(), entry.seen.begin(), entry.seen.end());
  if (entry.seq > 0) out.push_back(entry.prev);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::optional<Index> View::State::node(const EntryId& id) const {
  const auto at = by_id.find(id);
  if (at == by_id.end()) return std::nullopt;
  return at->second;
}

OrderKey View::State::key(Index n) const {
  const SignedEntry& e = *nodes[n].entry;
  return {e.entry.depth, nodes[n].tie, e.entry.device, e.entry.seq, e.id};
}

bool View::State::before(Index a, Index b) const noexcept {
  const SignedEntry& x = *nodes[a].entry;
  const SignedEntry& y = *nodes[b].entry;
  if (x.entry.depth != y.entry.depth) return x.entry.depth < y.entry.depth;
  if (nodes[a].tie != nodes[b].tie) return nodes[a].tie < nodes[b].tie;
  return std::tie(x.entry.device, x.entry.seq, x.id) < std::tie(y.entry.device, y.entry.seq, y.id);
}

void View::State::sort(std::vector<Index>& indexes) const {
  std::sort(indexes.begin(), indexes.end(), [this](Index a, Index b) { return before(a, b); });
}

Index View::State::device_of(const Device& key) {
  const auto [at, fresh] = device_index.emplace(key, static_cast<Index>(devices.size()));
  if (fresh) devices.push_back({key, {}, {}, {}, {}});
  return at->second;
}

// A work list instead of recursion: one late entry can complete a chain of any length.
std::vector<Index> View::State::admit(std::span<const SignedEntry> entries) {
  std::vector<Index> fresh;
  for (const SignedEntry& e : entries) {
    if (by_id.contains(e.id) || outsiders.contains(e.id)) continue;
    settle({std::make_shared<const SignedEntry>(e)}, fresh);
  }
  return fresh;
}

void View::State::settle(std::vector<std::shared_ptr<const SignedEntry>> ready,
                         std::vector<Index>& fresh) {
  while (!ready.empty()) {
    const std::shared_ptr<const SignedEntry> e = std::move(ready.back());
    ready.pop_back();
    Reason reason = alone(repository, *e);
    std::vector<EntryId> absent;
    if (reason == Reason::none) {
      for (const EntryId& parent : parents_of(e->entry)) {
        if (by_id.contains(parent)) continue;
        const auto outside = outsiders.find(parent);
        if (outside != outsiders.end() && outside->second.reason != Reason::none)
          reason = Reason::invalid_past;
        absent.push_back(parent);
      }
    }
    if (reason == Reason::none && !absent.empty()) {
      wait(e, absent);
      continue;
    }
    if (reason == Reason::none) reason = structure(e->entry);
    if (reason == Reason::none) {
      fresh.push_back(enter(e));
    } else {
      outsiders[e->id] = {e, reason, 0};
    }
    release(e->id, reason == Reason::none, ready);
  }
}

void View::State::wait(std::shared_ptr<const SignedEntry> entry, std::span<const EntryId> parents) {
  for (const EntryId& parent : parents) waiting[parent].push_back(entry->id);
  const EntryId id = entry->id;
  outsiders[id] = {std::move(entry), Reason::none, parents.size()};
}

// Those that waited for this entry alone are ready; behind an invalid one all are, to be told so.
void View::State::release(const EntryId& id, bool valid,
                          std::vector<std::shared_ptr<const SignedEntry>>& ready) {
  const auto at = waiting.find(id);
  if (at == waiting.end()) return;
  const std::vector<EntryId> children = std::move(at->second);
  waiting.erase(at);
  for (const EntryId& child : children) {
    const auto outside = outsiders.find(child);
    if (outside == outsiders.end() || outside->second.reason != Reason::none) continue;
    if (valid && --outside->second.waits_for > 0) continue;
    ready.push_back(outside->second.entry);
    outsiders.erase(outside);
  }
}

// The rules that need the past.
Reason View::State::structure(const Entry& e) const {
  if (e.seq > 0) {
    const Entry& prev = nodes[*node(e.prev)].entry->entry;
    if (prev.device != e.device || prev.seq + 1 != e.seq) return Reason::bad_chain;
  }
  for (const EntryId& seen : e.seen)
    if (nodes[*node(seen)].entry->entry.device == e.device) return Reason::bad_seen;
  std::uint64_t depth = 0;
  for (const EntryId& parent : parents_of(e))
    depth = std::max(depth, nodes[*node(parent)].entry->entry.depth);
  if (depth + 1 != e.depth) return Reason::bad_depth;
  return e.seq > 0 || introduced(e) ? Reason::none : Reason::not_introduced;
}

// Does the genesis, or a grant in its causal past, name the device of a first entry?
bool View::State::introduced(const Entry& e) const {
  if (e.repository.is_zero()) return true;
  const Genesis& g = *payload<Genesis>(genesis);
  if (g.recovery == e.device) return true;
  for (const Founder& f : g.founders)
    if (f.device == e.device) return true;
  const auto device = device_index.find(e.device);
  if (device == device_index.end()) return false;
  for (const EntryId& parent : parents_of(e))
    for (const Index grant : devices[device->second].introductions)
      if (grant_sets.has(nodes[*node(parent)].after, nodes[grant].grant)) return true;
  return false;
}

Index View::State::enter(std::shared_ptr<const SignedEntry> entry) {
  const Index n = static_cast<Index>(nodes.size());
  const Entry& e = entry->entry;
  Node fresh;
  fresh.tie = tie_of(repository, e.depth, e.device);
  fresh.device = device_of(e.device);
  fresh.prev = e.seq > 0 ? *node(e.prev) : kNoIndex;
  fresh.before = past_of(e);
  fresh.after = fresh.before;
  for (const EntryId& parent : parents_of(e)) frontier.erase(*node(parent));
  frontier.insert(n);
  by_id.emplace(entry->id, n);
  chains.append(fresh.device, fresh.prev, e.seq);
  devices[fresh.device].nodes.push_back(n);
  fresh.entry = std::move(entry);
  nodes.push_back(std::move(fresh));
  enter_slot(n);
  enter_controls(n);
  return n;
}

GrantSet View::State::past_of(const Entry& e) {
  GrantSet out = GrantSets::kEmpty;
  for (const EntryId& parent : parents_of(e))
    out = grant_sets.unite(out, nodes[*node(parent)].after);
  return out;
}

void View::State::enter_slot(Index n) {
  const auto new_slot = [&](Index created_by, std::string name) {
    slots.push_back({created_by, std::move(name), {}, false});
    return static_cast<Index>(slots.size() - 1);
  };
  if (const Genesis* g = payload<Genesis>(n)) {
    genesis = n;
    branch_slots[n] = new_slot(n, g->default_branch);
  }
  const Publish* p = payload<Publish>(n);
  if (p == nullptr) return;
  if (const auto* b = std::get_if<Branch>(&p->place)) {
    const auto at = branch_slots.find(*node(b->created_by));
    if (at != branch_slots.end()) nodes[n].slot = at->second;
  } else if (const auto* fresh = std::get_if<NewBranch>(&p->place)) {
    nodes[n].slot = branch_slots[n] = new_slot(n, fresh->name);
  } else {
    const std::string& name = std::get<TagName>(p->place).name;
    const auto at = tag_slots.find(name);
    nodes[n].slot =
        at != tag_slots.end() ? at->second : (tag_slots[name] = new_slot(kNoIndex, name));
  }
  if (nodes[n].slot != kNoIndex) slots[nodes[n].slot].publishes.push_back(n);
}

void View::State::enter_controls(Index n) {
  if (const Genesis* g = payload<Genesis>(n)) {
    for (const Founder& f : g->founders) device_of(f.device);
    if (g->recovery) device_of(*g->recovery);
  } else if (const Grant* grant = payload<Grant>(n)) {
    nodes[n].grant = static_cast<Index>(grants.size());
    grants.push_back(n);
    nodes[n].after = grant_sets.with(nodes[n].before, nodes[n].grant);
    devices[device_of(grant->device)].introductions.push_back(n);
    devices[nodes[n].device].controls.push_back(n);
  } else if (const Revoke* revoke = payload<Revoke>(n)) {
    device_of(revoke->device);
    devices[nodes[n].device].controls.push_back(n);
  }
}

}  // namespace hn::log
