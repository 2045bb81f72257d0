#include "hn/object/tree_nodes.hpp"

#include <utility>

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

NodePtr TreeNodes::find(const Id& id) {
  if (const auto at = young_.find(id); at != young_.end()) return at->second;
  const auto at = old_.find(id);
  if (at == old_.end()) return nullptr;
  NodePtr found = std::move(at->second);
  old_.erase(at);
  add(id, found);
  return found;
}

void TreeNodes::add(const Id& id, const NodePtr& node) {
  if (bytes_ >= bytes_max_) {
    old_ = std::exchange(young_, {});
    bytes_ = 0;
  }
  if (young_.emplace(id, node).second) bytes_ += bytes_of(*node);
}

}  // namespace hn::object
