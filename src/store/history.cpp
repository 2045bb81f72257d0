#include "hn/store/history.hpp"

#include <algorithm>
#include <unordered_map>

namespace hn::store {

struct BlockHistory::State {
  struct Node {
    std::vector<object::Id> parents;
    std::uint64_t generation = 0;  // 0: not known yet
  };

  const object::BlockReader& reader;
  std::unordered_map<object::Id, Node> nodes;

  Result<Node*> node(const object::Id& id) {
    const auto at = nodes.find(id);
    if (at != nodes.end()) return &at->second;
    HN_TRY(object::Commit commit, object::read_commit(reader, id));
    return &nodes.emplace(id, Node{std::move(commit.parents), 0}).first->second;
  }

  // 0 if a parent's is not known; that parent and its like are then put on `todo`.
  Result<std::uint64_t> generation_from_parents(const Node& node, std::vector<object::Id>& todo) {
    std::uint64_t greatest = 0;
    bool all_known = true;
    for (const object::Id& parent : node.parents) {
      HN_TRY(const Node* of_parent, this->node(parent));
      if (of_parent->generation == 0) {
        todo.push_back(parent);
        all_known = false;
      }
      greatest = std::max(greatest, of_parent->generation);
    }
    return all_known ? greatest + 1 : std::uint64_t{0};
  }
};

BlockHistory::BlockHistory(const object::BlockReader& reader)
    : state_(std::make_unique<State>(State{reader, {}})) {}
BlockHistory::~BlockHistory() = default;

Result<std::vector<object::Id>> BlockHistory::parents(const object::Id& commit) const {
  HN_TRY(const State::Node* node, state_->node(commit));
  return node->parents;
}

// Depth first with a stack of our own: a history may be a hundred thousand commits deep. Nodes of
// an unordered_map keep their place when it grows.
Result<std::uint64_t> BlockHistory::generation(const object::Id& commit) const {
  std::vector<object::Id> todo{commit};
  while (!todo.empty()) {
    HN_TRY(State::Node * node, state_->node(todo.back()));
    if (node->generation == 0) {
      const std::size_t before = todo.size();
      HN_TRY(const std::uint64_t found, state_->generation_from_parents(*node, todo));
      if (todo.size() > before) continue;
      node->generation = found;
    }
    todo.pop_back();
  }
  HN_TRY(const State::Node* node, state_->node(commit));
  return node->generation;
}

}  // namespace hn::store
