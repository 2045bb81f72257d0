#include "hn/repo/merge.hpp"

#include <array>

#include "hn/merge/fold.hpp"
#include "hn/merge/scratch.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/store/history.hpp"
#include "repo/checkout_options.hpp"

namespace hn::repo {
namespace {

// What the working tree stands on: a branch that has not gone on without it.
object::Id own_side(Repository& repository, const WorktreeRecord& standing) {
  if (!standing.base)
    throw Failure(Code::refused, "there is no commit to merge into yet", "hn switch BRANCH");
  const Tip tip = tip_of(repository, standing.branch);
  if (tip.commit != standing.base)
    throw Failure(Code::refused, "the working tree is not where its branch stands",
                  "bring it there first: hn switch " + standing.branch.name);
  return *standing.base;
}

struct Sides {
  object::Id ours;
  object::Id theirs;
};

// The fold writes an auto-merge commit, which is not what is recorded here.
object::Id merged_tree(Repository& repository, store::Batch& batch, const Sides& sides,
                       Merged& merged) {
  merge::ScratchBlocks scratch(batch);
  const store::BlockHistory history(batch, &repository.history_index());
  const std::array<object::Id, 2> heads{sides.ours, sides.theirs};
  const std::array<std::uint32_t, 2> seniority{0, 1};
  auto folded = require(merge::fold(scratch, scratch, history, heads, seniority), "merging");
  merged.conflicts = std::move(folded.conflicts);
  merged.decisions = std::move(folded.decisions);
  scratch.copy_to(batch, folded.tree);
  return folded.tree;
}

object::Id write_merge(Repository& repository, store::Batch& batch, const Sides& sides,
                       const MergeRequest& request, Merged& merged) {
  object::Commit commit;
  commit.tree = merged_tree(repository, batch, sides, merged);
  commit.parents = {sides.ours, sides.theirs};
  commit.message = request.message;
  const Who author = who_commits(repository.world(), repository.settings(), Role::author);
  const Who committer = who_commits(repository.world(), repository.settings(), Role::committer);
  commit.author = {author.name, author.email, when_committed(repository.world(), Role::author)};
  commit.committer = {committer.name, committer.email,
                      when_committed(repository.world(), Role::committer)};
  return batch.write(object::Kind::commit,
                     require(object::encode_commit(commit), "writing the commit"), sides.ours);
}

bool is_above(Repository& repository, const object::Id& old, const object::Id& now) {
  return require(object::is_ancestor(repository.history(), old, now), "comparing commits");
}

}  // namespace

bool makes_commit(Repository& repository, const MergeRequest& request) {
  const auto standing = repository.worktree();
  if (!standing || !standing->base || request.never_commit ||
      is_above(repository, request.other, *standing->base))
    return false;
  return request.always_commit || !is_above(repository, *standing->base, request.other);
}

Merged merge_commit(Repository& repository, const MergeRequest& request) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const WorktreeRecord standing = require_worktree(repository);
  const Sides sides{own_side(repository, standing), request.other};
  Merged out;
  out.branch = shown_name(repository, standing.branch);
  out.commit = sides.ours;
  if (is_above(repository, sides.theirs, sides.ours)) {
    out.moved.done = true;
    return out;
  }
  const bool moves_on = is_above(repository, sides.ours, sides.theirs);
  if (!moves_on && request.never_commit)
    throw Failure(Code::refused, "the branch cannot just move on: it has commits of its own",
                  "hn merge without --ff-only makes a merge commit");
  if (!moves_on && !request.unrelated && merge_bases(repository, sides.ours, sides.theirs).empty())
    throw Failure(Code::refused, "the two have no ancestor in common",
                  "hn merge --allow-unrelated-histories merges them all the same");
  store::Batch batch = repository.store().begin();
  const bool commits = !moves_on || request.always_commit;
  out.kind = commits ? Merged::Kind::merged : Merged::Kind::moved_on;
  out.commit = commits ? write_merge(repository, batch, sides, request, out) : sides.theirs;

  const auto from = tree_of(batch, sides.ours);
  const auto to = tree_of(batch, out.commit);
  out.files = tree_changes(batch, from, to, {}).size();
  ConflictFiles conflicts(repository, batch);
  out.moved.obstacles =
      worktree::plan_checkout(checkout_options(repository, batch, from, to, conflicts)).obstacles;
  if (!out.moved.obstacles.empty()) return out;
  advance(repository, batch, standing.branch, out.commit, Own::contained);
  batch.add_operation(encode(OperationRecord{"merge", repository.world().clock.wall().seconds,
                                             standing.branch, sides.ours, out.commit, sides.ours}));
  batch.commit();
  out.moved = move_working_tree(repository, standing.branch, out.commit);
  return out;
}

}  // namespace hn::repo
