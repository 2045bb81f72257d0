#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hn/object/id.hpp"

// The cutters of files and trees (hn-objects(5), CUTTING FILES, CUTTING TREES). Their constants are
// part of the format: a genesis repeats them, and a repository with others is refused.
namespace hn::object {

// Chunks. The target is where the strict mask gives way to the loose one. An average of 64 KiB
// makes a list node of 300 rows stand for 20 MiB; under the minimum a row would cost more than
// sharing a chunk saves; the maximum is the longest block.
inline constexpr std::size_t kChunkBytesMin = 16 * 1024;
inline constexpr std::size_t kChunkBytesTarget = 64 * 1024;
inline constexpr std::size_t kChunkBytesMax = 256 * 1024;

// Bytes of the window that decides a border.
inline constexpr std::size_t kChunkWindow = 64;

// Length of the first chunk of `bytes`, which are the rest of a file or at least kChunkBytesMax
// bytes of it. Runs at memory speed less a few cycles a byte; the table is built at the first call.
std::size_t cut_chunk(ByteView bytes) noexcept;

// Rows of a list node.
inline constexpr std::size_t kListRowsMin = 64;
inline constexpr std::size_t kListRowsMax = 1024;

// Whether a list node of `rows` rows ends with the row whose id is `last`.
bool cut_list(std::size_t rows, const Id& last) noexcept;

// Bytes of encoded rows in a tree node. A node is over the maximum by at most one row.
inline constexpr std::size_t kTreeBytesMin = 1024;
inline constexpr std::size_t kTreeBytesMax = 16 * 1024;
// Fewer children never end an inner node: with names of 64 KiB a level would not shrink.
inline constexpr std::size_t kTreeChildrenMin = 3;

// Whether a leaf with `bytes` of encoded entries ends with the entry of this name.
bool cut_leaf(std::size_t bytes, std::string_view last) noexcept;

// Whether an inner node with `bytes` of encoded rows, `children` of them, ends with this child.
bool cut_inner(std::size_t bytes, std::size_t children, const Id& last) noexcept;

}  // namespace hn::object
