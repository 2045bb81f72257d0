#pragma once

#include "hn/repo/repository.hpp"

// New files that the next commit is to record although hnignore(5) leaves them out.
namespace hn::repo {

// By worktree::path_less, each once.
std::vector<std::string> tracked_paths(const Repository& repository);

// Adds some, once others are `dropped`; paths of files, from the root. Durable on return.
void track(Repository& repository, const std::vector<std::string>& paths,
           const std::vector<std::string>& dropped = {});

// Part of the batch: those that were recorded or removed are no longer new.
void forget_tracked(const Repository& repository, store::Batch& batch,
                    const std::vector<std::string>& paths);

}  // namespace hn::repo
