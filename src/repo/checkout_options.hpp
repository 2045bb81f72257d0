#pragma once

#include "hn/repo/working_tree.hpp"

namespace hn::repo {

// Options for a checkout of this working tree from one tree to another, with its index as it was
// saved. `reader` and `conflicts` outlive them. Throws Failure where nothing can be written.
worktree::CheckoutOptions checkout_options(const Repository& repository,
                                           const object::BlockReader& reader,
                                           const std::optional<object::Id>& from,
                                           const std::optional<object::Id>& to,
                                           worktree::ConflictForm& conflicts);

}  // namespace hn::repo
