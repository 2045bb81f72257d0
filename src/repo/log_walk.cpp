// Whether a commit has a child that was not given out yet is known once all commits of a greater
// generation have been looked at (git, revision.c: init_topo_walk). Git finds that out for the
// parents of each commit that it shows; here it waits until by its time it is the commit's turn,
// which spares the walk for an old branch that was merged late.
#include "hn/repo/log_walk.hpp"

#include <utility>

namespace hn::repo {

void LogWalk::start(const object::Id& commit) {
  reach(commit);
  offer(commit);
}

std::optional<object::Id> LogWalk::next() {
  while (!offered_.empty()) {
    const object::Id id = offered_.top().id;
    offered_.pop();
    Known& known = known_.at(id);
    if (known.given_out) continue;
    count_children_of(known);
    if (known.children > 0) continue;  // the last of them offers it again
    known.given_out = true;
    look_at(id, known);
    for (const object::Id& parent : parents_of(id)) {
      if (--known_.at(parent).children == 0) offer(parent);
    }
    return id;
  }
  return std::nullopt;
}

void LogWalk::reach(const object::Id& id) {
  const auto [at, is_new] = known_.try_emplace(id);
  if (!is_new) return;
  if (const auto generation = history_.generation(id)) at->second.generation = *generation;
  unseen_.push({at->second.generation, id});
}

void LogWalk::offer(const object::Id& id) {
  const auto time = history_.time(id);
  offered_.push({time ? *time : INT64_MIN, id});
}

std::vector<object::Id> LogWalk::parents_of(const object::Id& id) const {
  if (parents_) return parents_(id);
  auto parents = history_.parents(id);
  return parents ? std::move(parents).value() : std::vector<object::Id>();
}

void LogWalk::look_at(const object::Id& id, Known& known) {
  if (std::exchange(known.looked_at, true)) return;
  for (const object::Id& parent : parents_of(id)) {
    reach(parent);
    ++known_.at(parent).children;
  }
}

void LogWalk::count_children_of(const Known& known) {
  while (!unseen_.empty() &&
         (unseen_.top().key > known.generation || unseen_.top().key == kUnknown)) {
    const object::Id id = unseen_.top().id;
    unseen_.pop();
    look_at(id, known_.at(id));
  }
}

}  // namespace hn::repo
