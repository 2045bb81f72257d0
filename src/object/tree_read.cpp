// Reading folders: hn-objects(5), section TREES.
#include <algorithm>

#include "object/tree_cursor.hpp"

namespace hn::object {
namespace {

// Appends the entries below a checked node.
Result<void> collect(const BlockReader& reader, CheckedNode& at, bool rightmost,
                     std::vector<TreeEntry>& out) {
  std::ranges::move(at.node.entries, std::back_inserter(out));
  for (std::size_t i = 0; i < at.node.children.size(); ++i) {
    const bool last = rightmost && i + 1 == at.node.children.size();
    HN_TRY(CheckedNode child, read_child_node(reader, at, i, last));
    HN_CHECK(collect(reader, child, last, out));
  }
  return {};
}

}  // namespace

Result<Tree> read_tree(const BlockReader& reader, const Id& tree) {
  HN_TRY(CheckedNode top, read_top_node(reader, tree));
  Tree out;
  out.raw = top.node.raw;
  HN_CHECK(collect(reader, top, true, out.entries));
  return out;
}

namespace {

Result<void> check_below(const BlockReader& reader, const CheckedNode& at, bool rightmost) {
  for (std::size_t i = 0; i < at.node.children.size(); ++i) {
    const bool last = rightmost && i + 1 == at.node.children.size();
    HN_TRY(const NodePtr child, child_node(reader, at, i, last));
    HN_CHECK(check_below(reader, *child, last));
  }
  return {};
}

// As find_name, among nodes that the reader keeps.
Result<std::optional<Value>> find_in_nodes(const BlockReader& reader, const Id& tree,
                                           std::string_view name) {
  HN_TRY(NodePtr at, top_node(reader, tree));
  bool rightmost = true;
  while (at->node.level > 0) {
    const auto& rows = at->node.children;
    const auto row = std::ranges::lower_bound(rows, name, {}, &TreeNode::Child::last);
    if (row == rows.end()) return std::optional<Value>();
    const auto i = static_cast<std::size_t>(row - rows.begin());
    rightmost = rightmost && i + 1 == rows.size();
    HN_TRY(at, child_node(reader, *at, i, rightmost));
  }
  const auto& rows = at->node.entries;
  const auto row = std::ranges::lower_bound(rows, name, {}, &TreeEntry::name);
  return row != rows.end() && row->name == name ? std::optional(row->value) : std::nullopt;
}

}  // namespace

Result<void> check_tree(const BlockReader& reader, const Id& tree) {
  HN_TRY(const NodePtr top, top_node(reader, tree));
  return check_below(reader, *top, true);
}

Result<std::optional<Id>> read_raw_of_tree(const BlockReader& reader, const Id& tree) {
  HN_TRY(const Bytes bytes, reader.read(tree, Kind::tree));
  Decoder in(bytes);
  const auto head = get_node_head(in);
  if (!head) return fail(head.error().code, head.error().rule, tree.bytes);
  if (in.failed()) return fail(Code::invalid, "a tree node is not well formed", tree.bytes);
  return head->raw;
}

Result<std::optional<Value>> find_name(const BlockReader& reader, const Id& tree,
                                       std::string_view name) {
  if (reader.tree_nodes() != nullptr) return find_in_nodes(reader, tree, name);
  HN_TRY(Bytes bytes, reader.read(tree, Kind::tree));
  auto at = search_tree_node(bytes, name);
  if (!at) return fail(at.error().code, at.error().rule, tree.bytes);
  if (const char* fault = fault_of_top(at->facts)) return fail(Code::invalid, fault, tree.bytes);
  bool rightmost = true;
  while (at->facts.level > 0) {
    if (!at->child) return std::optional<Value>();
    const ChildRow row = *at->child;
    rightmost = rightmost && row.last == at->facts.last;
    // The row's names lie in the node above, which stays until its child was held against it.
    HN_TRY(Bytes below, reader.read(row.id, Kind::tree));
    auto child = search_tree_node(below, name);
    if (!child) return fail(child.error().code, child.error().rule, row.id.bytes);
    if (const char* fault = fault_of_child(child->facts, at->facts.level, row, rightmost))
      return fail(Code::invalid, fault, row.id.bytes);
    at = std::move(child);
    bytes = std::move(below);
  }
  return at->value;
}

Result<std::optional<Value>> find_path(const BlockReader& reader, const Id& root,
                                       std::string_view path) {
  Value at = Value::of(Mode::folder, root);
  while (!path.empty()) {
    if (at.mode != Mode::folder) return std::optional<Value>();
    const std::size_t slash = path.find('/');
    HN_TRY(const auto found, find_name(reader, at.id(), path.substr(0, slash)));
    if (!found) return found;
    at = *found;
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return std::optional<Value>(at);
}

}  // namespace hn::object
