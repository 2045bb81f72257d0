#pragma once

#include <set>

#include "rights_model.hpp"

// Small histories that exist twice: as entries, and as the model's bit sets.
namespace hn::log::model {

inline constexpr int kDevices = 4;  // device 0 founds

// An operation: what a device could do next.
struct Op {
  int device = 0;
  int prev = kNone;
  bool sees_all = true;
  Kind kind = Kind::write;
  int target = 0;
  bool admin = true;
  int cut = kNone;
};

class World {
 public:
  World() {
    Genesis g;
    g.files = {1, 2, 3};
    g.folders = {1, 2, 3};
    g.default_branch = "main";
    g.founders = {{device(0), "d0"}};
    Entry e;
    e.device = device(0);
    e.payload = g;
    entries_.push_back(unsigned_entry(std::move(e)));
    ModelEntry m;
    m.kind = Kind::genesis;
    m.key = order_key(entries_.back());
    history_.push_back(m);
  }

  static Device device(int d) {
    Device out;
    out.bytes.fill(static_cast<Byte>(d + 1));
    return out;
  }

  const std::vector<SignedEntry>& entries() const { return entries_; }
  const History& history() const { return history_; }
  const EntryId& repository() const { return entries_.front().id; }

  // Entry ids in order: equal for histories that are equal as sets.
  std::set<EntryId> ids() const {
    std::set<EntryId> out;
    for (const SignedEntry& e : entries_) out.insert(e.id);
    return out;
  }

  // False where it would break a structural rule (a first entry without a grant in its past), or
  // is there already.
  bool add(const Op& op) {
    ModelEntry m;
    m.device = op.device;
    m.kind = op.kind;
    m.prev = op.prev;
    m.target = op.target;
    m.admin = op.admin;
    m.cut = op.cut;
    Entry e = entry_of(op);
    m.past = past_of(e, op);
    if (op.prev == kNone && !introduced(op.device, m.past)) return false;
    SignedEntry s = unsigned_entry(std::move(e));
    for (const SignedEntry& known : entries_)
      if (known.id == s.id) return false;
    m.key = order_key(s);
    entries_.push_back(std::move(s));
    history_.push_back(m);
    return true;
  }

  void remove_last() {
    entries_.pop_back();
    history_.pop_back();
  }

  // Everything that could come next. Without forks a device appends to its last entry alone.
  std::vector<Op> choices(bool forks) const {
    std::vector<Op> out;
    for (int d = 0; d < kDevices; ++d)
      for (const int prev : predecessors(d, forks))
        for (const bool all : {true, false})
          if (all || prev != kNone) add_choices(out, d, prev, all);
    return out;
  }

 private:
  void add_choices(std::vector<Op>& out, int d, int prev, bool all) const {
    out.push_back({d, prev, all, Kind::write, 0, true, kNone});
    out.push_back({d, prev, all, Kind::revoke, d, true, prev});  // farewell
    for (int t = 0; t < kDevices; ++t) {
      if (t == d) continue;
      out.push_back({d, prev, all, Kind::grant, t, true, kNone});
      out.push_back({d, prev, all, Kind::grant, t, false, kNone});
      out.push_back({d, prev, all, Kind::revoke, t, true, kNone});
      for (std::size_t i = 0; i < history_.size(); ++i)
        if (history_[i].device == t && history_[i].kind != Kind::genesis)
          out.push_back({d, prev, all, Kind::revoke, t, true, static_cast<int>(i)});
    }
  }

  std::vector<int> predecessors(int d, bool forks) const {
    std::vector<int> out;
    for (std::size_t i = 0; i < history_.size(); ++i)
      if (history_[i].device == d) out.push_back(static_cast<int>(i));
    if (out.empty()) return {kNone};
    if (!forks) return {out.back()};
    return out;
  }

  Entry entry_of(const Op& op) const {
    Entry e;
    e.repository = repository();
    e.device = device(op.device);
    if (op.prev != kNone) {
      e.prev = entries_[index(op.prev)].id;
      e.seq = entries_[index(op.prev)].entry.seq + 1;
    }
    if (op.sees_all) {
      for (std::size_t i = 0; i < entries_.size(); ++i)
        if (history_[i].device != op.device && !covered(i, op.device))
          e.seen.push_back(entries_[i].id);
      std::sort(e.seen.begin(), e.seen.end());
    }
    e.payload = payload_of(op);
    e.depth = 1 + depth_of_past(e);
    return e;
  }

  Payload payload_of(const Op& op) const {
    if (op.kind == Kind::grant) {
      Grant g;
      g.device = device(op.target);
      g.label = "d";
      g.right = op.admin ? Right::admin : Right::write;
      return g;
    }
    if (op.kind == Kind::revoke) {
      Revoke r;
      r.device = device(op.target);
      if (op.cut != kNone)
        r.cut = Cut{entries_[index(op.cut)].entry.seq, entries_[index(op.cut)].id};
      return r;
    }
    Publish p;
    p.place = Branch{repository()};
    p.target = Target{object::Kind::commit, {}};
    return p;
  }

  // Some other device's entry has it in its past.
  bool covered(std::size_t i, int device) const {
    for (const ModelEntry& m : history_)
      if (m.device != device && (m.past & bit(i)) != 0) return true;
    return false;
  }

  std::uint64_t past_of(const Entry& e, const Op& op) const {
    std::uint64_t past = 0;
    const auto add = [&](std::size_t i) { past |= bit(i) | history_[i].past; };
    if (op.prev != kNone) add(index(op.prev));
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (std::binary_search(e.seen.begin(), e.seen.end(), entries_[i].id) ||
          names(e, entries_[i].id))
        add(i);
    return past;
  }

  std::uint64_t depth_of_past(const Entry& e) const {
    std::uint64_t depth = 0;
    for (const SignedEntry& s : entries_)
      if (s.id == e.prev || std::binary_search(e.seen.begin(), e.seen.end(), s.id) ||
          names(e, s.id))
        depth = std::max(depth, s.entry.depth);
    return depth;
  }

  static bool names(const Entry& e, const EntryId& id) {
    const std::vector<EntryId> named = named_by(e.payload);
    return std::binary_search(named.begin(), named.end(), id);
  }

  bool introduced(int device, std::uint64_t past) const {
    for (std::size_t i = 0; i < history_.size(); ++i)
      if ((past & bit(i)) != 0 && history_[i].kind == Kind::grant && history_[i].target == device)
        return true;
    return false;
  }

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  std::vector<SignedEntry> entries_;
  History history_;
};

}  // namespace hn::log::model
