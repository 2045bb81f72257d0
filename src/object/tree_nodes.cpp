#include "hn/object/tree_nodes.hpp"

#include "object/tree_node.hpp"

namespace hn::object {
namespace {

// What a node holds in memory, about: names of up to 15 bytes lie in their row.
std::size_t bytes_of(const CheckedNode& node) noexcept {
  constexpr std::size_t kNodeBytes = 192;
  return kNodeBytes + node.node.entries.size() * sizeof(TreeEntry) +
         node.node.children.size() * sizeof(TreeNode::Child);
}

}  // namespace

void TreeNodes::add(const Id& id, const NodePtr& node) {
  nodes_.keep(id, node, bytes_of(*node));
}

}  // namespace hn::object
