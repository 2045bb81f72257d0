#include "hn/repo/status.hpp"

#include "hn/repo/publish.hpp"
#include "hn/repo/working_tree.hpp"

namespace hn::repo {

namespace {

// A cache: who only asks gets an answer where it cannot be written, on a full disk as on one that
// is read-only.
void keep(const worktree::Index& index, const std::string& file) {
  try {
    worktree::save_index(index, file);
  } catch (const Failure& failure) {
    if (failure.code() != Code::no_space && failure.code() != Code::io) throw;
  }
}

}  // namespace

Status status(Repository& repository) {
  Status out;
  const std::optional<WorktreeRecord> standing = repository.worktree();
  if (!standing) return out;
  out.branch = shown_name(repository, standing->branch);
  out.head = standing->base;
  out.tip = tip_of(repository, standing->branch);
  out.unpublished = unpublished(repository, standing->branch);
  ConflictFiles conflicts(repository.store());
  worktree::Snapshot snapshot = worktree::scan(
      scan_options(repository, repository.store(), standing->base, conflicts, nullptr));
  if (snapshot.index_changed) keep(snapshot.index, repository.layout().index());
  out.changes = std::move(snapshot.changes);
  out.notices = std::move(snapshot.notices);
  out.conflicts = std::move(snapshot.conflicts);
  return out;
}

}  // namespace hn::repo
