#pragma once

#include "hn/repo/branches.hpp"

// Where branches and the working tree stood before, by the operation log of this store: what a
// command here changed. What peers brought is no operation of this store.
namespace hn::repo {

struct Move {
  std::int64_t when = 0;
  std::optional<object::Id> from;
  std::optional<object::Id> to;
};

// How far back the operation log is read.
inline constexpr std::uint64_t kMovesMax = 100000;

// The newest first.
std::vector<Move> moves_of(const Repository& repository, const LocalBranch& branch);
std::vector<Move> moves_of_working_tree(const Repository& repository);

// The branch that the working tree stood on before the last `n` switches; nullopt where there were
// fewer.
std::optional<LocalBranch> switched_from(const Repository& repository, std::uint64_t n);

// Takes note that the working tree left a branch and the commit it stood on.
void note_switch(Repository& repository, const WorktreeRecord& left);

}  // namespace hn::repo
