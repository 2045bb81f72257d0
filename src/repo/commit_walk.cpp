// After git's revision.c: try_to_simplify_commit. What is excluded is known before the walk begins,
// where git finds it out on the way and may look too early.
#include "hn/repo/commit_walk.hpp"

#include "hn/repo/tree_changes.hpp"

namespace hn::repo {

CommitWalk::CommitWalk(const Repository& repository, Options options)
    : repository_(repository),
      options_(std::move(options)),
      limited_(!options_.set.without.empty()),
      walk_(repository.history(), [this](const object::Id& id) { return simplified(id).parents; }) {
  const CommitSet& set = options_.set;
  if (limited_) {
    const auto members =
        require(object::reachable(repository.history(), set.with, set.without, SIZE_MAX),
                "listing what a range leads to");
    members_.insert(members.begin(), members.end());
    excluded_.insert(set.without.begin(), set.without.end());
  }
  for (const object::Id& id : set.with) {
    if (is_in(id)) walk_.start(id);
  }
}

std::optional<object::Id> CommitWalk::next() {
  while (const auto found = step()) {
    if (found->shown) return found->id;
  }
  return std::nullopt;
}

std::optional<CommitWalk::Step> CommitWalk::step() {
  const auto id = walk_.next();
  if (!id) return std::nullopt;
  const Simplified& made = simplified(*id);
  Step out{*id, made.parents, made.shown};
  simplified_.erase(*id);
  return out;
}

bool CommitWalk::is_in(const object::Id& id) const {
  if (limited_ && !members_.contains(id)) return false;
  if (!options_.since) return true;
  const auto time = repository_.history().time(id);
  return !time || *time >= *options_.since;
}

object::Id CommitWalk::tree_of(const object::Id& id) {
  if (const auto facts = repository_.history_index().find(id)) return facts->tree;
  return require(object::read_commit(repository_.store(), id), "reading a commit").tree;
}

const CommitWalk::Simplified& CommitWalk::simplified(const object::Id& id) {
  const auto at = simplified_.find(id);
  if (at != simplified_.end()) return at->second;
  Simplified made = simplify(id);
  std::erase_if(made.parents, [this](const object::Id& parent) { return !is_in(parent); });
  return simplified_.emplace(id, std::move(made)).first->second;
}

CommitWalk::Simplified CommitWalk::simplify(const object::Id& id) {
  auto known = repository_.history().parents(id);
  Simplified out{known ? std::move(known).value() : std::vector<object::Id>(), true};
  if (options_.first_parent && out.parents.size() > 1) out.parents.resize(1);
  if (options_.paths.everything()) return out;
  const object::BlockReader& reader = repository_.store();
  const object::Id tree = tree_of(id);
  if (out.parents.empty()) {
    out.shown = trees_differ(reader, std::nullopt, tree, options_.paths);
    return out;
  }
  std::size_t relevant_parents = 0;
  bool relevant_change = false;
  bool other_change = false;
  for (const object::Id& parent : out.parents) {
    // What is excluded does not decide, but for the border that was named itself.
    const bool relevant = !limited_ || members_.contains(parent) || excluded_.contains(parent);
    relevant_parents += relevant ? 1 : 0;
    if (!repository_.store().has(parent)) continue;
    const bool differs = trees_differ(reader, tree_of(parent), tree, options_.paths);
    if (!differs && relevant) return {{parent}, false};
    if (differs) (relevant ? relevant_change : other_change) = true;
  }
  out.shown = relevant_parents > 0 ? relevant_change : other_change;
  return out;
}

}  // namespace hn::repo
