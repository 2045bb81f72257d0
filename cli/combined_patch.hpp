#pragma once

#include "diff_files.hpp"
#include "hn/object/commit.hpp"
#include "hn/repo/repository.hpp"

// What a merge has that none of its parents has, as git's combined diff.
namespace hn::cli {

struct CombinedFile {
  std::string path;
  std::vector<std::optional<object::Value>> before;  // in each parent
  std::optional<object::Value> after;
};

// Of a commit with two parents or more: the files that differ from those of all of them.
std::vector<CombinedFile> combined_files(const repo::Repository& repository,
                                         const object::Commit& commit,
                                         const worktree::Pathspec& paths,
                                         const DiffOptions& options);

// `dense`: without what is as one of the parents has it.
void print_combined(const Context& context, const object::BlockReader& reader,
                    std::span<const CombinedFile> files, const DiffOptions& options, bool dense);

}  // namespace hn::cli
