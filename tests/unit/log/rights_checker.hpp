#pragma once

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include "hn/base/random.hpp"
#include "rights_world.hpp"

// A search for histories in which a rule book breaks a promise of hn-log(5), RIGHTS. It knows the
// promises, never the rules, so that it can judge the model, its mutants and the real evaluation.
namespace hn::log::model {

// A rule book: from a world (and the order in which its entries are delivered) to an outcome.
using RuleBook = std::function<Outcome(const World&, std::span<const std::size_t> order)>;

struct Report {
  std::uint64_t states = 0;
  std::uint64_t revivals = 0;                       // rejected entries that became accepted
  std::map<std::string, std::uint64_t> violations;  // by promise

  std::uint64_t broken() const {
    std::uint64_t sum = 0;
    for (const auto& [name, n] : violations) sum += n;
    return sum;
  }
  bool broke(const std::string& promise) const { return violations.contains(promise); }
};

class Checker {
 public:
  explicit Checker(RuleBook rules) : rules_(std::move(rules)) {}

  // Every history that `depth` more entries lead to.
  void exhaust(World& world, int depth, bool forks) { exhaust(world, run(world), depth, forks); }

  // One history of `depth` more random entries, checked at every step.
  void wander(World& world, int depth, bool forks, SeededRandom& random) {
    Outcome before = run(world);
    for (int i = 0; i < depth; ++i) {
      const std::vector<Op> ops = world.choices(forks);
      if (!world.add(ops[random.below(ops.size())])) continue;
      Outcome after = run(world);
      check(world, before, after);
      before = std::move(after);
    }
  }

  const Report& report() const { return report_; }

