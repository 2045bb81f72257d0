// Reading the tree nodes of hn-objects(5), section TREES.
#include "object/tree_cursor.hpp"

namespace hn::object {

Result<TreeCursor> TreeCursor::open(const BlockReader& reader, const std::optional<Id>& tree) {
  TreeCursor cursor(reader);
  if (!tree) return cursor;
  HN_TRY(cursor.top_node_, top_node(reader, *tree));
  cursor.top_ = *tree;
  cursor.closed_ = true;
  return cursor;
}

std::optional<std::uint32_t> TreeCursor::level() const noexcept {
  if (closed_) return top_node_->node.level;
  if (stack_.empty() || stack_.back().checked->node.level == 0) return std::nullopt;
  return stack_.back().checked->node.level - 1;
}

const Id& TreeCursor::id() const noexcept {
  HN_ASSERT(level());
  if (closed_) return top_;
  return stack_.back().checked->node.children[stack_.back().next].id;
}

const TreeEntry& TreeCursor::entry() const noexcept {
  HN_ASSERT(!done() && !level());
  return stack_.back().checked->node.entries[stack_.back().next];
}

std::optional<Id> TreeCursor::upcoming(std::uint32_t level) const noexcept {
  for (std::size_t i = stack_.size(); i-- > 0;) {
    const Frame& frame = stack_[i];
    if (frame.checked->node.level <= level) continue;
    // The innermost frame stands before its row, the others are inside theirs.
    const std::size_t row = frame.next + 1;
    if (row >= frame.checked->size()) continue;
    if (frame.checked->node.level != level + 1) return std::nullopt;
    return frame.checked->node.children[row].id;
  }
  return std::nullopt;
}

void TreeCursor::skip() {
  if (closed_) {
    closed_ = false;
    return;
  }
  ++stack_.back().next;
  settle();
}

void TreeCursor::settle() {
  while (!stack_.empty() && stack_.back().next == stack_.back().checked->size()) {
    stack_.pop_back();
    if (!stack_.empty()) ++stack_.back().next;
  }
}

Result<void> TreeCursor::enter() {
  if (closed_) {
    closed_ = false;
    stack_.push_back({std::move(top_node_), 0, true});
  } else {
    const Frame& frame = stack_.back();
    const bool rightmost = frame.rightmost && frame.next + 1 == frame.checked->size();
    HN_TRY(NodePtr child, child_node(*reader_, *frame.checked, frame.next, rightmost));
    stack_.push_back({std::move(child), 0, rightmost});
  }
  settle();
  return {};
}

}  // namespace hn::object
