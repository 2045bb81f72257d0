#include "hn/repo/commit.hpp"

#include <algorithm>
#include <future>

#include "hn/merge/attributes.hpp"
#include "hn/repo/answers.hpp"
#include "hn/repo/tracked.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/store/history.hpp"
#include "hn/worktree/name.hpp"

namespace hn::repo {
namespace {

object::Person person(const Who& who, const WallTime& time) {
  return {who.name, who.email, time};
}

object::Id write_commit(store::Batch& batch, const object::Commit& commit) {
  const Bytes bytes = require(object::encode_commit(commit), "writing the commit");
  const std::optional<object::Id> base =
      commit.parents.empty() ? std::nullopt : std::optional(commit.parents.front());
  return batch.write(object::Kind::commit, bytes, base);
}

void put_operation(Repository& repository, store::Batch& batch, const std::string& what,
                   const LocalBranch& branch, const std::optional<object::Id>& before,
                   const std::optional<object::Id>& after,
                   const std::optional<object::Id>& base_before) {
  batch.add_operation(encode(OperationRecord{what, repository.world().clock.wall().seconds, branch,
                                             before, after, base_before}));
}

// The commit that is to be replaced, as far as it can be.
object::Commit replaceable(const Repository& repository, const WorktreeRecord& standing) {
  if (!standing.base) throw Failure(Code::refused, "there is no commit to amend yet");
  object::Commit old =
      require(object::read_commit(repository.store(), *standing.base), "reading the commit");
  if (old.auto_merge) {
    throw Failure(Code::refused, "the working tree stands on an auto-merge, which nobody wrote",
                  "commit on top of it instead: hn commit");
  }
  return old;
}

object::Commit described(const Repository& repository, const CommitRequest& request,
                         const WorktreeRecord& standing) {
  object::Commit commit;
  if (request.amend) {
    commit = replaceable(repository, standing);
    commit.git.reset();
    commit.raw.reset();
    // What was signed, or said of the bytes, does not hold for another commit.
    std::erase_if(commit.headers, [](const object::Header& h) { return h.key != "encoding"; });
    if (!request.keep_message) commit.headers.clear();
  } else {
    if (standing.base) commit.parents = {*standing.base};
    commit.author = person(
        request.author ? *request.author
                       : who_commits(repository.world(), repository.settings(), Role::author),
        when_committed(repository.world(), Role::author));
  }
  if (request.author) {
    commit.author.name = request.author->name;
    commit.author.email = request.author->email;
  }
  if (request.author_time) commit.author.time = *request.author_time;
  commit.committer = person(who_commits(repository.world(), repository.settings(), Role::committer),
                            when_committed(repository.world(), Role::committer));
  if (!request.keep_message)
    commit.message = request.verbatim ? request.message : cleaned_message(request.message);
  return commit;
}

// The files .hnattributes that come with a commit.
std::vector<std::string> attribute_files(const worktree::Snapshot& snapshot,
                                         const worktree::Pathspec& meant) {
  std::vector<std::string> out;
  for (const worktree::Change& change : snapshot.changes) {
    const bool named = worktree::name_of_path(change.path) == merge::kAttributesName;
    if (named && change.now && change.now->is_file() && meant.matches(change.path))
      out.push_back(change.path);
  }
  return out;
}

void refuse_markers(const worktree::Snapshot& snapshot, const worktree::Pathspec& meant) {
  for (const worktree::Change& change : snapshot.changes) {
    if (!change.markers_left || !meant.matches(change.path)) continue;
    throw Failure(Code::conflict, change.path + " has lines of conflict markers left in it",
                  "finish the edit, or record it as it is: hn commit --allow-markers");
  }
}

// Who records everything would record secrets that the rules keep out; who names paths means them.
void refuse_unread(const worktree::Snapshot& snapshot, const worktree::Pathspec& meant) {
  for (const worktree::Notice& notice : snapshot.notices) {
    if (notice.kind != worktree::Notice::Kind::rules_unread) continue;
    const std::string folder(worktree::folder_of(notice.path));
    const bool touched = std::ranges::any_of(snapshot.changes, [&](const worktree::Change& change) {
      return change.added() && meant.matches(change.path) &&
             (folder.empty() || worktree::is_below(change.path, folder));
    });
    if (touched || meant.everything())
      throw Failure(Code::io, notice.path + " cannot be read, so that what it ignores is not known",
                    "make it readable, or move it away; nothing was recorded");
  }
  if (meant.everything()) return;
  const auto left = unread(snapshot.notices, snapshot.index, meant);
  if (left.empty()) return;
  const bool deep = left.front().kind == worktree::Notice::Kind::too_deep;
  throw Failure(Code::io,
                left.front().path + (deep ? " is too deep to be recorded" : " cannot be read"),
                "mend that, or leave it out; nothing was recorded");
}

std::vector<std::string> recorded_of(const worktree::Snapshot& snapshot,
                                     const worktree::Pathspec& meant) {
  std::vector<std::string> out;
  for (const worktree::Change& change : snapshot.changes)
    if (change.added() && meant.matches(change.path)) out.push_back(change.path);
  return out;
}

// A branch may have been published meanwhile: the name leads to it.
bool is_same(const LocalBranch& then, const LocalBranch& now) {
  return then.id && now.id ? then.id == now.id : then.name == now.name;
}

// Another commit was made here since somebody looked. This one becomes its child where both speak
// of other paths; else neither who wrote this message nor anybody else has seen what it would
// record.
void require_apart(Repository& repository, const WorktreeRecord& standing,
                   const CommitRequest& request, const worktree::Snapshot& snapshot) {
  if (!request.looked) return;
  const auto refuse = [](const std::string& why) {
    throw Failure(Code::busy, "the working tree has moved on meanwhile: " + why,
                  "look at hn status, and commit again");
  };
  if (!is_same(request.looked->standing.branch, standing.branch)) refuse("it is on another branch");
  if (request.looked->standing.base == standing.base) return;
  if (request.amend) refuse("what was to be amended is not the last commit");
  const std::optional<object::Id>& old = request.looked->standing.base;
  // A collection may have dropped what was taken back: what is gone is below nothing that is left.
  if (old && (!standing.base || !repository.store().has(*old) ||
              !require(object::is_ancestor(repository.history(), *old, *standing.base),
                       "comparing commits")))
    refuse("what it stood on was taken back");
  std::vector<std::string> own = request.looked->paths;
  for (const worktree::Change& change : snapshot.changes) own.push_back(change.path);
  std::erase_if(own, [&](const std::string& path) { return !request.meant.matches(path); });
  std::ranges::sort(own);
  visit_tree_changes(repository.store(), tree_of(repository.store(), old),
                     tree_of(repository.store(), standing.base), request.meant,
                     [&](const object::Change& change) {
                       if (std::ranges::binary_search(own, change.name))
                         refuse("another commit has " + change.name + " too");
                       return true;
                     });
}

std::vector<std::string> others_that_contain(Repository& repository, const LocalBranch& branch,
                                             const object::Id& replaced) {
  std::vector<std::string> out;
  if (!branch.id) return out;
  for (const log::LivePublish& publish : repository.view().live_on(*branch.id)) {
    if (publish.device == repository.device() || !publish.target) continue;
    const auto contained = object::is_ancestor(repository.history(), replaced, publish.target->id);
    if (contained && *contained) out.push_back(label_of(repository.view(), publish.device));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::string cleaned_message(std::string_view text) {
  std::string out;
  std::size_t blank = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t last = line.find_last_not_of(" \t\r\v\f");
    line = last == std::string_view::npos ? std::string_view() : line.substr(0, last + 1);
    if (line.empty()) {
      ++blank;
      continue;
    }
    if (!out.empty() && blank > 0) out += '\n';
    blank = 0;
    out += line;
    out += '\n';
  }
  return out;
}

object::Id commit_tree(Repository& repository, store::Batch batch, const TreeCommit& request) {
  object::Commit commit;
  commit.tree = request.tree;
  commit.parents = request.parents;
  commit.message = request.message;
  commit.author = request.author;
  commit.committer = request.committer;
  const object::Id id = write_commit(batch, commit);
  const Tip before = tip_of(repository, request.branch);
  advance(repository, batch, request.branch, id, request.own);
  put_operation(repository, batch, request.what, request.branch, before.commit, id, std::nullopt);
  batch.commit();
  return id;
}

CommitDone commit(Repository& repository, const CommitRequest& request) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const WorktreeRecord standing = require_worktree(repository);
  object::Commit made = described(repository, request, standing);
  if (made.message.empty() && !request.allow_empty_message)
    throw Failure(Code::refused, "the message is empty", "say what changed: hn commit -m MESSAGE");

  store::Batch batch = repository.store().begin();
  ConflictFiles conflicts(repository, repository.store());
  worktree::Snapshot snapshot =
      worktree::scan(scan_options(repository, batch, standing.base, conflicts, &batch));
  require_apart(repository, standing, request, snapshot);
  refuse_unread(snapshot, request.meant);
  require_matches(request.meant, snapshot, true, Code::refused);
  if (!request.allow_markers) refuse_markers(snapshot, request.meant);

  CommitDone done;
  done.files = static_cast<std::size_t>(std::ranges::count_if(
      snapshot.changes,
      [&](const worktree::Change& change) { return request.meant.matches(change.path); }));
  if (done.files == 0 && !request.allow_empty && !request.amend) {
    if (const auto left = unread(snapshot.notices, snapshot.index, {}); !left.empty())
      throw Failure(Code::refused,
                    "nothing to commit: nothing that can be read differs from the last commit",
                    "hn status names what cannot, such as " + left.front().path);
    throw Failure(Code::refused, "nothing to commit: nothing differs from the last commit",
                  "hn status says what differs; --allow-empty commits all the same");
  }
  for (const worktree::Change& change : snapshot.changes) {
    const bool ends = change.base && change.base->mode == object::Mode::conflict && change.now;
    if (!ends || !request.meant.matches(change.path)) continue;
    if (change.as_written) {
      done.as_before.push_back(change.path);
    } else if (!change.markers_left) {
      remember_answers(repository, batch, change.path, change.base->id(), *change.now);
    }
  }
  made.tree = worktree::record(snapshot, batch, batch, request.meant);
  forget_tracked(repository, batch, recorded_of(snapshot, request.meant));
  if (request.amend) {
    const auto parent = made.parents.empty() ? std::nullopt : std::optional(made.parents.front());
    done.files = tree_changes(batch, tree_of(batch, parent), made.tree, {}).size();
  }
  done.attribute_files = attribute_files(snapshot, request.meant);
  done.commit = write_commit(batch, made);
  done.root = made.parents.empty();
  if (request.amend)
    done.still_contained_by = others_that_contain(repository, standing.branch, *standing.base);

  advance(repository, batch, standing.branch, done.commit,
          request.amend ? Own::rewritten : Own::contained);
  batch.put(std::string(key::kWorktree), encode(WorktreeRecord{standing.branch, done.commit}));
  put_operation(repository, batch, request.amend ? "amend" : "commit", standing.branch,
                standing.base, done.commit, standing.base);
  auto update = std::async([&] { return worktree::make_update(snapshot.index); });
  batch.commit();
  // The index follows: without it the next scan reads a little more and finds the same.
  worktree::save_index(snapshot.index, update.get(), repository.layout().index());
  worktree::remove_leftovers(repository.layout().root, snapshot);
  done.branch = shown_name(repository, standing.branch);
  done.notices = std::move(snapshot.notices);
  done.conflicts = std::move(snapshot.conflicts);
  return done;
}

}  // namespace hn::repo
