#include "hn/repo/status.hpp"

#include "hn/repo/publish.hpp"
#include "hn/repo/working_tree.hpp"

namespace hn::repo {

namespace {

bool is_of_disk(const Failure& failure) {
  return failure.code() == Code::no_space || failure.code() == Code::io;
}

// A cache: who only asks gets an answer where it cannot be written, on a full disk as on one that
// is read-only.
void keep(worktree::Index& index, const std::string& file) {
  try {
    worktree::save_index(index, file, false, worktree::IfMoved::leave);
  } catch (const Failure& failure) {
    if (!is_of_disk(failure)) throw;
  }
}

Tip tip_if_known(Repository& repository, const LocalBranch& branch) {
  try {
    return tip_of(repository, branch);
  } catch (const Failure& failure) {
    if (!is_of_disk(failure)) throw;
    return {};  // heads that nobody has folded yet, and no place for the fold
  }
}

}  // namespace

Status status(Repository& repository, Ignored ignored) {
  Status out;
  const std::optional<WorktreeRecord> standing = repository.worktree();
  if (!standing) return out;
  out.branch = shown_name(repository, standing->branch);
  out.head = standing->base;
  out.tip = tip_if_known(repository, standing->branch);
  out.unpublished = unpublished(repository, standing->branch);
  ConflictFiles conflicts(repository, repository.store());
  worktree::ScanOptions options =
      scan_options(repository, repository.store(), standing->base, conflicts, nullptr);
  options.list_ignored = ignored == Ignored::named;
  options.survey = ignored == Ignored::survey;
  worktree::Snapshot snapshot = worktree::scan(std::move(options));
  if (snapshot.index_changed) keep(snapshot.index, repository.layout().index());
  out.changes = std::move(snapshot.changes);
  out.notices = std::move(snapshot.notices);
  out.conflicts = std::move(snapshot.conflicts);
  out.ignored = std::move(snapshot.ignored);
  out.folders = std::move(snapshot.folders);
  out.tracked = std::move(snapshot.tracked);
  out.index = std::move(snapshot.index);
  return out;
}

}  // namespace hn::repo
