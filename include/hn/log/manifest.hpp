#pragma once

#include "hn/log/payload.hpp"

// Manifests (hn-log(5), MANIFESTS): the blocks that a publish brings, as a tree of blocks over rows
// of (address, length). Every node but the last of its level is full, so the row count alone gives
// the shape, and a range of rows is found without reading what stands before it.
namespace hn::log {

struct ManifestRow {
  object::Address address;
  std::uint32_t length =
      0;  // of the block's plain bytes (of the sealed bytes in a sealed repository)
  friend bool operator==(const ManifestRow&, const ManifestRow&) = default;
};

// Rows of a leaf and children of an inner node: about 29 and 38 KB, a second on a slow line.
inline constexpr std::size_t kManifestRowsPerNode = 800;
// Three levels: 512 million rows.
inline constexpr std::uint64_t kManifestRowsMax = 800ull * 800 * 800;

struct ManifestChild {
  object::Id id;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const ManifestChild&, const ManifestChild&) = default;
};

struct ManifestNode {
  std::uint8_t level = 0;  // 0: rows; above: children
  std::vector<ManifestRow> rows;
  std::vector<ManifestChild> children;
  friend bool operator==(const ManifestNode&, const ManifestNode&) = default;
};

Bytes encode_manifest(const ManifestNode& node);
Result<ManifestNode> decode_manifest(ByteView bytes);

// Writes the rows of one manifest in order; each address once (the caller's duty, who walks a graph
// and knows what it visited). Holds one node per level.
class ManifestWriter {
 public:
  explicit ManifestWriter(object::BlockWriter& writer) : writer_(writer) {}
  void add(const ManifestRow& row);
  // Once. Nothing where no row was added.
  std::optional<ManifestRoot> finish();

 private:
  void flush(std::size_t level);
  object::BlockWriter& writer_;
  std::vector<ManifestNode> open_;  // by level
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
};

// Rows first ... first + count - 1, fewer at the end. Reads only the nodes above them. Code::absent
// with the node as subject where one is not here, Code::invalid where a node is not what the root
// and its totals demand.
Result<std::vector<ManifestRow>> read_rows(const object::BlockReader& reader,
                                           const ManifestRoot& root, std::uint64_t first,
                                           std::uint64_t count);

// The nodes above a range of rows that the reader does not have and could name: the next to fetch,
// at most `max`. Empty when read_rows() of the range will not answer absent.
Result<std::vector<object::Id>> absent_nodes(const object::BlockReader& reader,
                                             const ManifestRoot& root, std::uint64_t first,
                                             std::uint64_t count, std::size_t max);

}  // namespace hn::log
