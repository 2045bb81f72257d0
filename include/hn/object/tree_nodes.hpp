#pragma once

#include <memory>
#include <unordered_map>

#include "hn/object/id.hpp"

namespace hn::object {

struct CheckedNode;
using NodePtr = std::shared_ptr<const CheckedNode>;

// Nodes of folders as they were decoded, for who looks at the same folders again and again: a
// reader that has such (BlockReader::tree_nodes) has them asked before its blocks. An id says what
// a node is, so what stands here is never outdated. Two generations: the older one goes when the
// younger is full. One thread at a time.
class TreeNodes {
 public:
  // At most twice as many bytes, and one node, are held.
  explicit TreeNodes(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null where it is not here.
  NodePtr find(const Id& id);
  void add(const Id& id, const NodePtr& node);

 private:
  using Table = std::unordered_map<Id, NodePtr>;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;  // of the younger
  Table young_;
  Table old_;
};

}  // namespace hn::object
