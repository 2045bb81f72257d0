// A checkout to a tree that nobody keeps: the base with other values at some paths. So nothing is
// written through a symlink, what is in the way is found before anything is touched, and a
// broken-off one is completed by the same command. Then the index goes back to its base, of which
// the working tree differs now.
#include "repo/carry.hpp"

#include <algorithm>

#include "repo/checkout_options.hpp"

namespace hn::repo {

worktree::Snapshot scanned(const Repository& repository, const WorktreeRecord& standing,
                           worktree::ConflictForm& conflicts) {
  return worktree::scan(
      scan_options(repository, repository.store(), standing.base, conflicts, nullptr));
}

Restored carry(Repository& repository, store::Batch& batch, const WorktreeRecord& standing,
               worktree::ConflictForm& conflicts, worktree::Snapshot snapshot,
               const CarryTo& target) {
  const auto base = tree_of(repository.store(), standing.base);
  worktree::CheckoutOptions options =
      checkout_options(repository, batch, base,
                       worktree::write_changes(batch, batch, base, target.changes), conflicts);
  options.index = std::move(snapshot.index);
  options.restore = target.restore;
  Restored out;
  const auto lost = [&](const worktree::Obstacle& obstacle) {
    if (std::ranges::find(target.lose_at, obstacle.path) != target.lose_at.end()) return true;
    const bool is_new = obstacle.kind == worktree::Obstacle::Kind::untracked;
    return is_new ? target.lose_new : target.lose_changes;
  };
  // What would be lost is told apart only where nothing may be; what stays in the way with
  // `overwrite` cannot be helped.
  out.moved.obstacles = worktree::plan_checkout(options).obstacles;
  std::erase_if(out.moved.obstacles, lost);
  if (!out.moved.obstacles.empty()) return out;
  options.overwrite = true;
  worktree::Plan plan = worktree::plan_checkout(options);
  out.moved.obstacles = plan.obstacles;
  out.moved.refusals = plan.refusals;
  if (!plan.obstacles.empty()) return out;
  for (const worktree::Step& step : plan.steps) {
    if (step.now && !step.done) out.written.push_back(step.path);
    if (!step.now && (step.present || step.done)) out.removed.push_back(step.path);
  }
  out.moved.done = true;
  if (target.only_list) return out;
  worktree::CheckoutResult result = worktree::carry_out(options, std::move(plan));
  out.moved.refusals = std::move(result.refusals);
  out.moved.written = result.written;
  out.moved.removed = result.removed;
  out.moved.obstacles = std::move(result.obstacles);
  out.moved.done = out.moved.obstacles.empty();
  require(worktree::rebase(result.index, repository.store(), base), "reading the base tree");
  worktree::save_index(result.index, repository.layout().index());
  return out;
}

}  // namespace hn::repo
