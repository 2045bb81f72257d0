// Writing folders: hn-objects(5), sections TREES and CUTTING TREES.
#include <algorithm>
#include <utility>

#include "hn/object/cut.hpp"
#include "object/tree_node.hpp"

namespace hn::object {
namespace {

// Finds nodes of a folder's last version, as bases of the new ones. What cannot be read is no base.
class OldNodes {
 public:
  OldNodes(const BlockReader* reader, const std::optional<Id>& old) : reader_(reader) {
    if (reader == nullptr || !old) return;
    auto top = top_node(*reader, *old);
    if (top) path_.push_back({*old, std::move(top).value(), true, {}});
  }
  // `top` was read as the node of `old`.
  OldNodes(const BlockReader& reader, const Id& old, NodePtr top) : reader_(&reader) {
    path_.push_back({old, std::move(top), true, {}});
  }

  // The node of `level` in whose range `name` falls.
  std::optional<Id> at(std::uint32_t level, const std::string& name) {
    while (path_.size() > 1 &&
           (path_.back().checked->node.level < level || !covers(path_.back(), name))) {
      path_.pop_back();
    }
    while (!path_.empty() && path_.back().checked->node.level > level) {
      const Step& step = path_.back();
      const auto& rows = step.checked->node.children;
      auto row = std::ranges::lower_bound(rows, name, {}, &TreeNode::Child::last);
      if (row == rows.end()) --row;
      if (step.checked->node.level == level + 1) return row->id;
      if (!enter(static_cast<std::size_t>(row - rows.begin()))) return std::nullopt;
    }
    if (path_.empty() || path_.back().checked->node.level != level) return std::nullopt;
    return path_.back().id;
  }

 private:
  struct Step {
    Id id;
    NodePtr checked;
    bool rightmost = true;
    std::string before;  // the greatest name in front of the node
  };

  static bool covers(const Step& step, const std::string& name) {
    const bool starts = step.before.empty() || step.before < name;
    return starts && (step.rightmost || !(step.checked->name(step.checked->size() - 1) < name));
  }

  bool enter(std::size_t i) {
    const Step& step = path_.back();
    const auto& rows = step.checked->node.children;
    const bool rightmost = step.rightmost && i + 1 == rows.size();
    auto child = child_node(*reader_, *step.checked, i, rightmost);
    if (!child) return path_.clear(), false;
    const Id id = rows[i].id;
    std::string before = i > 0 ? rows[i - 1].last : step.before;
    path_.push_back({id, std::move(child).value(), rightmost, std::move(before)});
    return true;
  }

  const BlockReader* reader_;
  std::vector<Step> path_;
};

// Builds the levels of a tree. A level's rows are encoded once, as they come. A node whose cut has
// come waits until something follows it: only then is it known not to be the topmost.
class TreeBuilder {
 public:
  TreeBuilder(BlockWriter& writer, OldNodes& old) : writer_(writer), old_(old), levels_(1) {}

  void add(const TreeEntry& entry) {
    Level& at = begin(0, entry.name);
    put_row(at.rows, entry);
    at.entries += 1;
    at.last = entry.name;
    at.full = cut_leaf(at.rows.size(), entry.name);
  }

  // Whether a leaf would begin with what comes next.
  bool between_leaves() const noexcept {
    const Level& at = levels_.front();
    return at.count == 0 || at.full;
  }
  // A leaf that is written already, between leaves. One that does not end by its cut comes last.
  void take(const TreeNode::Child& leaf) {
    Level& at = begin(0, leaf.last);
    at.written = leaf.id;
    at.entries = leaf.entries;
    at.last = leaf.last;
    at.full = true;
  }

  Id finish(const std::optional<Id>& raw) {
    for (std::uint32_t level = 0;; ++level) {
      if (!levels_[level].wrote) return write(level, raw);
      end_node(level);
    }
  }

 private:
  struct Level {
    Encoder rows;
    std::size_t count = 0;
    std::uint64_t entries = 0;
    std::string first;  // a name in the node's range
    std::string last;
    std::optional<Id> written;  // the node itself, where it was taken over
    bool full = false;          // its cut has come
    bool wrote = false;         // an earlier node of this level
  };

