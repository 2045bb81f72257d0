// The view of hn-log(5), EVALUATION, as others see it: everything ordered by keys.
#include "hn/log/view.hpp"

#include <algorithm>

#include "log/state.hpp"

namespace hn::log {
namespace {

using State = View::State;

std::vector<EntryId> ids_of(const State& s, std::vector<Index> indexes) {
  s.sort(indexes);
  std::vector<EntryId> out;
  out.reserve(indexes.size());
  for (const Index n : indexes) out.push_back(s.nodes[n].entry->id);
  return out;
}

bool accepted(const State& s, Index n) {
  return s.nodes[n].verdict.status == Status::accepted;
}

Member member_of(const State& s, const DeviceState& d) {
  const Standing& st = d.standing;
  Member m;
  m.device = d.key;
  m.rank = st.rank;
  m.founder = st.founder;
  m.recovery = st.recovery;
  if (st.granted_by != kNoIndex) {
    m.granted_by = s.nodes[st.granted_by].entry->id;
    m.label = s.payload<Grant>(st.granted_by)->label;
  } else {
    m.label = st.founder_label;
  }
  if (st.founder) m.right = Right::admin;
  for (const Index g : st.grants) {
    const Grant& grant = *s.payload<Grant>(g);
    if (grant.branch) {
      m.writes.push_back(*grant.branch);
    } else {
      m.right = std::max(m.right, grant.right);
    }
  }
  std::sort(m.writes.begin(), m.writes.end());
  m.writes.erase(std::unique(m.writes.begin(), m.writes.end()), m.writes.end());
  m.revoked_by = ids_of(s, st.revokes);
  if (st.revoked && st.cut != kNoIndex)
    m.cut = Cut{s.nodes[st.cut].entry->entry.seq, s.nodes[st.cut].entry->id};
  m.left = !st.farewells.empty();
  return m;
}

LivePublish live_of(const State& s, Index n) {
  const Publish& p = *s.payload<Publish>(n);
  return {s.key(n), s.nodes[n].entry->id, s.devices[s.nodes[n].device].key, p.target, p.manifest};
}

std::vector<LivePublish> live_in(const State& s, const Slot& slot) {
  std::vector<Index> live;
  for (const Index n : slot.publishes)
    if (accepted(s, n) && !s.nodes[n].rewritten) live.push_back(n);
  s.sort(live);
  std::vector<LivePublish> out;
  out.reserve(live.size());
  for (const Index n : live) out.push_back(live_of(s, n));
  return out;
}

// A branch is live where a live publish gives it a commit; the default one before any was
// published.
std::optional<BranchInfo> branch_of(const State& s, const Slot& slot) {
  BranchInfo out;
  bool published = false;
  for (const Index n : slot.publishes) {
    if (!accepted(s, n)) continue;
    published = true;
    out.live = out.live || (!s.nodes[n].rewritten && s.payload<Publish>(n)->target.has_value());
  }
  const bool is_default = slot.created_by == s.genesis;
  if (!published && !is_default) return std::nullopt;
  out.live = out.live || !published;
  out.created_by = s.nodes[slot.created_by].entry->id;
  out.name = slot.name;
  if (!is_default) out.creator = s.nodes[slot.created_by].entry->entry.device;
  return out;
}

const Slot* slot_of(const State& s, const EntryId& branch) {
  const auto n = s.node(branch);
  if (!n) return nullptr;
  const auto at = s.branch_slots.find(*n);
  return at == s.branch_slots.end() ? nullptr : &s.slots[at->second];
}

template <class Wanted>
std::vector<EntryId> outsiders_where(const State& s, Wanted wanted) {
  std::vector<EntryId> out;
  for (const auto& [id, outsider] : s.outsiders)
    if (wanted(outsider.reason)) out.push_back(id);
  return out;
}

}  // namespace

View::View(const EntryId& repository) : state_(std::make_unique<State>()) {
  state_->repository = repository;
}
View::~View() = default;
View::View(const View& other) : state_(std::make_unique<State>(*other.state_)) {}
View& View::operator=(const View& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
View::View(View&&) noexcept = default;
View& View::operator=(View&&) noexcept = default;

const EntryId& View::repository() const noexcept {
  return state_->repository;
}

const Genesis* View::genesis() const noexcept {
  return state_->genesis == kNoIndex ? nullptr : state_->payload<Genesis>(state_->genesis);
}

const SignedEntry* View::find(const EntryId& id) const noexcept {
  if (const auto n = state_->node(id)) return state_->nodes[*n].entry.get();
  const auto outside = state_->outsiders.find(id);
  return outside == state_->outsiders.end() ? nullptr : outside->second.entry.get();
}

std::optional<Verdict> View::verdict(const EntryId& id) const noexcept {
  if (const auto n = state_->node(id)) return state_->nodes[*n].verdict;
  const auto outside = state_->outsiders.find(id);
  if (outside == state_->outsiders.end()) return std::nullopt;
  const Reason reason = outside->second.reason;
  return Verdict{reason == Reason::none ? Status::pending : Status::invalid, reason};
}

bool View::accepted(const EntryId& id) const noexcept {
  const auto n = state_->node(id);
  return n && log::accepted(*state_, *n);
}

std::size_t View::size() const noexcept {
  return state_->nodes.size() + state_->outsiders.size();
}

std::vector<EntryId> View::in_log_order() const {
  std::vector<Index> all(state_->nodes.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Index>(i);
  return ids_of(*state_, std::move(all));
}

std::vector<EntryId> View::rejected() const {
  std::vector<Index> out;
  for (std::size_t i = 0; i < state_->nodes.size(); ++i)
    if (state_->nodes[i].verdict.status == Status::rejected) out.push_back(static_cast<Index>(i));
  return ids_of(*state_, std::move(out));
}

std::vector<EntryId> View::pending() const {
  return outsiders_where(*state_, [](Reason r) { return r == Reason::none; });
}

std::vector<EntryId> View::invalid() const {
  return outsiders_where(*state_, [](Reason r) { return r != Reason::none; });
}

std::vector<EntryId> View::missing_past() const {
  std::vector<EntryId> out;
  for (const auto& [id, children] : state_->waiting) {
    const auto waits = [this](const EntryId& child) {
      const auto at = state_->outsiders.find(child);
      return at != state_->outsiders.end() && at->second.reason == Reason::none;
    };
    if (!state_->outsiders.contains(id) && std::any_of(children.begin(), children.end(), waits))
      out.push_back(id);
  }
  return out;
}

std::vector<Member> View::members() const {
  std::vector<Member> out;
  for (const DeviceState& d : state_->devices)
    if (d.standing.placed) out.push_back(member_of(*state_, d));
  std::sort(out.begin(), out.end(),
            [](const Member& a, const Member& b) { return a.rank < b.rank; });
  return out;
}

std::optional<Member> View::member(const Device& device) const {
  const auto at = state_->device_index.find(device);
  if (at == state_->device_index.end()) return std::nullopt;
  const DeviceState& d = state_->devices[at->second];
  if (!d.standing.placed) return std::nullopt;
  return member_of(*state_, d);
}

std::vector<BranchInfo> View::branches() const {
  std::vector<BranchInfo> out;
  for (const auto& [created_by, slot] : state_->branch_slots)
    if (auto info = branch_of(*state_, state_->slots[slot])) out.push_back(std::move(*info));
  std::sort(out.begin(), out.end(), [](const BranchInfo& a, const BranchInfo& b) {
    return std::tie(a.name, a.created_by) < std::tie(b.name, b.created_by);
  });
  return out;
}

std::optional<BranchInfo> View::branch(const EntryId& created_by) const {
  const Slot* slot = slot_of(*state_, created_by);
  return slot == nullptr ? std::nullopt : branch_of(*state_, *slot);
}

std::vector<LivePublish> View::live_on(const EntryId& branch) const {
  const Slot* slot = slot_of(*state_, branch);
  return slot == nullptr ? std::vector<LivePublish>{} : live_in(*state_, *slot);
}

std::vector<TagInfo> View::tags() const {
  std::vector<TagInfo> out;
  for (const auto& [name, slot] : state_->tag_slots) {
    TagInfo tag{name, live_in(*state_, state_->slots[slot])};
    std::erase_if(tag.publishes, [](const LivePublish& p) { return !p.target; });
    if (!tag.publishes.empty()) out.push_back(std::move(tag));
  }
  return out;
}

std::vector<EntryId> View::tips(const Device& device) const {
  std::vector<std::pair<std::uint64_t, EntryId>> found;
  for (const Strand& strand : state_->chains.strands()) {
    const SignedEntry& last = *state_->nodes[strand.nodes.back()].entry;
    if (last.entry.device == device) found.emplace_back(last.entry.seq, last.id);
  }
  std::sort(found.begin(), found.end());
  std::vector<EntryId> out;
  out.reserve(found.size());
  for (const auto& [seq, id] : found) out.push_back(id);
  return out;
}

std::vector<EntryId> View::frontier() const {
  return ids_of(*state_, {state_->frontier.begin(), state_->frontier.end()});
}

View evaluate(const EntryId& repository, std::span<const SignedEntry> entries) {
  View view(repository);
  apply(view, entries);
  return view;
}

void apply(View& view, std::span<const SignedEntry> entries) {
  State& s = view.state();
  const std::vector<Index> fresh = s.admit(entries);
  s.judge(fresh);
  s.refresh_slots();
}

View with_draft(const View& view, const Entry& draft) {
  View out = view;
  const SignedEntry entry = unsigned_entry(draft);
  apply(out, {&entry, 1});
  return out;
}

View view_with(const EntryId& repository, Planted fault) {
  View out(repository);
  out.state().planted = fault;
  return out;
}

bool may_write(const View& view, const Device& device, const std::optional<EntryId>& branch) {
  const auto m = view.member(device);
  if (!m || !m->active()) return false;
  return m->right >= Right::write ||
         (branch && std::binary_search(m->writes.begin(), m->writes.end(), *branch));
}

bool may_administer(const View& view, const Device& device) {
  const auto m = view.member(device);
  return m && m->active() && m->right == Right::admin;
}

}  // namespace hn::log
