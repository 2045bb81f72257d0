// Tree nodes: hn-objects(5), section TREES.
#include "object/tree_node.hpp"

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

TreeEntry get_entry(Decoder& in) {
  TreeEntry entry;
  entry.name = as_text(in.sized(kNameBytesMax));
  entry.value = get_value(in, in.u8());
  return entry;
}

TreeNode::Child get_child(Decoder& in) {
  TreeNode::Child child;
  child.last = as_text(in.sized(kNameBytesMax));
  child.id.bytes = in.hash();
  child.entries = in.varint(kTreeEntriesMax);
  return child;
}

// Reads `count` rows. `cut` answers, behind each, whether the node ends there; no row but the last
// may be such.
template <class Row, class Get, class Name, class Cut>
const char* get_rows(Decoder& in, std::size_t count, std::vector<Row>& rows, bool& ends_by_cut,
                     Get get, Name name, Cut cut) {
  rows.reserve(count);
  const std::size_t start = in.left();
  for (std::size_t i = 0; i < count; ++i) {
    if (ends_by_cut) return "a tree node goes on behind its cut";
    rows.push_back(get(in));
    if (in.failed()) return "a tree node is not well formed";
    const std::string& here = name(rows.back());
    if (!is_tree_name(here)) return "a name in a tree is not allowed";
    if (i > 0 && !(name(rows[i - 1]) < here)) return "names in a tree are not in order";
    ends_by_cut = cut(start - in.left(), i + 1, rows.back());
  }
  return nullptr;
}

const char* get_leaf(Decoder& in, std::size_t count, CheckedNode& out) {
  out.entries = count;
  return get_rows(
      in, count, out.node.entries, out.ends_by_cut, get_entry,
      [](const TreeEntry& e) -> const std::string& { return e.name; },
      [](std::size_t bytes, std::size_t, const TreeEntry& e) { return cut_leaf(bytes, e.name); });
}

const char* get_inner(Decoder& in, std::size_t count, CheckedNode& out) {
  if (count == 0) return "an inner tree node is empty";
  const char* fault = get_rows(
      in, count, out.node.children, out.ends_by_cut, get_child,
      [](const TreeNode::Child& c) -> const std::string& { return c.last; },
      [](std::size_t bytes, std::size_t n, const TreeNode::Child& c) {
        return cut_inner(bytes, n, c.id);
      });
  if (fault != nullptr) return fault;
  for (const TreeNode::Child& child : out.node.children) {
    if (child.entries == 0) return "a tree node stands for no entries";
    out.entries += child.entries;
    if (out.entries > kTreeEntriesMax) return "a tree has too many entries";
  }
  return nullptr;
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
  if (bytes.size() > kBlockBytesMax) return fail(Code::invalid, "the block is too long");
  Decoder in(bytes);
  HN_TRY(const NodeHead head, get_node_head(in));
  CheckedNode out;
  out.node.level = head.level;
  out.node.raw = head.raw;
  const std::uint64_t count = in.varint();
  const std::size_t row_min = out.node.level == 0 ? kEntryBytesMin : kChildBytesMin;
  if (in.failed() || count > in.left() / row_min)
    return fail(Code::invalid, "a tree's row count is out of range");
  const char* fault = out.node.level == 0 ? get_leaf(in, count, out) : get_inner(in, count, out);
  if (fault != nullptr) return fail(Code::invalid, fault);
  if (!in.done()) return fail(Code::invalid, "a tree node is not well formed");
  return out;
}

Result<TreeNode> decode_tree_node(ByteView bytes) noexcept {
  HN_TRY(CheckedNode checked, check_tree_node(bytes));
  return std::move(checked.node);
}

Result<CheckedNode> read_top_node(const BlockReader& reader, const Id& tree) {
  HN_TRY(const Bytes bytes, reader.read(tree, Kind::tree));
  auto top = check_tree_node(bytes);
  if (!top) return fail(top.error().code, top.error().rule, tree.bytes);
  if (top->node.level > 0 && top->node.children.size() < 2) {
    return fail(Code::invalid, "a tree's topmost node has one child", tree.bytes);
  }
  return top;
}

Result<CheckedNode> read_child_node(const BlockReader& reader, const CheckedNode& parent,
                                    std::size_t i, bool rightmost) {
  const TreeNode::Child& row = parent.node.children[i];
  const auto wrong = [&](const char* rule) { return fail(Code::invalid, rule, row.id.bytes); };
  HN_TRY(const Bytes bytes, reader.read(row.id, Kind::tree));
  auto child = check_tree_node(bytes);
  if (!child) return fail(child.error().code, child.error().rule, row.id.bytes);
  if (child->node.level + 1 != parent.node.level)
    return wrong("a tree node stands at a wrong level");
  if (child->node.raw) return wrong("a tree node below the top names git's bytes");
  if (child->entries != row.entries)
    return wrong("a tree node has not the entries that its row says");
  if (child->name(child->size() - 1) != row.last)
    return wrong("a tree node ends with another name than its row");
  if (i > 0 && !(parent.node.children[i - 1].last < child->name(0))) {
    return wrong("a tree node begins before the one in front of it ends");
  }
  if (!rightmost && !child->ends_by_cut) return wrong("a tree node ends before its cut");
  return child;
}

}  // namespace hn::object
