#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "hn/object/tree.hpp"

// What the history index keeps of the paths that a commit changed (hn-store(5), HISTORY INDEX): a
// Bloom filter, which says "no" or "perhaps".
namespace hn::store {

// Above so many paths, folders counted, a filter says "perhaps" to all, as in git's commit-graph:
// such a commit changes most of what anyone asks for.
inline constexpr std::size_t kFilterPathsMax = 512;

// A path from the root, of a file or a folder, as filters are asked for it.
struct PathKey {
  std::uint32_t first = 0;
  std::uint32_t step = 0;
};
PathKey path_key(std::string_view path) noexcept;
// Of a path and of all folders above it, which changed if it did.
std::vector<PathKey> path_keys(std::string_view path);

// False: the path, and all below it, was the same before. An empty filter knows nothing.
bool may_contain(ByteView filter, const PathKey& key) noexcept;

// Of the files that differ between two trees, and of all folders above them; an absent tree is
// empty. nullopt where a folder cannot be read.
std::optional<Bytes> path_filter(const object::BlockReader& reader,
                                 const std::optional<object::Id>& before, const object::Id& after);

// The trees of a first parent and of its child.
struct TreePair {
  std::optional<object::Id> before;
  object::Id after;
};
// path_filter() of each, empty where there is none. Neighbours should be alike.
std::vector<Bytes> path_filters(const object::BlockReader& reader, std::span<const TreePair> all);

}  // namespace hn::store
