// hn-log(5), RIGHTS: which entries are accepted.
//
// Why one pass suffices: a device is placed by the most senior accepted grant that names it, so
// always after its granter, and whatever a placed device does to one that was placed before it is
// void. When a device's turn comes, everything that can say something about it has spoken. No
// fixed point is sought, and two devices can never revoke each other.
//
// Tried and rejected: last revocation wins (two seniors who cut at different places would disagree
// by order), symmetric removal (one stolen admin key removes all admins at once), and a farewell
// that also rejects the device's other chains (a thief who forks at the first entry and says
// farewell there would erase all that the device ever did).
#include <algorithm>
#include <queue>

#include "log/state.hpp"

namespace hn::log {

// Places devices one by one, most senior first.
class Placing {
 public:
  explicit Placing(const View::State& state) : s_(state), out_(state.devices.size()) {}

  std::vector<Standing> run(std::uint32_t& placed) {
    if (s_.genesis != kNoIndex) add_founders(*s_.payload<Genesis>(s_.genesis));
    while (!queue_.empty()) {
      const Candidate c = queue_.top();
      queue_.pop();
      if (!out_[c.device].placed) place(c);
    }
    placed = placed_;
    return std::move(out_);
  }

 private:
  // A rank is the path of grants that leads to a device; shorter before longer, then by log order
  // of the grants. Places are given in that order, so the granter's place stands for all of the
  // path but its last grant.
  struct Candidate {
    std::uint32_t granter = 0;  // 1 + place of the granter; 0 for founders
    std::uint32_t founder = 0;  // among founders: the order of the genesis
    Index grant = kNoIndex;
    Index device = kNoIndex;
  };

  struct Junior {
    const View::State* s;
    bool operator()(const Candidate& a, const Candidate& b) const {
      if (a.granter != b.granter) return a.granter > b.granter;
      if (a.founder != b.founder) return a.founder > b.founder;
      if (a.grant == b.grant) return false;
      if (s->planted == Planted::seniority_by_arrival) return a.grant > b.grant;
      return s->before(b.grant, a.grant);
    }
  };

  void add_founders(const Genesis& g) {
    std::uint32_t order = 0;
    const auto add = [&](const Device& key, std::string_view label, bool recovery) {
      const Index d = s_.device_index.at(key);
      out_[d].founder = true;
      out_[d].recovery = recovery;
      out_[d].founder_label = label;
      queue_.push({0, order++, kNoIndex, d});
    };
    if (g.recovery) add(*g.recovery, "recovery", true);
    for (const Founder& f : g.founders) add(f.device, f.label, false);
  }

  void place(const Candidate& c) {
    Standing& me = out_[c.device];
    me.placed = true;
    me.rank = placed_++;
    me.granted_by = c.grant;
    find_farewells(c.device);
    for (const Index n : s_.devices[c.device].controls) {
      const bool accepted = s_.judge(me, n).status == Status::accepted;
      if (const Grant* g = s_.payload<Grant>(n)) {
        if (accepted || s_.planted == Planted::rejected_grants_count) grant(me, n, *g);
      } else if (accepted || s_.planted == Planted::rejected_revokes_count) {
        revoke(n, *s_.payload<Revoke>(n));
      }
    }
  }

  void find_farewells(Index device) {
    Standing& me = out_[device];
    if (s_.planted == Planted::farewells_ignored) return;
    std::vector<Index> found;
    for (const Index n : s_.devices[device].controls) {
      const Revoke* r = s_.payload<Revoke>(n);
      if (r != nullptr && r->device == s_.devices[device].key &&
          s_.judge(me, n).status == Status::accepted)
        found.push_back(n);
    }
    me.farewells = std::move(found);
  }

  // A path limit is reserved: the grant stands, and gives nothing.
  void grant(const Standing& granter, Index n, const Grant& g) {
    const Index to = s_.device_index.at(g.device);
    if (out_[to].placed || g.path) return;
    out_[to].grants.push_back(n);
    queue_.push({granter.rank + 1, 0, n, to});
  }

  // Accepted is what all revocations keep: a chain each, so together the chain to the last entry
  // that all have in common. Commutative and idempotent; a later grant does not lift it.
  void revoke(Index n, const Revoke& r) {
    const Index of = s_.device_index.at(r.device);
    Standing& target = out_[of];
    if (target.placed && (s_.planted != Planted::juniors_cut_seniors || s_.nodes[n].device == of))
      return;
    target.revokes.push_back(n);
    if (s_.planted == Planted::cuts_ignored) return;
    const Index cut = r.cut ? *s_.node(r.cut->id) : kNoIndex;
    if (!target.revoked || s_.planted == Planted::last_cut_wins) {
      target.cut = cut;
    } else if (target.cut != kNoIndex) {
      target.cut =
          cut == kNoIndex ? kNoIndex : s_.chains.common(target.cut, cut).value_or(kNoIndex);
    }
    target.revoked = true;
  }

