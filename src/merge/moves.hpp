#pragma once

#include "hn/merge/scratch.hpp"
#include "hn/merge/tree_merge.hpp"

// Names that one side changed, for the others (hn-merge(7), RENAMES).
namespace hn::merge {

using Roots = Terms<std::optional<object::Id>>;

// With more terms nobody looks for renames: each side is compared with a base as a whole.
inline constexpr std::size_t kRenamedTermsMax = 17;

// The terms with each file that one side renamed and another touched under its new name, so that a
// merge name by name meets it there. Nothing where there is no such file. New folders go to
// `scratch`. Errors are those of reading blocks that are not here.
Result<std::optional<Roots>> follow_renames(ScratchBlocks& scratch, const Roots& roots,
                                            Parts* parts = nullptr);

}  // namespace hn::merge
