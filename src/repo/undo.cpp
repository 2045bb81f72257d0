#include "hn/repo/undo.hpp"

#include <algorithm>

namespace hn::repo {
namespace {

// How far back the operation log is searched.
constexpr std::uint64_t kOperationsMax = 1000;

bool can_be_undone(const OperationRecord& operation) {
  return operation.what == "commit" || operation.what == "amend";
}

// An operation may have named a branch that was published since: the name leads to it.
LocalBranch branch_now(const Repository& repository, const LocalBranch& then) {
  if (then.id || repository.draft(false, then)) return then;
  return find_branch(repository, then.name).value_or(then);
}

}  // namespace

Undone undo(Repository& repository) {
  const auto lock = repository.store().lock();
  repository.refresh();
  const std::uint64_t last = repository.store().last_operation();
  std::vector<store::Operation> operations =
      repository.store().operations(last > kOperationsMax ? last - kOperationsMax : 0);
  for (auto at = operations.rbegin(); at != operations.rend(); ++at) {
    const OperationRecord operation =
        require(decode_operation_record(at->bytes), "reading the operation log");
    if (!can_be_undone(operation)) continue;
    const LocalBranch branch = branch_now(repository, operation.branch);
    const std::optional<Draft> draft = repository.draft(false, branch);
    const Tip tip = tip_of(repository, branch);
    const bool is_head = std::ranges::any_of(tip.heads, [&](const log::Head& head) {
      return head.device == repository.device() && head.commit == operation.after;
    });
    if (!is_head) continue;

    store::Batch batch = repository.store().begin();
    advance(repository, batch, branch, operation.before, Own::rewritten);
    const auto standing = repository.worktree();
    if (standing && standing->branch == branch && standing->base == operation.after) {
      batch.put(std::string(key::kWorktree), encode(WorktreeRecord{branch, operation.before}));
    }
    batch.add_operation(
        encode(OperationRecord{"undo", repository.world().clock.wall().seconds, branch,
                               operation.after, operation.before, operation.after}));
    batch.commit();
    return {operation.what, branch, operation.before};
  }
  throw Failure(Code::refused, "there is nothing to undo");
}

}  // namespace hn::repo
