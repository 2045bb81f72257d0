#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hn/merge/attributes.hpp"
#include "hn/merge/parts.hpp"
#include "hn/merge/terms.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/tree.hpp"

// Merging folders path by path (hn-merge(7), FOLDERS AND PATHS).
namespace hn::merge {

// What stands at a path: a value, or nothing.
using PathValue = std::optional<object::Value>;

// What the policies last-writer and authority go by (hn-merge(7), POLICIES).
struct SideOrder {
  enum class Kind {
    unknown,       // a three-way merge: both are as no policy
    virtual_base,  // both are binary
    log,           // the sides are heads in log order,
  };
  Kind kind = Kind::unknown;
  std::vector<std::uint32_t> seniority = {};  // and these their places by seniority

  // What a policy is in such a merge; nothing is the rules for paths without one.
  std::optional<Policy> in_effect(Policy policy) const noexcept;
};

// A path that did not resolve by counting, and the policy by which it was merged, whether that
// resolved it or not.
struct Decision {
  std::string path;
  Policy policy = Policy::text;
  // By last-writer and authority: the places among the roots of the side that won, and of those
  // that had something else there which is gone from the result.
  std::optional<std::size_t> winner = {};
  std::vector<std::size_t> losers = {};
};

struct MergedTree {
  object::Id tree;
  // The paths, in the order of a depth-first walk by name, whose terms this merge looked at and
  // could not resolve. Conflicts below folders that nobody changed are not among them:
  // list_conflicts() (hn/merge/conflicts.hpp) finds all.
  std::vector<std::string> conflicts;
  // Those that a .hnattributes has a policy for, in the same order.
  std::vector<Decision> decisions = {};
};

// Merges an odd number of root folders; a root that is not there is empty. What does not resolve
// becomes a conflict entry. Reads the folders and files whose terms differ and nothing else;
// writes new folders, files and conflicts to `writer`, but for those that `parts` knows and the
// reader has. Fails with Code::absent (the block as
// subject) or Code::damaged where a block cannot be read, never because of what the folders hold.
Result<MergedTree> merge_roots(const object::BlockReader& reader, object::BlockWriter& writer,
                               std::span<const std::optional<object::Id>> roots,
                               const SideOrder& order = {}, Parts* parts = nullptr);

// A folder nested deeper is merged as a whole, so that no folder can exhaust the stack.
inline constexpr std::size_t kFolderDepthMax = 512;

}  // namespace hn::merge
