#pragma once

#include <unordered_set>

#include "hn/repo/repository.hpp"
#include "hn/worktree/pathspec.hpp"

namespace hn::cli {

// The commits of either side that changed the files that are meant as one of the other side did:
// the same lines with the same lines round them, wherever they stand and whatever blanks are in
// them. Merges are left out. Only where two commits changed the same files their files are read.
std::unordered_set<object::Id> same_patches(const repo::Repository& repository,
                                            const std::vector<object::Id>& left,
                                            const std::vector<object::Id>& right,
                                            const worktree::Pathspec& meant);

}  // namespace hn::cli
