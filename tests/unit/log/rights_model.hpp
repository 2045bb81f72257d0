#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "hn/log/order.hpp"

// An abstract model of rights: the rules of hn-log(5), RIGHTS, written as directly as they are
// stated, over bit sets and explicit rank paths, for histories of at most 64 entries. It shares no
// code with the evaluation that it is held against, except log order.
namespace hn::log::model {

inline constexpr int kNone = -1;

enum class Kind { genesis, write, grant, revoke };

struct ModelEntry {
  int device = 0;
  Kind kind = Kind::write;
  int prev = kNone;        // index of the predecessor on the chain
  std::uint64_t past = 0;  // causal past, itself not included
  int target = 0;          // device granted or revoked
  bool admin = true;       // granted right: admin, else write
  int cut = kNone;         // index of the cut entry, or none
  OrderKey key;
};
using History = std::vector<ModelEntry>;

// What a rule book makes of a history.
struct Outcome {
  std::uint64_t accepted = 0;  // by index
  std::vector<int> ranks;      // placed devices, most senior first
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Rule books that are wrong in one way each.
enum class Mutant {
  none,
  last_cut_wins,
  cuts_ignored,
  order_by_arrival,
  junior_cuts_senior,
  rejected_grants_count,
  rejected_revokes_count,
  grants_need_no_past,
  farewell_ignored,
  farewell_cuts_forks,
};

inline std::uint64_t bit(int i) {
  return std::uint64_t{1} << i;
}
inline std::uint64_t bit(std::size_t i) {
  return std::uint64_t{1} << i;
}

// The chain that ends in entry i, itself included.
inline std::uint64_t chain(const History& h, int i) {
  std::uint64_t out = 0;
  for (; i != kNone; i = h[static_cast<std::size_t>(i)].prev) out |= bit(i);
  return out;
}

class Rules {
 public:
  Rules(const History& history, Mutant mutant) : h_(history), mutant_(mutant) {}

  Outcome run() {
    heap_.emplace(Path{}, 0);
    while (!heap_.empty()) {
      const auto [path, device] = *heap_.begin();
      heap_.erase(heap_.begin());
      if (placed(device)) continue;
      out_.ranks.push_back(device);
      paths_[device] = path;
      accept(device);
      act(device);
    }
    if (mutant_ == Mutant::junior_cuts_senior) cut_upwards();
    return out_;
  }

 private:
  // A rank: the keys of the grants that lead to a device; shorter first, then by keys. The arrival
  // index stands in front of the key for the mutant that orders by it.
  struct Path {
    std::vector<std::pair<std::size_t, OrderKey>> keys;
    friend bool operator<(const Path& a, const Path& b) {
      if (a.keys.size() != b.keys.size()) return a.keys.size() < b.keys.size();
      return a.keys < b.keys;
    }
  };

  bool placed(int device) const { return paths_.contains(device); }
  bool accepted(std::size_t i) const { return (out_.accepted & bit(i)) != 0; }

  void accept(int device) {
    std::uint64_t allowed = ~std::uint64_t{0};
    if (const auto cuts = cuts_.find(device); cuts != cuts_.end()) allowed = cuts->second;
    if (mutant_ == Mutant::cuts_ignored) allowed = ~std::uint64_t{0};
    for (std::size_t i = 0; i < h_.size(); ++i)
      if (h_[i].device == device && (allowed & bit(i)) != 0 && !after_farewell(i, allowed) &&
          has_right(i))
        out_.accepted |= bit(i);
  }

  bool is_farewell(std::size_t i) const {
    return h_[i].kind == Kind::revoke && h_[i].target == h_[i].device && h_[i].cut == h_[i].prev;
  }

  bool after_farewell(std::size_t i, std::uint64_t allowed) const {
    if (mutant_ == Mutant::farewell_ignored) return false;
    if (mutant_ == Mutant::farewell_cuts_forks) return outside_farewell(i, allowed);
    const std::uint64_t before = h_[i].prev == kNone ? 0 : chain(h_, h_[i].prev);
    for (std::size_t j = 0; j < h_.size(); ++j)
      if ((before & allowed & bit(j)) != 0 && is_farewell(j)) return true;
    return false;
  }

  bool outside_farewell(std::size_t i, std::uint64_t allowed) const {
    for (std::size_t j = 0; j < h_.size(); ++j)
      if (h_[j].device == h_[i].device && (allowed & bit(j)) != 0 && is_farewell(j) &&
          (chain(h_, static_cast<int>(j)) & bit(i)) == 0)
        return true;
    return false;
  }

  bool has_right(std::size_t i) const {
    const ModelEntry& e = h_[i];
    if (e.kind == Kind::revoke && e.target == e.device) return is_farewell(i);
    const bool needs_admin = e.kind == Kind::grant || e.kind == Kind::revoke;
    if (e.device == 0) return true;  // the founder
    const auto grants = grants_.find(e.device);
    if (grants == grants_.end()) return false;
    for (const int g : grants->second) {
      const bool seen = (e.past & bit(g)) != 0 || mutant_ == Mutant::grants_need_no_past;
      if (seen && (!needs_admin || h_[static_cast<std::size_t>(g)].admin)) return true;
    }
    return false;
  }

  void act(int device) {
    for (std::size_t i = 0; i < h_.size(); ++i) {
      const ModelEntry& e = h_[i];
      if (e.device != device || e.kind == Kind::write || e.kind == Kind::genesis) continue;
      if (placed(e.target)) continue;  // strictly senior to junior, or void
      if (e.kind == Kind::grant && (accepted(i) || mutant_ == Mutant::rejected_grants_count)) {
        Path path = paths_[device];
        path.keys.emplace_back(mutant_ == Mutant::order_by_arrival ? i : 0, e.key);
        heap_.emplace(std::move(path), e.target);
        grants_[e.target].push_back(static_cast<int>(i));
      }
      if (e.kind == Kind::revoke && (accepted(i) || mutant_ == Mutant::rejected_revokes_count))
        cut(e);
    }
  }

  void cut(const ModelEntry& e) {
    const std::uint64_t kept = e.cut == kNone ? 0 : chain(h_, e.cut);
    const auto [at, fresh] = cuts_.emplace(e.target, kept);
    if (fresh) return;
    at->second = mutant_ == Mutant::last_cut_wins ? kept : at->second & kept;
  }

  void cut_upwards() {
    for (std::size_t i = 0; i < h_.size(); ++i) {
      if (!accepted(i) || h_[i].kind != Kind::revoke || h_[i].target == h_[i].device) continue;
      const std::uint64_t kept = h_[i].cut == kNone ? 0 : chain(h_, h_[i].cut);
      for (std::size_t j = 0; j < h_.size(); ++j)
        if (h_[j].device == h_[i].target && (kept & bit(j)) == 0) out_.accepted &= ~bit(j);
    }
  }

  const History& h_;
  Mutant mutant_;
  Outcome out_;
  std::multimap<Path, int> heap_;
  std::map<int, Path> paths_;
  std::map<int, std::uint64_t> cuts_;
  std::map<int, std::vector<int>> grants_;
};

inline Outcome evaluate(const History& history, Mutant mutant = Mutant::none) {
  return Rules(history, mutant).run();
}

}  // namespace hn::log::model
