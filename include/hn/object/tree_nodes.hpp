#pragma once

#include <memory>

#include "hn/base/lately.hpp"
#include "hn/object/id.hpp"

namespace hn::object {

struct CheckedNode;
using NodePtr = std::shared_ptr<const CheckedNode>;

// Nodes of folders as they were decoded, for who looks at the same folders again and again: a
// reader that has such (BlockReader::tree_nodes) has them asked before its blocks. An id says what
// a node is, so what stands here is never outdated. One thread at a time.
class TreeNodes {
 public:
  // At most twice as many bytes, and one node, are held.
  explicit TreeNodes(std::size_t bytes_max) : nodes_(bytes_max) {}

  // Null where it is not here.
  NodePtr find(const Id& id) {
    const NodePtr* const found = nodes_.find(id);
    return found != nullptr ? *found : nullptr;
  }
  void add(const Id& id, const NodePtr& node);

 private:
  Lately<Id, NodePtr> nodes_;
};

}  // namespace hn::object
