#include "hn/repo/restore.hpp"

#include <algorithm>

#include "hn/repo/tree_changes.hpp"
#include "repo/carry.hpp"

namespace hn::repo {
namespace {

// What cannot be read may differ: it is brought back, or stands in the way.
void add_unread(const worktree::Snapshot& snapshot, const worktree::Pathspec& meant,
                std::vector<std::string>& paths) {
  for (const worktree::Notice& notice : unread(snapshot.notices, snapshot.index, meant)) {
    for (const worktree::IndexRow& row : snapshot.index.rows) {
      const bool there = row.path == notice.path || notice.path.empty() ||
                         worktree::is_below(row.path, notice.path);
      if (row.base && there && meant.matches(row.path)) paths.push_back(row.path);
    }
  }
  std::ranges::sort(paths, worktree::path_less);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
}

}  // namespace

Restored restore(Repository& repository, const RestoreRequest& request) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const WorktreeRecord standing = require_worktree(repository);
  ConflictFiles conflicts(repository, repository.store());
  worktree::Snapshot snapshot = scanned(repository, standing, conflicts);
  CarryTo target;
  target.lose_changes = true;
  target.lose_new = request.overwrite_new;
  target.only_list = request.only_list;
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
  if (!found_there) require_matches(request.meant, snapshot, false, Code::refused);
  for (const worktree::Change& change : snapshot.changes)
    if (!change.added() && request.meant.matches(change.path))
      target.restore.push_back(change.path);
  for (const std::string& path : snapshot.conflicts)
    if (request.meant.matches(path)) target.restore.push_back(path);
  add_unread(snapshot, request.meant, target.restore);
  store::Batch batch = repository.store().begin();  // never committed
  return carry(repository, batch, standing, conflicts, std::move(snapshot), target);
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
  ConflictFiles conflicts(repository, repository.store());
  worktree::Snapshot snapshot = scanned(repository, standing, conflicts);
  if (!request.none_is_fine) require_matches(request.meant, snapshot, false, Code::not_found);
  refuse_folders(repository, standing, request.no_folders);
  CarryTo target;
  target.lose_changes = request.force;
  target.lose_new = request.force;
  target.only_list = request.only_list;
  for (const worktree::IndexRow& row : snapshot.index.rows) {
    if (row.base && request.meant.matches(row.path))
      target.changes.push_back({row.path, row.base, std::nullopt, false});
  }
  store::Batch batch = repository.store().begin();  // never committed
  return carry(repository, batch, standing, conflicts, std::move(snapshot), target);
}

}  // namespace hn::repo
