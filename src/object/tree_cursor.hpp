#pragma once

#include "object/tree_node.hpp"

namespace hn::object {

// Walks the entries of one folder in order and can stand before a whole node without reading it,
// which is how a difference skips what both sides share. Every node entered is checked against its
// place (child_node).
class TreeCursor {
 public:
  // `tree` absent: an empty folder.
  static Result<TreeCursor> open(const BlockReader& reader, const std::optional<Id>& tree);

  bool done() const noexcept { return stack_.empty() && !closed_; }
  // Level of the node that the cursor stands before: 0 is a leaf. Nothing when it stands before an
  // entry, or is done.
  std::optional<std::uint32_t> level() const noexcept;
  const Id& id() const noexcept;            // of that node
  const TreeEntry& entry() const noexcept;  // that it stands before

  // The next node of `level` that begins behind the place where the cursor stands, as far as the
  // nodes entered know it.
  std::optional<Id> upcoming(std::uint32_t level) const noexcept;

  void skip();           // the node or entry
  Result<void> enter();  // the node

 private:
  struct Frame {
    NodePtr checked;
    std::size_t next = 0;
    bool rightmost = true;
  };
  explicit TreeCursor(const BlockReader& reader) : reader_(&reader) {}
  void settle();

  const BlockReader* reader_;
  std::vector<Frame> stack_;
  // The topmost node, read but not entered.
  bool closed_ = false;
  Id top_;
  NodePtr top_node_;
};

}  // namespace hn::object
