#pragma once

#include "hn/base/codec.hpp"
#include "hn/merge/tree_merge.hpp"

namespace hn::merge {

// The keys of Parts: what merging a file, and merging folders, depends on.
Hash key_of_file(const Terms<Terms<PathValue>>& nested, std::optional<Policy> policy);

// `surroundings`: what the folders around say of the policies of paths beneath, and where they are;
// empty where they say nothing.
Hash key_of_folders(const Terms<PathValue>& folders, std::size_t depth, ByteView surroundings);

// What folders differ in says nothing of any algorithm.
Hash key_of_changes(const std::optional<object::Id>& base, const std::optional<object::Id>& folder);

void put_terms(Encoder& out, const Terms<PathValue>& terms);

}  // namespace hn::merge
