#pragma once

#include "hn/repo/exchange.hpp"

namespace hn::repo {

struct HandedOver {
  std::uint64_t entries = 0;
  std::uint64_t blocks = 0;
};

// Gives a store what it lacks of another's of the same repository, on the same machine: entries,
// and the blocks that live publishes need, in the form in which they lie. What `from` lacks too
// stays lacking. Drafts and all else that is local stays where it is. Durable on return; both are
// refreshed. Costs little where there is nothing to give.
HandedOver hand_over(Repository& from, Repository& to);

}  // namespace hn::repo