  Level& begin(std::uint32_t level, const std::string& name) {
    if (levels_.size() == level) levels_.emplace_back();
    if (levels_[level].full) end_node(level);
    Level& at = levels_[level];
    if (at.count++ == 0) at.first = name;
    return at;
  }

  void add(std::uint32_t level, const TreeNode::Child& child, const std::string& first) {
    Level& at = begin(level, first);
    put_row(at.rows, child);
    at.entries += child.entries;
    at.last = child.last;
    at.full = cut_inner(at.rows.size(), at.count, child.id);
  }

  Id write(std::uint32_t level, const std::optional<Id>& raw) {
    const Level& at = levels_[level];
    if (at.written) return *at.written;
    return writer_.write(Kind::tree, node_block(level, raw, at.count, at.rows.bytes()),
                         old_.at(level, at.first));
  }

  void end_node(std::uint32_t level) {
    const Id id = write(level, {});
    const Level done = std::exchange(levels_[level], {});
    levels_[level].wrote = true;
    add(level + 1, {done.last, id, done.entries}, done.first);
  }

  BlockWriter& writer_;
  OldNodes& old_;
  std::vector<Level> levels_;
};

// The old folder's entries and the edits, merged in name order.
class Editing {
 public:
  Editing(TreeBuilder& builder, const BlockReader& reader, std::span<const Edit> edits)
      : builder_(builder), reader_(reader), edits_(edits) {}

  Result<void> node(const CheckedNode& at, bool rightmost) {
    if (at.node.level == 0) {
      leaf(at.node.entries);
      if (rightmost) add_before(nullptr);
      return {};
    }
    for (std::size_t i = 0; i < at.size(); ++i) {
      const TreeNode::Child& row = at.node.children[i];
      const bool last = rightmost && i + 1 == at.size();
      const bool untouched = edits_.empty() || (!last && row.last < edits_.front().name);
      if (at.node.level == 1 && untouched && builder_.between_leaves() && reader_.has(row.id)) {
        builder_.take(row);
        continue;
      }
      HN_TRY(const NodePtr child, child_node(reader_, at, i, last));
      HN_CHECK(node(*child, last));
    }
    return {};
  }

 private:
  void leaf(const std::vector<TreeEntry>& entries) {
    for (const TreeEntry& entry : entries) {
      add_before(&entry.name);
      if (!edits_.empty() && edits_.front().name == entry.name)
        add_edit();
      else
        builder_.add(entry);
    }
  }
  void add_before(const std::string* name) {
    while (!edits_.empty() && (name == nullptr || edits_.front().name < *name)) add_edit();
  }
  void add_edit() {
    const Edit& edit = edits_.front();
    if (edit.value) builder_.add({edit.name, *edit.value});
    edits_ = edits_.subspan(1);
  }

  TreeBuilder& builder_;
  const BlockReader& reader_;
  std::span<const Edit> edits_;  // those still to come
};

}  // namespace

Result<Id> edit_tree(BlockWriter& writer, const BlockReader& reader, const Id& old,
                     std::span<const Edit> edits) {
  for (std::size_t i = 0; i < edits.size(); ++i) {
    HN_ASSERT(is_tree_name(edits[i].name));
    HN_ASSERT(i == 0 || edits[i - 1].name < edits[i].name);
  }
  HN_TRY(const NodePtr top, top_node(reader, old));
  OldNodes old_nodes(reader, old, top);
  TreeBuilder builder(writer, old_nodes);
  HN_CHECK(Editing(builder, reader, edits).node(*top, true));
  return builder.finish({});
}

Id write_tree(BlockWriter& writer, std::span<const TreeEntry> entries, const std::optional<Id>& raw,
              const BlockReader* old_reader, const std::optional<Id>& old) {
  OldNodes old_nodes(old_reader, old);
  TreeBuilder builder(writer, old_nodes);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    HN_ASSERT(is_tree_name(entries[i].name));
    HN_ASSERT(i == 0 || entries[i - 1].name < entries[i].name);
    builder.add(entries[i]);
  }
  return builder.finish(raw);
}

}  // namespace hn::object
