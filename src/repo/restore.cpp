// Both are checkouts to a tree that nobody keeps: the base with other values at some paths. So
// nothing is written through a symlink, what is in the way is found before anything is touched, and
// a broken-off one is completed by the same command. Then the index goes back to its base, of which
// the working tree differs now.
#include "hn/repo/restore.hpp"

#include <algorithm>

#include "hn/repo/tree_changes.hpp"
#include "repo/checkout_options.hpp"

namespace hn::repo {
namespace {

struct Target {
  std::vector<worktree::Change> changes;  // against the base; by path_less
  std::vector<std::string> restore;       // paths to write though base and target agree
};

worktree::Snapshot scanned(const Repository& repository, const WorktreeRecord& standing,
                           worktree::ConflictForm& conflicts) {
  return worktree::scan(
      scan_options(repository, repository.store(), standing.base, conflicts, nullptr));
}

// Carries the working tree to the base with these changes and puts the index back.
Restored carry(Repository& repository, store::Batch& batch, const WorktreeRecord& standing,
               worktree::ConflictForm& conflicts, worktree::Snapshot snapshot, const Target& target,
               bool lose_changes, bool lose_new, bool only_list) {
  const auto base = tree_of(repository.store(), standing.base);
  worktree::CheckoutOptions options =
      checkout_options(repository, batch, base,
                       worktree::write_changes(batch, batch, base, target.changes), conflicts);
  options.index = std::move(snapshot.index);
  options.restore = target.restore;
  Restored out;
  const auto lost = [&](const worktree::Obstacle& obstacle) {
    const bool is_new = obstacle.kind == worktree::Obstacle::Kind::untracked;
    return is_new ? lose_new : lose_changes;
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
  if (only_list) return out;
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

}  // namespace

Restored restore(Repository& repository, const RestoreRequest& request) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const WorktreeRecord standing = require_worktree(repository);
  ConflictFiles conflicts(repository.store());
  worktree::Snapshot snapshot = scanned(repository, standing, conflicts);
  Target target;
  if (request.source && request.source != standing.base) {
    const auto source = tree_of(repository.store(), request.source);
    visit_tree_changes(
        repository.store(), tree_of(repository.store(), standing.base), source, request.meant,
        [&](const object::Change& change) {
          target.changes.push_back({change.name, change.old_value, change.new_value, false});
          return true;
        });
    std::ranges::sort(target.changes, worktree::path_less, &worktree::Change::path);
  }
  // A path that only the source has matches too.
  const bool found_there = std::ranges::any_of(target.changes, &worktree::Change::added);
  if (!found_there) require_matches(request.meant, snapshot, false);
  for (const worktree::Change& change : snapshot.changes)
    if (!change.added() && request.meant.matches(change.path))
      target.restore.push_back(change.path);
  for (const std::string& path : snapshot.conflicts)
    if (request.meant.matches(path)) target.restore.push_back(path);
  store::Batch batch = repository.store().begin();  // never committed
  return carry(repository, batch, standing, conflicts, std::move(snapshot), target, true,
               request.overwrite_new, request.only_list);
}

namespace {

void refuse_folders(const Repository& repository, const WorktreeRecord& standing,
                    const std::vector<std::string>& paths) {
  const auto base = tree_of(repository.store(), standing.base);
  if (!base) return;
  for (const std::string& path : paths) {
    const auto value =
        require(object::find_path(repository.store(), *base, path), "reading a folder");
    if (!value || value->mode != object::Mode::folder) continue;
    throw Failure(Code::invalid,
                  "'" + path + "' is a folder, and everything in it would be removed",
                  "hn rm -r does that; nothing was touched");
  }
}

}  // namespace

Restored remove_files(Repository& repository, const RemoveRequest& request) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const WorktreeRecord standing = require_worktree(repository);
  ConflictFiles conflicts(repository.store());
  worktree::Snapshot snapshot = scanned(repository, standing, conflicts);
  if (!request.none_is_fine) require_matches(request.meant, snapshot, false);
  refuse_folders(repository, standing, request.no_folders);
  Target target;
  for (const worktree::IndexRow& row : snapshot.index.rows) {
    if (row.base && request.meant.matches(row.path))
      target.changes.push_back({row.path, row.base, std::nullopt, false});
  }
  store::Batch batch = repository.store().begin();  // never committed
  return carry(repository, batch, standing, conflicts, std::move(snapshot), target, request.force,
               request.force, request.only_list);
}

}  // namespace hn::repo
