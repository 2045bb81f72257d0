#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "hn/log/view.hpp"
#include "log/grant_sets.hpp"
#include "log/planted.hpp"

// What a view derives. Three files work on it, one after the other: graph.cpp lets entries in once
// their causal past is here, rights.cpp judges them, live.cpp finds what is not rewritten. Indexes
// depend on the order of arrival and never leave the layer; whatever leaves it is ordered by keys.
namespace hn::log {

// A complete and valid entry.
struct Node {
  std::shared_ptr<const SignedEntry> entry;
  Hash tie{};
  Index device = kNoIndex;
  Index prev = kNoIndex;
  Index slot = kNoIndex;                // of a publish: its branch or tag, if there is one
  Index grant = kNoIndex;               // of a grant: its number in the sets
  GrantSet before = GrantSets::kEmpty;  // grants in its causal past
  GrantSet after = GrantSets::kEmpty;   // and itself
  Verdict verdict;
  bool rewritten = false;
};

// An entry that waits for its past, or will never have a valid one.
struct Outsider {
  std::shared_ptr<const SignedEntry> entry;
  Reason reason = Reason::none;  // none while it waits
  std::size_t waits_for = 0;     // parents that are not here
};

// What rights.cpp finds out about a device.
struct Standing {
  bool placed = false;
  std::uint32_t rank = 0;
  bool founder = false;
  bool recovery = false;
  std::string_view founder_label;  // in the genesis entry
  Index granted_by = kNoIndex;     // the node that gives the rank
  std::vector<Index> grants;       // accepted, of seniors
  std::vector<Index> revokes;      // accepted, of seniors
  bool revoked = false;
  Index cut = kNoIndex;          // where revoked: the last entry that every revocation keeps
  std::vector<Index> farewells;  // its own, within that
};

struct DeviceState {
  Device key;
  std::vector<Index> nodes;
  std::vector<Index> controls;       // its grants and revocations
  std::vector<Index> introductions;  // grants that name it, accepted or not
  Standing standing;
};

// A branch or a tag.
struct Slot {
  Index created_by = kNoIndex;  // of a branch
  std::string name;
  std::vector<Index> publishes;
  bool stale = false;  // live.cpp has to look again
};

struct View::State {
  EntryId repository;
  Planted planted = Planted::none;

  std::vector<Node> nodes;
  std::unordered_map<EntryId, Index> by_id;  // look-up only
  Index genesis = kNoIndex;
  Chains chains;
  GrantSets grant_sets;
  std::vector<Index> grants;  // nodes by grant number
  std::set<Index> frontier;

  std::map<EntryId, Outsider> outsiders;
  std::map<EntryId, std::vector<EntryId>> waiting;  // for an entry that is not here

  std::vector<DeviceState> devices;
  std::map<Device, Index> device_index;
  std::uint32_t ranks = 0;  // devices placed
  std::vector<Slot> slots;
  std::map<Index, Index> branch_slots;  // by creating node
  std::map<std::string, Index> tag_slots;

  // graph.cpp
  std::vector<Index> admit(std::span<const SignedEntry> entries);
  Index device_of(const Device& key);
  std::optional<Index> node(const EntryId& id) const;
  OrderKey key(Index n) const;
  bool before(Index a, Index b) const noexcept;  // in log order
  void sort(std::vector<Index>& indexes) const;
  template <class T>
  const T* payload(Index n) const {
    return std::get_if<T>(&nodes[n].entry->entry.payload);
  }

  // rights.cpp
  void judge(std::span<const Index> fresh);
  bool allows(Index n, Right right, Index branch_slot) const;

  // live.cpp
  void refresh_slots();

 private:
  void settle(std::vector<std::shared_ptr<const SignedEntry>> ready, std::vector<Index>& fresh);
  void wait(std::shared_ptr<const SignedEntry> entry, std::span<const EntryId> parents);
  void release(const EntryId& id, bool valid,
               std::vector<std::shared_ptr<const SignedEntry>>& ready);
  Reason structure(const Entry& entry) const;
  bool introduced(const Entry& entry) const;
  Index enter(std::shared_ptr<const SignedEntry> entry);
  GrantSet past_of(const Entry& entry);
  void enter_slot(Index n);
  void enter_controls(Index n);

  Verdict judge(const Standing& standing, Index n) const;
  Verdict judge_payload(const Standing& standing, Index n) const;
  bool allows(const Standing& standing, Index n, Right right, Index branch_slot) const;
  std::vector<Standing> standings(std::uint32_t& placed) const;
  friend class Placing;

  void refresh(Slot& slot);
};

// The entries that one names as its past: predecessor, seen and named in the payload, each once.
std::vector<EntryId> parents_of(const Entry& entry);

}  // namespace hn::log
