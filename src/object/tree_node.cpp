// Tree nodes: hn-objects(5), section TREES.
#include "object/tree_node.hpp"

#include <algorithm>

#include "hn/object/cut.hpp"
#include "object/value_codec.hpp"

namespace hn::object {
namespace {

// 3^20 children of names that are as long as names can be; 80^6 of ordinary ones.
constexpr std::uint32_t kTreeLevelMax = 20;
constexpr std::uint64_t kTreeEntriesMax = std::uint64_t{1} << 48;
constexpr Byte kHasRaw = 1;

constexpr std::size_t kEntryBytesMin = 1 + 1 + kValueBytesMin;
constexpr std::size_t kChildBytesMin = 1 + 1 + 32 + 1;

// Rows as they lie in the block.
struct EntryView {
  std::string_view name;
  Value value;
};
struct ChildView {
  std::string_view name;  // the greatest beneath
  Id id;
  std::uint64_t entries = 0;
};

EntryView get_entry(Decoder& in) {
  const std::string_view name = as_text(in.sized(kNameBytesMax));
  return {name, get_value(in, in.u8())};
}

ChildView get_child(Decoder& in) {
  ChildView child;
  child.name = as_text(in.sized(kNameBytesMax));
  child.id.bytes = in.hash();
  child.entries = in.varint(kTreeEntriesMax);
  return child;
}

// Visits `count` rows. `cut` answers, behind each, whether the node ends there; no row but the last
// may be such.
template <class Get, class Cut, class Visit>
const char* walk_rows(Decoder& in, std::size_t count, NodeFacts& out, Get get, Cut cut,
                      Visit visit) {
  const std::size_t start = in.left();
  for (std::size_t i = 0; i < count; ++i) {
    if (out.ends_by_cut) return "a tree node goes on behind its cut";
    const auto row = get(in);
    if (in.failed()) return "a tree node is not well formed";
    if (!is_tree_name(row.name)) return "a name in a tree is not allowed";
    if (i > 0 && !(out.last < row.name)) return "names in a tree are not in order";
    out.ends_by_cut = cut(start - in.left(), i + 1, row);
    if (i == 0) out.first = row.name;
    visit(row, out);
    out.last = row.name;
  }
  return nullptr;
}

template <class Visit>
const char* walk_leaf(Decoder& in, std::size_t count, NodeFacts& out, Visit visit) {
  out.entries = count;
  return walk_rows(
      in, count, out, get_entry,
      [](std::size_t bytes, std::size_t, const EntryView& e) { return cut_leaf(bytes, e.name); },
      visit);
}

template <class Visit>
const char* walk_inner(Decoder& in, std::size_t count, NodeFacts& out, Visit visit) {
  if (count == 0) return "an inner tree node is empty";
  bool is_empty = false;
  bool is_long = false;
  const char* fault = walk_rows(
      in, count, out, get_child,
      [](std::size_t bytes, std::size_t n, const ChildView& c) {
        return cut_inner(bytes, n, c.id);
      },
      [&](const ChildView& child, const NodeFacts& so_far) {
        is_empty = is_empty || child.entries == 0;
        out.entries = std::min(out.entries + child.entries, kTreeEntriesMax + 1);
        is_long = is_long || out.entries > kTreeEntriesMax;
        visit(child, so_far);
      });
  if (fault != nullptr) return fault;
  if (is_empty) return "a tree node stands for no entries";
  if (is_long) return "a tree has too many entries";
  return nullptr;
}

// Checks a whole node; the visitors are shown its rows, each with what is known before it.
template <class VisitEntry, class VisitChild>
Result<NodeFacts> walk_tree_node(ByteView bytes, VisitEntry visit_entry, VisitChild visit_child) {
  if (bytes.size() > kBlockBytesMax) return fail(Code::invalid, "the block is too long");
  Decoder in(bytes);
  HN_TRY(const NodeHead head, get_node_head(in));
  NodeFacts out;
  out.level = head.level;
  out.raw = head.raw;
  out.rows = in.varint();
  const std::size_t row_min = out.level == 0 ? kEntryBytesMin : kChildBytesMin;
  if (in.failed() || out.rows > in.left() / row_min)
    return fail(Code::invalid, "a tree's row count is out of range");
  const char* fault = out.level == 0 ? walk_leaf(in, out.rows, out, visit_entry)
                                     : walk_inner(in, out.rows, out, visit_child);
  if (fault != nullptr) return fail(Code::invalid, fault);
  if (!in.done()) return fail(Code::invalid, "a tree node is not well formed");
  return out;
}

}  // namespace

bool is_tree_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kNameBytesMax && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

void put_row(Encoder& out, const TreeEntry& entry) {
  out.sized(entry.name);
  put_value(out, entry.value);
}

void put_row(Encoder& out, const TreeNode::Child& child) {
  out.sized(child.last).raw(child.id.bytes).varint(child.entries);
}

Bytes node_block(std::uint32_t level, const std::optional<Id>& raw, std::size_t count,
                 ByteView rows) {
  Encoder out;
  out.u8(0).u8(static_cast<std::uint8_t>(level)).u8(raw ? kHasRaw : 0);
  if (raw) out.raw(raw->bytes);
  return std::move(out.varint(count).raw(rows)).take();
}

Bytes encode_tree_node(const TreeNode& node) {
  Encoder rows;
  for (const TreeEntry& entry : node.entries) put_row(rows, entry);
  for (const TreeNode::Child& child : node.children) put_row(rows, child);
  return node_block(node.level, node.raw, node.entries.size() + node.children.size(), rows.bytes());
}

Result<NodeHead> get_node_head(Decoder& in) noexcept {
  if (in.u8() != 0) return fail(Code::unsupported, "unknown format of a tree node");
  NodeHead out;
  out.level = in.u8();
  if (out.level > kTreeLevelMax) return fail(Code::invalid, "a tree level is out of range");
  const Byte flags = in.u8();
  if ((flags & ~kHasRaw) != 0) return fail(Code::invalid, "a tree node has unknown flags");
  if ((flags & kHasRaw) != 0) out.raw = Id{in.hash()};
  return out;
}

Result<CheckedNode> check_tree_node(ByteView bytes) noexcept {
  CheckedNode out;
  const auto take_entry = [&](const EntryView& entry, const NodeFacts& facts) {
    out.node.entries.reserve(facts.rows);
    out.node.entries.push_back({std::string(entry.name), entry.value});
  };
  const auto take_child = [&](const ChildView& child, const NodeFacts& facts) {
    out.node.children.reserve(facts.rows);
    out.node.children.push_back({std::string(child.name), child.id, child.entries});
  };
  HN_TRY(const NodeFacts facts, walk_tree_node(bytes, take_entry, take_child));
  out.node.level = facts.level;
  out.node.raw = facts.raw;
  out.ends_by_cut = facts.ends_by_cut;
  out.entries = facts.entries;
  return out;
}

Result<SearchedNode> search_tree_node(ByteView bytes, std::string_view name) noexcept {
  SearchedNode out;
  const auto look_at_entry = [&](const EntryView& entry, const NodeFacts&) {
    if (entry.name == name) out.value = entry.value;
  };
  const auto look_at_child = [&](const ChildView& child, const NodeFacts& so_far) {
    if (!out.child && child.name >= name)
      out.child = {child.name, child.id, child.entries, so_far.last};
  };
  HN_TRY(out.facts, walk_tree_node(bytes, look_at_entry, look_at_child));
  return out;
}

Result<void> visit_named_by_node(ByteView bytes, const std::function<void(const Id&)>& visit) {
  const auto visit_entry = [&](const EntryView& entry, const NodeFacts&) {
    if (entry.value.mode != Mode::submodule) visit(entry.value.id());
  };
  const auto visit_child = [&](const ChildView& child, const NodeFacts&) { visit(child.id); };
  HN_TRY(const NodeFacts facts, walk_tree_node(bytes, visit_entry, visit_child));
  if (facts.raw) visit(*facts.raw);
  return {};
}

Result<TreeNode> decode_tree_node(ByteView bytes) noexcept {
  HN_TRY(CheckedNode checked, check_tree_node(bytes));
  return std::move(checked.node);
}

const char* fault_of_top(const NodeFacts& top) noexcept {
  return top.level > 0 && top.rows < 2 ? "a tree's topmost node has one child" : nullptr;
}

const char* fault_of_child(const NodeFacts& child, std::uint32_t level_above, const ChildRow& row,
                           bool rightmost) noexcept {
  if (child.level + 1 != level_above) return "a tree node stands at a wrong level";
  if (child.raw) return "a tree node below the top names git's bytes";
  if (child.entries != row.entries) return "a tree node has not the entries that its row says";
  if (child.last != row.last) return "a tree node ends with another name than its row";
  if (!row.before.empty() && !(row.before < child.first))
    return "a tree node begins before the one in front of it ends";
  if (!rightmost && !child.ends_by_cut) return "a tree node ends before its cut";
  return nullptr;
}

namespace {

NodeFacts facts_of(const CheckedNode& node) {
  NodeFacts out{
      node.node.level, node.node.raw, node.size(), node.entries, node.ends_by_cut, {}, {}};
  if (node.size() > 0) {
    out.first = node.name(0);
    out.last = node.name(node.size() - 1);
  }
  return out;
}

Result<CheckedNode> read_node(const BlockReader& reader, const Id& id) {
  HN_TRY(const Bytes bytes, reader.read(id, Kind::tree));
  auto node = check_tree_node(bytes);
  if (!node) return fail(node.error().code, node.error().rule, id.bytes);
  return node;
}

Result<NodePtr> find_node(const BlockReader& reader, const Id& id) {
  TreeNodes* const nodes = reader.tree_nodes();
  if (nodes != nullptr) {
    if (NodePtr known = nodes->find(id)) return known;
  }
  HN_TRY(CheckedNode read, read_node(reader, id));
  NodePtr node = std::make_shared<const CheckedNode>(std::move(read));
  if (nodes != nullptr) nodes->add(id, node);
  return node;
}

// The rule that a node breaks as child `i` of `parent`.
const char* fault_of_child(const CheckedNode& child, const CheckedNode& parent, std::size_t i,
                           bool rightmost) noexcept {
  const TreeNode::Child& row = parent.node.children[i];
  const auto before =
      i > 0 ? std::string_view(parent.node.children[i - 1].last) : std::string_view();
  return fault_of_child(facts_of(child), parent.node.level, {row.last, row.id, row.entries, before},
                        rightmost);
}

}  // namespace

Result<CheckedNode> read_top_node(const BlockReader& reader, const Id& tree) {
  HN_TRY(CheckedNode top, read_node(reader, tree));
  if (const char* fault = fault_of_top(facts_of(top)))
    return fail(Code::invalid, fault, tree.bytes);
  return top;
}

Result<CheckedNode> read_child_node(const BlockReader& reader, const CheckedNode& parent,
                                    std::size_t i, bool rightmost) {
  const Id& id = parent.node.children[i].id;
  HN_TRY(CheckedNode child, read_node(reader, id));
  if (const char* fault = fault_of_child(child, parent, i, rightmost))
    return fail(Code::invalid, fault, id.bytes);
  return child;
}

Result<NodePtr> top_node(const BlockReader& reader, const Id& tree) {
  HN_TRY(NodePtr top, find_node(reader, tree));
  if (const char* fault = fault_of_top(facts_of(*top)))
    return fail(Code::invalid, fault, tree.bytes);
  return top;
}

Result<NodePtr> child_node(const BlockReader& reader, const CheckedNode& parent, std::size_t i,
                           bool rightmost) {
  const Id& id = parent.node.children[i].id;
  HN_TRY(NodePtr child, find_node(reader, id));
  if (const char* fault = fault_of_child(*child, parent, i, rightmost))
    return fail(Code::invalid, fault, id.bytes);
  return child;
}

}  // namespace hn::object
