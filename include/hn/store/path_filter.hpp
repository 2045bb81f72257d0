#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "hn/object/tree.hpp"

// What the history index keeps of the paths that a commit changed (hn-store(5), HISTORY INDEX): a
// short key of each.
namespace hn::store {

// Above so many paths, folders counted, a filter says "perhaps" to all, as in git's commit-graph:
// such a commit changes most of what anyone asks for.
inline constexpr std::size_t kFilterPathsMax = 512;

// Of a path from the root, of a file or a folder: 47 bits. Two paths that differ share a key once
// in 2^47; where somebody brings that about, a commit that changed one seems to have changed the
// other too.
struct PathKey {
  std::array<Byte, 6> bytes{};
  friend auto operator<=>(const PathKey&, const PathKey&) = default;
};
inline constexpr std::size_t kPathKeyBytes = sizeof(PathKey);
inline constexpr std::size_t kFilterBytesMax = kFilterPathsMax * kPathKeyBytes;
PathKey path_key(std::string_view path) noexcept;

enum class Changed : std::uint8_t {
  no,         // the path, and all below it, is the same in the parent
  yes,        // it, or something below it, is not
  perhaps,    // it is not kept
  not_known,  // there is no filter
};
// Against which parent, from 0 on: the second where the path differs from the first, else perhaps.
// `filter` is empty or has the length of one.
Changed changed_by(ByteView filter, const PathKey& key, std::size_t parent = 0) noexcept;

// Whether these may be the bytes of a filter; with `whole` whether each key stands where it must.
bool is_path_filter(ByteView filter, bool whole) noexcept;

// The trees of a commit and of its first two parents.
struct CommitTrees {
  object::Id own;
  std::optional<object::Id> first;   // absent: of a root
  std::optional<object::Id> second;  // absent: of no merge
};
// Of the files that differ from those of the first parent, and of all folders above them. nullopt
// where a folder cannot be read.
std::optional<Bytes> path_filter(const object::BlockReader& reader, const CommitTrees& trees);
// path_filter() of each, empty where there is none. Neighbours should be alike.
std::vector<Bytes> path_filters(const object::BlockReader& reader,
                                std::span<const CommitTrees> all);

}  // namespace hn::store
