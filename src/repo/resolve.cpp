#include "hn/repo/resolve.hpp"

#include <algorithm>

#include "hn/merge/conflicts.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/tracked.hpp"
#include "hn/worktree/files.hpp"
#include "repo/carry.hpp"

namespace hn::repo {
namespace {

using Term = std::optional<object::Value>;

std::string quoted(const std::string& path) {
  return "'" + path + "'";
}

// What is said of sides that a word does not tell apart.
[[noreturn]] void refuse_ambiguous(const OpenConflict& conflict, const std::string& what) {
  const std::size_t sides = conflict.terms.terms.size() / 2 + 1;
  throw Failure(Code::ambiguous,
                quoted(conflict.path) + " has " + std::to_string(sides) + " sides, and " + what +
                    " does not say which",
                "hn conflicts lists them; take one: hn resolve --side 1 to " +
                    std::to_string(sides) + ", or --all");
}

const Term& side_of(const OpenConflict& conflict, std::size_t number) {
  const std::vector<Term>& terms = conflict.terms.terms;
  const std::size_t sides = terms.size() / 2 + 1;
  if (number < 1 || number > sides) {
    throw Failure(Code::not_found, quoted(conflict.path) + " has no side " + std::to_string(number),
                  "its sides are 1 to " + std::to_string(sides) + ": hn conflicts");
  }
  return terms[2 * (number - 1)];
}

const Term& base_of(const OpenConflict& conflict) {
  const std::vector<Term>& terms = conflict.terms.terms;
  for (std::size_t i = 3; i < terms.size(); i += 2)
    if (terms[i] != terms[1]) refuse_ambiguous(conflict, "--base");
  return terms[1];
}

Term all_of(store::Batch& batch, const OpenConflict& conflict) {
  const auto made = require(merge::union_of(batch, conflict.terms), "reading " + conflict.path);
  if (!made) {
    throw Failure(Code::refused,
                  quoted(conflict.path) + " is no text, so it cannot have all sides at once",
                  "take one of them: --ours, --theirs, --base or --side N");
  }
  return object::Value::of(made->mode, object::write_file(batch, made->bytes));
}

Term taken(store::Batch& batch, const OpenConflict& conflict, const Choice& choice) {
  const bool many = conflict.terms.terms.size() > 3;
  switch (choice.kind) {
    case Choice::Kind::ours:
      if (many) refuse_ambiguous(conflict, "--ours");
      return side_of(conflict, 1);
    case Choice::Kind::theirs:
      if (many) refuse_ambiguous(conflict, "--theirs");
      return side_of(conflict, 2);
    case Choice::Kind::base:
      return base_of(conflict);
    case Choice::Kind::side:
      return side_of(conflict, choice.side);
    case Choice::Kind::all:
      return all_of(batch, conflict);
  }
  HN_ASSERT(false);
}

void require_in_conflict(const worktree::Pathspec& meant, const std::vector<OpenConflict>& found) {
  std::vector<bool> matched(meant.words());
  if (matched.empty()) return;
  for (const OpenConflict& conflict : found) meant.note_matches(conflict.path, matched);
  const auto missed = std::ranges::find(matched, false);
  if (missed == matched.end()) return;
  throw Failure(Code::not_found,
                quoted(meant.word(static_cast<std::size_t>(missed - matched.begin()))) +
                    " is not in conflict",
                "nothing was touched; hn conflicts lists what is");
}

std::vector<OpenConflict> found_in(const Repository& repository, const worktree::Snapshot& snapshot,
                                   const worktree::Pathspec& meant) {
  std::vector<OpenConflict> out;
  for (const worktree::IndexRow& row : snapshot.index.rows) {
    if (!row.base || row.base->mode != object::Mode::conflict || !meant.matches(row.path)) continue;
    OpenConflict conflict;
    conflict.path = row.path;
    conflict.terms = require(object::read_conflict(repository.store(), row.base->id()),
                             "reading the conflict at " + row.path);
    const auto change = std::ranges::find(snapshot.changes, row.path, &worktree::Change::path);
    const bool half = std::ranges::any_of(snapshot.notices, [&](const worktree::Notice& notice) {
      return notice.path == row.path && notice.kind == worktree::Notice::Kind::half_resolved;
    });
    conflict.edited = change != snapshot.changes.end() || half;
    conflict.as_before = change != snapshot.changes.end() && change->as_written;
    conflict.ended = change != snapshot.changes.end() && !change->markers_left;
    out.push_back(std::move(conflict));
  }
  require_in_conflict(meant, out);
  return out;
}

// A conflict whose files stand beside its own name has nothing there that a checkout would take
// away; what another choice wrote there is.
void remove_chosen_before(const Repository& repository,
                          const std::vector<worktree::Change>& changes) {
  const worktree::Files files(repository.layout().root);
  for (const worktree::Change& change : changes)
    if (!change.now) files.remove(change.path);
}

// What is in a folder that was chosen is to be recorded, ignored or not: it is recorded where it
// comes from.
void track_folders(Repository& repository, const std::vector<worktree::Change>& changes) {
  std::vector<std::string> paths;
  for (const worktree::Change& change : changes) {
    if (!change.now || change.now->mode != object::Mode::folder) continue;
    require(object::walk_paths(repository.store(), change.now->id(),
                               [&](const std::string& path, const object::Value&) {
                                 paths.push_back(change.path + "/" + path);
                                 return true;
                               }),
            "reading the folder " + change.path);
  }
  if (!paths.empty()) track(repository, paths);
}

}  // namespace

Term chosen_value(store::Batch& batch, const OpenConflict& conflict, const Choice& choice) {
  if (conflict.terms.terms.empty()) {
    throw Failure(Code::refused, quoted(conflict.path) + " has more sides than a conflict keeps",
                  "write what it should be there, and commit");
  }
  Term out = taken(batch, conflict, choice);
  if (out && out->mode == object::Mode::submodule) {
    throw Failure(Code::refused,
                  "what was chosen of " + quoted(conflict.path) +
                      " is a submodule, which a working tree does not hold",
                  "take another side; nothing was touched");
  }
  return out;
}

std::vector<OpenConflict> open_conflicts(Repository& repository, const worktree::Pathspec& meant) {
  const WorktreeRecord standing = require_worktree(repository);
  ConflictFiles conflicts(repository, repository.store());
  return found_in(repository, scanned(repository, standing, conflicts), meant);
}

Resolved resolve(Repository& repository, const ResolveRequest& request) {
  auto lock = std::optional(repository.store().lock());
  repository.refresh();
  const WorktreeRecord standing = require_worktree(repository);
  ConflictFiles conflicts(repository, repository.store());
  worktree::Snapshot snapshot = scanned(repository, standing, conflicts);
  store::Batch batch = repository.store().begin();  // never committed
  CarryTo target;
  target.lose_changes = true;
  target.only_list = request.only_list;
  Resolved out;
  for (const OpenConflict& conflict : found_in(repository, snapshot, request.meant)) {
    if (conflict.edited && request.meant.everything()) {
      if (!conflict.ended) out.edited.push_back(conflict.path);
      continue;
    }
    const object::Value was = *snapshot.index.find(conflict.path)->base;
    const Term now = chosen_value(batch, conflict, request.choice);
    target.changes.push_back({conflict.path, was, now, false});
    target.restore.push_back(conflict.path);
    target.lose_at.push_back(conflict.path);
    out.paths.push_back(conflict.path);
  }
  out.moved = carry(repository, batch, standing, conflicts, std::move(snapshot), target).moved;
  if (out.moved.done && !target.only_list) remove_chosen_before(repository, target.changes);
  lock.reset();
  if (out.moved.done && !target.only_list) track_folders(repository, target.changes);
  return out;
}

}  // namespace hn::repo
