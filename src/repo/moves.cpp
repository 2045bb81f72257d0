#include "hn/repo/moves.hpp"

#include <algorithm>
#include <array>

namespace hn::repo {
namespace {

std::vector<OperationRecord> newest_first(const Repository& repository) {
  const std::uint64_t last = repository.store().last_operation();
  std::vector<OperationRecord> out;
  for (const store::Operation& operation :
       repository.store().operations(last > kMovesMax ? last - kMovesMax : 0)) {
    out.push_back(require(decode_operation_record(operation.bytes), "reading the operation log"));
  }
  std::ranges::reverse(out);
  return out;
}

// An operation may have named a branch that was published since.
bool is_same(const LocalBranch& then, const LocalBranch& now) {
  return then.id && now.id ? then.id == now.id : then.name == now.name;
}

}  // namespace

std::vector<Move> moves_of(const Repository& repository, const LocalBranch& branch) {
  std::vector<Move> out;
  for (const OperationRecord& operation : newest_first(repository)) {
    if (operation.what == "switch" || !is_same(operation.branch, branch)) continue;
    if (operation.before != operation.after)
      out.push_back({operation.when, operation.before, operation.after});
  }
  return out;
}

std::vector<Move> moves_of_working_tree(const Repository& repository) {
  constexpr std::array<std::string_view, 5> kMoving{"commit", "amend", "merge", "undo", "switch"};
  std::vector<Move> out;
  for (const OperationRecord& operation : newest_first(repository)) {
    if (std::ranges::find(kMoving, operation.what) == kMoving.end()) continue;
    if (operation.base_before != operation.after)
      out.push_back({operation.when, operation.base_before, operation.after});
  }
  return out;
}

std::optional<LocalBranch> switched_from(const Repository& repository, std::uint64_t n) {
  for (const OperationRecord& operation : newest_first(repository)) {
    if (operation.what == "switch" && --n == 0) return operation.branch;
  }
  return std::nullopt;
}

void note_switch(Repository& repository, const WorktreeRecord& left) {
  const auto standing = repository.worktree();
  store::Batch batch = repository.store().begin();
  batch.add_operation(
      encode(OperationRecord{"switch", repository.world().clock.wall().seconds, left.branch,
                             std::nullopt, standing ? standing->base : std::nullopt, left.base}));
  batch.commit();
}

}  // namespace hn::repo
