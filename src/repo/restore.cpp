#include "hn/repo/restore.hpp"

#include <algorithm>

#include "hn/repo/tracked.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/worktree/files.hpp"
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

void refuse_folders(const Repository& repository, const worktree::Snapshot& snapshot,
                    const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const auto value = snapshot.base
                           ? require(object::find_path(repository.store(), *snapshot.base, path),
                                     "reading a folder")
                           : std::nullopt;
    const bool is_folder = (value && value->mode == object::Mode::folder) ||
                           std::ranges::any_of(snapshot.tracked, [&](const std::string& tracked) {
                             return worktree::is_below(tracked, path);
                           });
    if (!is_folder) continue;
    throw Failure(Code::invalid,
                  "'" + path + "' is a folder, and everything in it would be removed",
                  "hn rm -r does that; nothing was touched");
  }
}

// New files that are tracked and meant. Those that are there are lost to everybody.
struct New {
  std::vector<std::string> paths;
  std::vector<worktree::Obstacle> there;
};

New new_files(const worktree::Snapshot& snapshot, const worktree::Pathspec& meant) {
  New out;
  for (const std::string& path : snapshot.tracked) {
    const worktree::IndexRow* row = snapshot.index.find(path);
    if (meant.matches(path) && (row == nullptr || !row->base)) out.paths.push_back(path);
  }
  for (const worktree::Change& change : snapshot.changes) {
    if (std::ranges::binary_search(out.paths, change.path, worktree::path_less))
      out.there.push_back({worktree::Obstacle::Kind::untracked, change.path});
  }
  return out;
}

void remove_new(const Repository& repository, const New& found) {
  const worktree::Files files(repository.layout().root);
  for (const worktree::Obstacle& file : found.there) {
    files.remove(file.path);
    // As git does, with the folders that are empty then.
    for (auto folder = worktree::folder_of(file.path); !folder.empty() && files.remove(folder);)
      folder = worktree::folder_of(folder);
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
  refuse_folders(repository, snapshot, request.no_folders);
  const New fresh = new_files(snapshot, request.meant);
  if (!fresh.there.empty() && !request.force) {
    Restored refused;
    refused.moved.obstacles = fresh.there;
    return refused;
  }
  CarryTo target;
  target.lose_changes = request.force;
  target.lose_new = request.force;
  target.only_list = request.only_list;
  for (const worktree::IndexRow& row : snapshot.index.rows) {
    if (row.base && request.meant.matches(row.path))
      target.changes.push_back({row.path, row.base, std::nullopt, false});
  }
  store::Batch batch = repository.store().begin();  // never committed
  Restored done = carry(repository, batch, standing, conflicts, std::move(snapshot), target);
  if (!done.moved.done || fresh.paths.empty()) return done;
  done.removed.insert(done.removed.end(), fresh.paths.begin(), fresh.paths.end());
  std::ranges::sort(done.removed, worktree::path_less);
  if (request.only_list) return done;
  remove_new(repository, fresh);
  store::Batch forgotten = repository.store().begin();
  forget_tracked(repository, forgotten, fresh.paths);
  forgotten.commit();
  return done;
}

}  // namespace hn::repo
