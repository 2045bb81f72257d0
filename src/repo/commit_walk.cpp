// After git's revision.c: try_to_simplify_commit. What is excluded is known before the walk begins,
// where git finds it out on the way and may look too early.
#include "hn/repo/commit_walk.hpp"

#include <algorithm>

#include "hn/repo/tree_changes.hpp"

namespace hn::repo {
CommitWalk::CommitWalk(const Repository& repository, Options options)
    : repository_(repository),
      options_(std::move(options)),
      limited_(!options_.set.without.empty()),
      walk_(repository.history(), [this](CommitNumber commit, std::vector<CommitNumber>& parents) {
        return follow(commit, parents);
      }) {
  const CommitSet& set = options_.set;
  for (const std::string& path : options_.paths.bounds()) keys_.push_back(store::path_key(path));
  if (limited_) {
    member_ids_ = require(object::reachable(repository.history(), set.with, set.without, SIZE_MAX),
                          "listing what a range leads to");
    if (options_.ancestry_path) keep_ancestry_path();
  }
  note_limits();
  walk_.on_renumbering([this] { note_limits(); });
  for (const object::Id& id : set.with) {
    if (is_in(walk_.numbers().of(id))) walk_.start(id);
  }
}

// Parents stand behind their children.
void CommitWalk::keep_ancestry_path() {
  const auto& without = options_.set.without;
  std::unordered_set<object::Id> on_path(without.begin(), without.end());
  std::vector<object::Id> kept;
  for (auto at = member_ids_.rbegin(); at != member_ids_.rend(); ++at) {
    const auto parents = require(repository_.history().parents(*at), "reading a commit");
    const auto is_on_path = [&](const object::Id& id) { return on_path.contains(id); };
    if (!std::ranges::any_of(parents, is_on_path)) continue;
    on_path.insert(*at);
    kept.push_back(*at);
  }
  member_ids_ = std::move(kept);
}

void CommitWalk::note_limits() {
  values_.clear();
  value_of_.clear();
  members_.clear();
  excluded_.clear();
  for (const object::Id& id : member_ids_) members_.insert(walk_.numbers().of(id));
  for (const object::Id& id : options_.set.without) excluded_.insert(walk_.numbers().of(id));
}

std::optional<object::Id> CommitWalk::next() {
  while (const auto found = walk_.step()) {
    if (found->meant) return found->id;
  }
  return std::nullopt;
}

std::optional<CommitWalk::Line> CommitWalk::next_line() {
  while (const auto found = walk_.step()) {
    if (!found->meant) continue;
    Line out{found->id, {}};
    if (walk_.numbers().is_row(found->commit))
      out.subject = repository_.history_index().subject_of(found->commit);
    return out;
  }
  return std::nullopt;
}

std::optional<CommitWalk::Step> CommitWalk::step() {
  auto found = walk_.step(true);
  if (!found) return std::nullopt;
  return Step{found->id, std::move(found->parents), found->meant};
}

bool CommitWalk::is_in(CommitNumber commit) const {
  if (limited_ && !members_.contains(commit)) return false;
  if (!options_.since) return true;
  const std::int64_t time = walk_.numbers().time(commit);
  return time == INT64_MIN || time >= *options_.since;
}

object::Id CommitWalk::tree_of(CommitNumber commit) {
  if (walk_.numbers().is_row(commit)) {
    if (const auto tree = repository_.history_index().tree_of(commit)) return *tree;
  }
  return require(object::read_commit(repository_.store(), walk_.numbers().id(commit)),
                 "reading a commit")
      .tree;
}

bool CommitWalk::follow(CommitNumber commit, std::vector<CommitNumber>& parents) {
  const bool meant = simplify(commit, parents);
  std::erase_if(parents, [this](CommitNumber parent) { return !is_in(parent); });
  return meant;
}

// A row without a filter costs looks at two trees, each time that it is met.
store::Changed CommitWalk::changed_by_filter(CommitNumber commit, std::size_t parent) {
  using store::Changed;
  if (keys_.empty() || !walk_.numbers().is_row(commit)) return Changed::perhaps;
  Changed found = Changed::no;
  for (const store::PathKey& key : keys_) {
    const Changed changed = repository_.history_index().changed_by(commit, key, parent);
    if (changed == Changed::not_known && ++unfiltered_ == store::kKeepMin)
      repository_.history().want_filters();
    if (changed == Changed::yes && options_.paths.is_bounds()) return Changed::yes;
    if (changed != Changed::no) found = Changed::perhaps;
  }
  return found;
}

bool CommitWalk::differs_from(CommitNumber commit, CommitNumber parent, std::size_t which) {
  const auto changed = changed_by_filter(commit, which);
  if (changed == store::Changed::yes) return true;
  if (changed == store::Changed::no) {
    hand_down(commit, parent);
    return false;
  }
  const std::string* path = options_.paths.only_path();
  if (path != nullptr) {
    // The second look may move what the first one found.
    const auto before = value_in(parent, *path);
    return values_differ(repository_.store(), before, value_in(commit, *path), options_.paths);
  }
  return trees_differ(repository_.store(), tree_of(parent), tree_of(commit), options_.paths);
}

// Valid until the next call.
const std::optional<object::Value>& CommitWalk::value_in(CommitNumber commit,
                                                         const std::string& path) {
  if (commit >= value_of_.size()) value_of_.resize(std::size_t{commit} + 1);
  if (value_of_[commit] == 0) {
    values_.push_back(
        require(object::find_path(repository_.store(), tree_of(commit), path), "reading a folder"));
    value_of_[commit] = static_cast<std::uint32_t>(values_.size());
  }
  return values_[value_of_[commit] - 1];
}

// What a filter says to be the same need not be looked up again further down. A folder may differ
// in empty ones, which no filter tells and no comparison counts.
void CommitWalk::hand_down(CommitNumber commit, CommitNumber parent) {
  if (commit >= value_of_.size() || value_of_[commit] == 0) return;
  if (parent >= value_of_.size()) value_of_.resize(std::size_t{parent} + 1);
  if (value_of_[parent] == 0) value_of_[parent] = value_of_[commit];
}

bool CommitWalk::simplify(CommitNumber commit, std::vector<CommitNumber>& parents) {
  walk_.numbers().parents(commit, parents);
  if (options_.first_parent && parents.size() > 1) parents.resize(1);
  if (options_.paths.everything()) return true;
  if (parents.empty())
    return trees_differ(repository_.store(), std::nullopt, tree_of(commit), options_.paths);
  std::size_t relevant_parents = 0;
  bool relevant_change = false;
  bool other_change = false;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const CommitNumber parent = parents[i];
    // What is excluded does not decide, but for the border that was named itself.
    const bool relevant = !limited_ || members_.contains(parent) || excluded_.contains(parent);
    relevant_parents += relevant ? 1 : 0;
    // Rows of the index stand for commits that are here.
    if (!walk_.numbers().is_row(parent) && !repository_.store().has(walk_.numbers().id(parent)))
      continue;
    const bool differs = differs_from(commit, parent, i);
    if (!differs && relevant) {
      parents = {parent};
      return false;
    }
    if (differs) (relevant ? relevant_change : other_change) = true;
  }
  return relevant_parents > 0 ? relevant_change : other_change;
}

}  // namespace hn::repo