 private:
  Outcome run(const World& world) const {
    std::vector<std::size_t> order(world.entries().size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    return rules_(world, order);
  }

  void exhaust(World& world, const Outcome& before, int depth, bool forks) {
    if (depth == 0) return;
    for (const Op& op : world.choices(forks)) {
      if (!world.add(op)) continue;
      const Outcome after = run(world);
      check(world, before, after);
      if (first_visit(world, depth)) exhaust(world, after, depth - 1, forks);
      world.remove_last();
    }
  }

  bool first_visit(const World& world, int depth) {
    if (depth == 1) return false;
    return visited_.insert(world.ids()).second;
  }

  void broke(const char* promise) { ++report_.violations[promise]; }

  void check(const World& world, const Outcome& before, const Outcome& after) {
    ++report_.states;
    const History& h = world.history();
    const std::size_t added = h.size() - 1;
    const bool accepted = has(after, added);
    check_seniors_untouched(h, before, after);
    if (!accepted && (before.ranks != after.ranks || before.accepted != after.accepted))
      broke("S2 a rejected entry changes nothing");
    check_cuts(h, after);
    check_changes(h, before, after);
    check_rights(h, after);
    check_arrival(world, after);
  }

  static bool has(const Outcome& o, std::size_t i) { return (o.accepted & bit(i)) != 0; }
  static std::size_t place(const Outcome& o, int device) {
    return static_cast<std::size_t>(std::find(o.ranks.begin(), o.ranks.end(), device) -
                                    o.ranks.begin());
  }
  static bool placed(const Outcome& o, int device) { return place(o, device) < o.ranks.size(); }

  // S1: neither the ranks nor the entries of the author and of anyone senior to it.
  void check_seniors_untouched(const History& h, const Outcome& before, const Outcome& after) {
    const int author = h.back().device;
    if (!placed(before, author)) return;
    for (std::size_t p = 0; p <= place(before, author); ++p) {
      const int senior = before.ranks[p];
      if (p >= after.ranks.size() || after.ranks[p] != senior)
        return broke("S1 seniors are untouched");
      for (std::size_t i = 0; i + 1 < h.size(); ++i)
        if (h[i].device == senior && has(before, i) != has(after, i))
          return broke("S1 seniors are untouched");
    }
  }

  // S3: every accepted cut by a senior, and every farewell, is enforced.
  void check_cuts(const History& h, const Outcome& o) {
    for (std::size_t r = 0; r < h.size(); ++r) {
      if (h[r].kind != Kind::revoke || !has(o, r)) continue;
      const bool farewell = h[r].target == h[r].device;
      if (!farewell && place(o, h[r].device) >= place(o, h[r].target)) continue;
      const std::uint64_t kept = h[r].cut == kNone ? 0 : chain(h, h[r].cut);
      for (std::size_t i = 0; i < h.size(); ++i) {
        if (h[i].device != h[r].target || !has(o, i)) continue;
        const bool after = i != r && (chain(h, static_cast<int>(i)) & bit(r)) != 0;
        if (farewell ? after : (kept & bit(i)) == 0) return broke("S3 every cut is enforced");
      }
    }
  }

  // S4: what was accepted or rejected changes only by an accepted grant or revoke of a senior.
  void check_changes(const History& h, const Outcome& before, const Outcome& after) {
    const ModelEntry& added = h.back();
    const bool lawful =
        has(after, h.size() - 1) && (added.kind == Kind::grant || added.kind == Kind::revoke);
    for (std::size_t i = 0; i + 1 < h.size(); ++i) {
      if (has(before, i) == has(after, i)) continue;
      if (has(after, i)) ++report_.revivals;
      if (!lawful || place(after, added.device) >= place(after, h[i].device))
        return broke("S4 only seniors change what is accepted");
    }
  }

  // S5: nobody but the founder does anything without an accepted grant of a senior in its past.
  void check_rights(const History& h, const Outcome& o) {
    for (std::size_t i = 0; i < h.size(); ++i) {
      const ModelEntry& e = h[i];
      if (!has(o, i) || e.device == 0 || (e.kind == Kind::revoke && e.target == e.device)) continue;
      const bool needs_admin = e.kind != Kind::write;
      const auto allows = [&](std::size_t g) {
        return (e.past & bit(g)) != 0 && h[g].kind == Kind::grant && h[g].target == e.device &&
               has(o, g) && (h[g].admin || !needs_admin) &&
               place(o, h[g].device) < place(o, e.device);
      };
      bool allowed = false;
      for (std::size_t g = 0; g < h.size(); ++g) allowed = allowed || allows(g);
      if (!allowed) return broke("S5 every act has a grant");
    }
  }

  // S6: the order of arrival changes nothing.
  void check_arrival(const World& world, const Outcome& after) {
    std::vector<std::size_t> order(world.entries().size());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    if (rules_(world, order) != after) broke("S6 arrival does not matter");
  }

  RuleBook rules_;
  Report report_;
  std::set<std::set<EntryId>> visited_;
};

// The model as a rule book: entries are renumbered by arrival, and the answer is numbered back.
inline RuleBook model_rules(Mutant mutant) {
  return [mutant](const World& world, std::span<const std::size_t> order) {
    std::vector<std::size_t> to(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) to[order[i]] = i;
    const auto moved = [&](int i) {
      return i == kNone ? kNone : static_cast<int>(to[static_cast<std::size_t>(i)]);
    };
    History h;
    for (const std::size_t from : order) {
      ModelEntry e = world.history()[from];
      e.prev = moved(e.prev);
      e.cut = moved(e.cut);
      std::uint64_t past = 0;
      for (std::size_t i = 0; i < order.size(); ++i)
        if ((e.past & bit(i)) != 0) past |= bit(to[i]);
      e.past = past;
      h.push_back(e);
    }
    Outcome out = evaluate(h, mutant);
    std::uint64_t accepted = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
      if ((out.accepted & bit(i)) != 0) accepted |= bit(order[i]);
    out.accepted = accepted;
    return out;
  };
}

// Worlds to start from: three admins under the founder, and a chain of grants.
inline World three_admins() {
  World w;
  for (int t = 1; t < kDevices; ++t)
    w.add({0, static_cast<int>(w.history().size()) - 1, true, Kind::grant, t, true, kNone});
  return w;
}

inline World chain_of_admins() {
  World w;
  w.add({0, 0, true, Kind::grant, 1, true, kNone});
  w.add({1, kNone, true, Kind::grant, 2, true, kNone});
  w.add({2, kNone, true, Kind::grant, 3, true, kNone});
  return w;
}

}  // namespace hn::log::model
