#pragma once

#include "hn/log/view.hpp"
#include "hn/object/history.hpp"

// The heads of a branch (hn-log(5), HEADS): what merge folds.
namespace hn::log {

// Of one device this many heads, the first in log order, are folded; the rest are listed. It bounds
// what one writer costs all readers.
inline constexpr std::size_t kHeadsPerDeviceMax = 16;

struct Head {
  EntryId publish;
  Device device;
  object::Id commit;
  friend bool operator==(const Head&, const Head&) = default;
};

struct Heads {
  std::vector<Head> folded;   // in log order
  std::vector<Head> beyond;   // heads over the limit, in log order
  std::vector<EntryId> dead;  // live publishes whose commit, or one beneath it, does not decode
};

// Live publishes whose commit no other live publish of the branch contains; equal commits count
// once, the first in log order. A branch without a live commit has no heads. Code::absent, with
// the commit as subject, where a commit that decides it is not here: the caller keeps the last
// complete answer. Requires of `history` that generation() answers Code::invalid for a commit that
// does not decode or has an ancestor that does not.
Result<Heads> heads(const View& view, const EntryId& branch, const object::History& history);

// The same for publishes that the caller chose, in log order.
Result<Heads> heads_among(std::span<const LivePublish> live, const object::History& history);

}  // namespace hn::log
