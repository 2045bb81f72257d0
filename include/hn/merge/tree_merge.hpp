#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hn/merge/terms.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/tree.hpp"

// Merging folders path by path (hn-merge(7), FOLDERS AND PATHS).
namespace hn::merge {

// What stands at a path: a value, or nothing.
using PathValue = std::optional<object::Value>;

struct MergedTree {
  object::Id tree;
  // The paths, in the order of a depth-first walk by name, whose terms this merge looked at and
  // could not resolve. Conflicts below folders that nobody changed are not among them:
  // list_conflicts() (hn/merge/conflicts.hpp) finds all.
  std::vector<std::string> conflicts;
};

// Merges an odd number of root folders; a root that is not there is empty. What does not resolve
// becomes a conflict entry. Reads the folders and files whose terms differ and nothing else;
// writes new folders, files and conflicts to `writer`. Fails with Code::absent (the block as
// subject) or Code::damaged where a block cannot be read, never because of what the folders hold.
Result<MergedTree> merge_roots(const object::BlockReader& reader, object::BlockWriter& writer,
                               std::span<const std::optional<object::Id>> roots);

// A folder nested deeper is merged as a whole, so that no folder can exhaust the stack.
inline constexpr std::size_t kFolderDepthMax = 512;

}  // namespace hn::merge
