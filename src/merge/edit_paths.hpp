#pragma once

#include <map>

#include "hn/merge/scratch.hpp"
#include "hn/merge/tree_merge.hpp"

namespace hn::merge {

// By whole path from the root; nothing takes it away.
using PathEdits = std::map<std::string, PathValue>;

// A root with other values at some paths. A folder that becomes empty goes, one that is missing is
// made; the root itself may be nothing before and after. What stands where a folder has to be goes.
Result<std::optional<object::Id>> edit_paths(ScratchBlocks& scratch,
                                             const std::optional<object::Id>& root,
                                             const PathEdits& edits);

}  // namespace hn::merge
