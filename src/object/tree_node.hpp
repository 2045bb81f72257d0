#pragma once

#include "hn/base/codec.hpp"
#include "hn/object/tree.hpp"
#include "hn/object/tree_nodes.hpp"

// One node of a tree: hn-objects(5), section TREES. Writers and checkers measure rows by the same
// functions.
namespace hn::object {

void put_row(Encoder& out, const TreeEntry& entry);
void put_row(Encoder& out, const TreeNode::Child& child);

// The block of a node whose rows are encoded already.
Bytes node_block(std::uint32_t level, const std::optional<Id>& raw, std::size_t count,
                 ByteView rows);

// A node together with what its reader needs to know of its place.
struct CheckedNode {
  TreeNode node;
  bool ends_by_cut = false;   // may be followed by another node of its level
  std::uint64_t entries = 0;  // beneath

  std::size_t size() const noexcept {
    return node.level == 0 ? node.entries.size() : node.children.size();
  }
  const std::string& name(std::size_t i) const noexcept {
    return node.level == 0 ? node.entries[i].name : node.children[i].last;
  }
};
Result<CheckedNode> check_tree_node(ByteView bytes) noexcept;

// What a node says as a whole. Views into its bytes.
struct NodeFacts {
  std::uint32_t level = 0;
  std::optional<Id> raw;
  std::size_t rows = 0;
  std::uint64_t entries = 0;  // beneath
  bool ends_by_cut = false;
  std::string_view first;  // names of the first and the last row
  std::string_view last;
};
struct ChildRow {
  std::string_view last;
  Id id;
  std::uint64_t entries = 0;
  std::string_view before;  // the greatest name of the row before; empty for the first
};
// Where a name leads in a node. Views into its bytes.
struct SearchedNode {
  NodeFacts facts;
  std::optional<Value> value;     // a leaf: what the name stands for
  std::optional<ChildRow> child;  // an inner node: where it would stand
};
// Checks as much as check_tree_node and allocates nothing.
Result<SearchedNode> search_tree_node(ByteView bytes, std::string_view name) noexcept;
// The blocks that a node names. Checks as much.
Result<void> visit_named_by_node(ByteView bytes, const std::function<void(const Id&)>& visit);

// The rule that a node breaks at its place; nullptr: none.
const char* fault_of_top(const NodeFacts& top) noexcept;
const char* fault_of_child(const NodeFacts& child, std::uint32_t level_above, const ChildRow& row,
                           bool rightmost) noexcept;

struct NodeHead {
  std::uint32_t level = 0;
  std::optional<Id> raw;
};
// What stands in front of a node's rows. A failed `in` is for the caller to see.
Result<NodeHead> get_node_head(Decoder& in) noexcept;

// Reads a node that may be the topmost one of a folder.
Result<CheckedNode> read_top_node(const BlockReader& reader, const Id& tree);
// Reads the node of child `i` of `parent`; `rightmost` where nothing of its level follows.
Result<CheckedNode> read_child_node(const BlockReader& reader, const CheckedNode& parent,
                                    std::size_t i, bool rightmost);

// The same by way of the reader's nodes, where it has such.
Result<NodePtr> top_node(const BlockReader& reader, const Id& tree);
Result<NodePtr> child_node(const BlockReader& reader, const CheckedNode& parent, std::size_t i,
                           bool rightmost);

}  // namespace hn::object