  const View::State& s_;
  std::vector<Standing> out_;
  std::priority_queue<Candidate, std::vector<Candidate>, Junior> queue_{Junior{&s_}};
  std::uint32_t placed_ = 0;
};

namespace {

Verdict refuse(Reason reason) noexcept {
  return {Status::rejected, reason};
}
constexpr Verdict kAccepted{Status::accepted, Reason::none};

// Do the two judge every entry of the device alike?
bool alike(const Standing& a, const Standing& b) {
  return a.placed == b.placed && a.founder == b.founder && a.grants == b.grants &&
         a.revoked == b.revoked && a.cut == b.cut && a.farewells == b.farewells;
}

}  // namespace

std::vector<Standing> View::State::standings(std::uint32_t& placed) const {
  std::vector<Standing> out = Placing(*this).run(placed);
  for (Standing& s : out)
    for (std::vector<Index>* list : {&s.grants, &s.revokes, &s.farewells}) sort(*list);
  return out;
}

bool View::State::allows(const Standing& standing, Index n, Right right, Index branch_slot) const {
  if (standing.founder) return true;
  for (const Index g : standing.grants) {
    const Grant& grant = *payload<Grant>(g);
    if (!grant_sets.has(nodes[n].before, nodes[g].grant) && planted != Planted::grants_need_no_past)
      continue;
    if (grant.right < right) continue;
    if (!grant.branch) return true;
    const auto slot = branch_slots.find(*node(*grant.branch));
    if (slot != branch_slots.end() && slot->second == branch_slot) return true;
  }
  return false;
}

bool View::State::allows(Index n, Right right, Index branch_slot) const {
  return allows(devices[nodes[n].device].standing, n, right, branch_slot);
}

Verdict View::State::judge(const Standing& standing, Index n) const {
  if (!standing.placed) return refuse(Reason::no_grant);
  if (standing.revoked && (standing.cut == kNoIndex || !chains.is_ancestor(n, standing.cut)))
    return refuse(Reason::cut);
  for (const Index farewell : standing.farewells)
    if (farewell != n && chains.is_ancestor(farewell, n)) return refuse(Reason::left);
  return judge_payload(standing, n);
}

Verdict View::State::judge_payload(const Standing& standing, Index n) const {
  if (const Publish* p = payload<Publish>(n)) {
    if (nodes[n].slot == kNoIndex) return refuse(Reason::no_branch);
    // A new branch or a tag is not any branch that a grant could be limited to.
    const Index limit = std::holds_alternative<Branch>(p->place) ? nodes[n].slot : kNoIndex;
    if (!allows(standing, n, Right::write, limit)) return refuse(Reason::no_right);
    const bool sealed = payload<Genesis>(genesis)->visibility == Visibility::sealed;
    return p->sealed && !sealed ? refuse(Reason::sealed_root) : kAccepted;
  }
  if (const Grant* g = payload<Grant>(n)) {
    if (!allows(standing, n, Right::admin, kNoIndex)) return refuse(Reason::no_right);
    return g->branch && !branch_slots.contains(*node(*g->branch)) ? refuse(Reason::no_branch)
                                                                  : kAccepted;
  }
  if (const Revoke* r = payload<Revoke>(n)) {
    const Entry& e = nodes[n].entry->entry;
    if (r->device == e.device) {
      const bool own_position =
          e.seq == 0 ? !r->cut : r->cut && r->cut->id == e.prev && r->cut->seq + 1 == e.seq;
      return own_position ? kAccepted : refuse(Reason::bad_cut);
    }
    if (!allows(standing, n, Right::admin, kNoIndex)) return refuse(Reason::no_right);
    if (!r->cut) return kAccepted;
    const Entry& cut = nodes[*node(r->cut->id)].entry->entry;
    return cut.device == r->device && cut.seq == r->cut->seq ? kAccepted : refuse(Reason::bad_cut);
  }
  return kAccepted;
}

// Grants and revocations can change what is accepted of any junior; nothing else can.
void View::State::judge(std::span<const Index> fresh) {
  const bool control = std::any_of(fresh.begin(), fresh.end(), [this](Index n) {
    return n == genesis || payload<Grant>(n) != nullptr || payload<Revoke>(n) != nullptr;
  });
  const auto rejudge = [this](Index n) {
    Node& node = nodes[n];
    const Verdict verdict = judge(devices[node.device].standing, n);
    // A publish that counts either way may still have lost or got the right to rewrite another's.
    const Publish* p = payload<Publish>(n);
    const bool rewrites = p != nullptr && !p->rewrites.empty();
    const bool stale = (rewrites || verdict != node.verdict) && node.slot != kNoIndex &&
                       planted != Planted::live_once_is_live;
    node.verdict = verdict;
    if (stale) slots[node.slot].stale = true;
  };
  if (control) {
    std::vector<Standing> now = standings(ranks);
    for (std::size_t d = 0; d < devices.size(); ++d) {
      const bool same = alike(devices[d].standing, now[d]);
      devices[d].standing = std::move(now[d]);
      if (!same) std::for_each(devices[d].nodes.begin(), devices[d].nodes.end(), rejudge);
    }
  }
  for (const Index n : fresh) {
    Node& node = nodes[n];
    node.verdict = judge(devices[node.device].standing, n);
    const Publish* p = payload<Publish>(n);
    if (p != nullptr && !p->rewrites.empty() && node.slot != kNoIndex)
      slots[node.slot].stale = true;
  }
}

}  // namespace hn::log
