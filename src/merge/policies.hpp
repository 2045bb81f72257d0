#pragma once

#include "hn/merge/tree_merge.hpp"

// What policies say of a path (hn-merge(7), POLICIES).
namespace hn::merge {

// The attribute file of one folder.
struct FolderAttributes {
  // False where something stands under its name that is no attribute file: then nobody knows what
  // it would say of the paths beneath.
  bool is_known = true;
  Attributes attributes;
};
Result<FolderAttributes> read_attributes(const object::BlockReader& reader, const PathValue& value);

struct ChosenSide {
  PathValue value;
  Decision decision;
};

// The side that wins at `path` by last-writer or authority. `roots` are merged without idle sides,
// `places` those of the roots in what was given to the merge. Nothing if a term has a conflict, or
// a folder that does not decode, on the way there.
Result<std::optional<ChosenSide>> choose_side(const object::BlockReader& reader,
                                              const Terms<std::optional<object::Id>>& roots,
                                              const std::string& path, Policy policy,
                                              const SideOrder& order,
                                              const std::vector<std::size_t>& places);

}  // namespace hn::merge
