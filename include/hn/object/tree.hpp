#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hn/object/block.hpp"

// Folders: entries sorted by name as unsigned bytes, each name once, in nodes cut by content at
// entry borders (hn-objects(5), TREES). The id of a folder is the id of its topmost node.
namespace hn::object {

enum class Mode : std::uint8_t {
  file = 1,
  executable = 2,
  symlink = 3,  // the id of a file that holds the target
  folder = 4,
  submodule = 5,  // git's commit id, opaque
  conflict = 6,   // the id of a conflict block
};

// What a name stands for. For a submodule `bytes` holds git's id (20 or 32 bytes, zero padded) and
// `size` its length; for all else an id of 32 bytes.
struct Value {
  Mode mode = Mode::file;
  Hash bytes{};
  std::uint8_t size = 32;

  static Value of(Mode mode, const Id& id) { return {mode, id.bytes, 32}; }
  Id id() const noexcept { return {bytes}; }
  bool is_file() const noexcept { return mode == Mode::file || mode == Mode::executable; }
  friend auto operator<=>(const Value&, const Value&) = default;
};

struct TreeEntry {
  std::string name;  // raw bytes
  Value value;
  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

inline constexpr std::size_t kNameBytesMax = 65535;

// What the decoder refuses: the empty name, ".", "..", and names with '/' or NUL, or over the
// limit.
bool is_tree_name(std::string_view name) noexcept;

struct Tree {
  std::vector<TreeEntry> entries;
  // Git's own bytes of this tree where canonical form cannot reproduce them (unsorted, doubled or
  // oddly written entries). Covered by the id, dropped as soon as the folder changes.
  std::optional<Id> raw;
};

// All entries of one folder. Total on hostile blocks: order, cuts and depth are checked.
Result<Tree> read_tree(const BlockReader& reader, const Id& tree);
// What read_tree would answer instead of entries. Costs a look-up for each node where the reader
// keeps them.
Result<void> check_tree(const BlockReader& reader, const Id& tree);
// Tree::raw alone: the head of one node. The rest is not checked.
Result<std::optional<Id>> read_raw_of_tree(const BlockReader& reader, const Id& tree);

// Entries sorted, valid and each name once (asserted). `old` is the last version of the folder,
// whose nodes serve as delta bases.
Id write_tree(BlockWriter& writer, std::span<const TreeEntry> entries,
              const std::optional<Id>& raw = {}, const BlockReader* old_reader = nullptr,
              const std::optional<Id>& old = {});

struct Edit {
  std::string name;
  std::optional<Value> value;  // nothing: the entry goes, if it is there
};
// The folder `old` with some entries changed, sorted and each name once (asserted): the id that
// write_tree gives of all its entries then. Leaves that no edit touches are neither read nor
// written, so it costs what changed. The raw bytes of `old` are dropped. Errors as read_tree's;
// what the leaves that were not read hold wrongly stays wrong.
Result<Id> edit_tree(BlockWriter& writer, const BlockReader& reader, const Id& old,
                     std::span<const Edit> edits);

// One name; reads one node per level, not the folder.
Result<std::optional<Value>> find_name(const BlockReader& reader, const Id& tree,
                                       std::string_view name);

// A path of names joined by '/', from a root; nullopt where it, or a folder above it, is not there.
// The empty path is the root itself.
Result<std::optional<Value>> find_path(const BlockReader& reader, const Id& root,
                                       std::string_view path);

// Folders within folders that a walk follows before it answers Code::refused; git's own limit.
inline constexpr std::size_t kPathDepthMax = 2048;

struct Change {
  std::string name;
  std::optional<Value> old_value;
  std::optional<Value> new_value;
};

// The entries of one folder that differ, in name order; nodes that both share are not read. An
// absent tree is empty.
Result<std::vector<Change>> diff_tree(const BlockReader& reader, const std::optional<Id>& a,
                                      const std::optional<Id>& b);

// All paths that differ below two roots, folders entered, never reported themselves (a folder
// against a file is reported as the file's change and the folder's contents). `visit` gets the
// full path in Change::name and answers false to stop. Order: depth first in name order.
Result<void> diff_paths(const BlockReader& reader, const std::optional<Id>& a,
                        const std::optional<Id>& b,
                        const std::function<bool(const Change&)>& visit);

// All paths below a root that are not folders, in name order, depth first.
Result<void> walk_paths(const BlockReader& reader, const Id& root,
                        const std::function<bool(const std::string& path, const Value&)>& visit);

// One node as it stands in a block, for fsck, manifests and tests.
struct TreeNode {
  struct Child {
    std::string last;  // the greatest name beneath
    Id id;
    std::uint64_t entries = 0;
  };
  std::uint32_t level = 0;  // 0: entries; above: children
  std::vector<TreeEntry> entries;
  std::vector<Child> children;
  std::optional<Id> raw;  // topmost node only
};
Result<TreeNode> decode_tree_node(ByteView bytes) noexcept;
Bytes encode_tree_node(const TreeNode& node);

}  // namespace hn::object
