#pragma once

#include <memory>

#include "hn/log/order.hpp"

// What a set of entries means (hn-log(5), EVALUATION): which are accepted, who has which rights,
// which publishes are live. A function of the set alone, never of the order of arrival: evaluate()
// of all entries at once and apply() of the same entries in any order and any number of pieces
// give equal views.
namespace hn::log {

enum class Status : std::uint8_t {
  pending,   // something in its causal past is not here
  invalid,   // breaks a structural rule, or stands on an entry that does; for ever
  rejected,  // by what is known now, a later entry of somebody senior can change it
  accepted,
};

// Why an entry is invalid or rejected.
enum class Reason : std::uint8_t {
  none,
  // invalid
  other_repository,
  bad_genesis,  // a genesis that is not the repository's, or not by its first founder
  bad_chain,    // prev is not the same device's entry seq - 1
  bad_depth,
  bad_seen,        // names an entry of its own device
  no_past,         // does not stand on the genesis
  not_introduced,  // the device's first entry, and no grant in its causal past names the device
  invalid_past,
  // rejected
  no_grant,     // no accepted grant of somebody senior names the device
  cut,          // beyond the cut of a revocation that counts
  left,         // after the device's own farewell
  no_right,     // no accepted grant in its causal past allows it
  no_branch,    // names a branch that the named entry did not create
  bad_cut,      // a cut that is not an entry of the device; of oneself: not the own position
  sealed_root,  // a sealed manifest in a repository that is not sealed
};
std::string_view name_of(Status status) noexcept;
std::string_view name_of(Reason reason) noexcept;

struct Verdict {
  Status status = Status::pending;
  Reason reason = Reason::none;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// A device that an accepted grant or the genesis names.
struct Member {
  Device device;
  std::string label;            // from the genesis or the grant that gives its rank
  std::uint32_t rank = 0;       // place by seniority, 0 the most senior
  Right right = Right::read;    // the greatest that is not limited
  std::vector<EntryId> writes;  // branches on which it may write although `right` is less
  bool founder = false;
  bool recovery = false;
  std::optional<EntryId> granted_by;  // the grant that gives its rank; none for founders
  std::vector<EntryId> revoked_by;    // revocations that count, in log order
  std::optional<Cut> cut;             // where revoked: its last accepted entry, or none
  bool left = false;                  // ended its own log
  bool active() const noexcept { return revoked_by.empty() && !left; }
};

// A branch with at least one accepted publish, or the default branch.
struct BranchInfo {
  EntryId created_by;
  std::string name;
  std::optional<Device> creator;  // none for the default branch
  bool live = false;  // a live publish gives it a commit; or the default one, not yet published
};

// An accepted publish on a branch or tag, with nothing that rewrites it.
struct LivePublish {
  OrderKey key;
  EntryId id;
  Device device;
  std::optional<Target> target;  // none: a deletion
  std::optional<ManifestRoot> manifest;
};

struct TagInfo {
  std::string name;
  std::vector<LivePublish> publishes;  // live, with a target, in log order
};

// Several entries of one device with the same predecessor: a proof by themselves.
struct Equivocation {
  Device device;
  std::uint64_t seq = 0;
  std::vector<EntryId> entries;  // ascending
};

class View {
 public:
  // The view of no entries.
  explicit View(const EntryId& repository);
  ~View();
  View(const View&);  // copies what is derived, shares the entries
  View& operator=(const View&);
  View(View&&) noexcept;
  View& operator=(View&&) noexcept;

  const EntryId& repository() const noexcept;
  const Genesis* genesis() const noexcept;  // null before it came

  // The entry, whatever its status; null if it never came.
  const SignedEntry* find(const EntryId& id) const noexcept;
  std::optional<Verdict> verdict(const EntryId& id) const noexcept;
  bool accepted(const EntryId& id) const noexcept;
  std::size_t size() const noexcept;  // entries of any status

  // Complete and valid entries, rejected ones too, in log order. O(n log n).
  std::vector<EntryId> in_log_order() const;
  std::vector<EntryId> rejected() const;      // in log order
  std::vector<EntryId> pending() const;       // ascending
  std::vector<EntryId> invalid() const;       // ascending
  std::vector<EntryId> missing_past() const;  // entries that pending ones wait for, ascending

  // By rank.
  std::vector<Member> members() const;
  std::optional<Member> member(const Device& device) const;

  // Sorted by (name, creating entry); dead ones too.
  std::vector<BranchInfo> branches() const;
  std::optional<BranchInfo> branch(const EntryId& created_by) const;
  // In log order, deletions too. Empty for what is no branch.
  std::vector<LivePublish> live_on(const EntryId& branch) const;
  std::vector<TagInfo> tags() const;  // sorted by name; those with a live target

  std::vector<Equivocation> equivocations() const;  // by (device, seq, first entry)

  // The last entries of a device's chains (one, unless it equivocated), by (seq, id).
  std::vector<EntryId> tips(const Device& device) const;
  // The entries that no other entry has in its causal past, in log order: what a new entry sees.
  std::vector<EntryId> frontier() const;

  // Is `earlier` in the causal past of `later` (or the same)? Both complete.
  bool sees(const EntryId& later, const EntryId& earlier) const;

  // A hash of everything above: equal exactly for equal views.
  Hash digest() const;

  struct State;  // private to the layer
  const State& state() const noexcept { return *state_; }
  State& state() noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// The view of a set of entries, from nothing. Signatures are not looked at: verify() before.
View evaluate(const EntryId& repository, std::span<const SignedEntry> entries);

// Adds entries; those that are here already change nothing. Costs what changes: an entry that is
// neither grant nor revocation leaves the others unjudged.
void apply(View& view, std::span<const SignedEntry> entries);

// The view as it would be if `draft`, an entry of this device that is not signed yet, were
// published.
View with_draft(const View& view, const Entry& draft);

// May an entry that the device signs now, having seen all that the view holds, publish on this
// branch (nothing: create branches, set tags)? Grant and revoke?
bool may_write(const View& view, const Device& device, const std::optional<EntryId>& branch);
bool may_administer(const View& view, const Device& device);

}  // namespace hn::log
