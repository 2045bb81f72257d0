#pragma once

#include "commit_format.hpp"
#include "diff_files.hpp"
#include "hn/repo/tree_changes.hpp"

// Commits, and what they changed, as hn log and hn show print them one after the other.
namespace hn::cli {

// The rows of the table that both share, and what was given of them.
std::vector<Option> format_option_rows();
CommitFormat commit_format(const Context& context, repo::Repository& repository,
                           const Given& given);

class CommitPrinter {
 public:
  struct Options {
    DiffOptions diff;
    worktree::Pathspec paths;
    bool first_parent = false;  // a merge is compared with its first parent
    bool always = true;         // also a commit without changes that could be shown
  };
  CommitPrinter(Context& context, repo::Repository& repository, CommitFormat format,
                Options options)
      : context_(context),
        repository_(repository),
        format_(std::move(format)),
        options_(std::move(options)) {}

  void print(const object::Id& id, const object::Commit& commit);

 private:
  void print_head(const object::Id& id, const object::Commit& commit);

  Context& context_;
  repo::Repository& repository_;
  CommitFormat format_;
  Options options_;
  bool printed_ = false;
};

// What a commit changed against its first parent.
std::vector<object::Change> changes_of(const repo::Repository& repository,
                                       const object::Commit& commit,
                                       const worktree::Pathspec& paths);

}  // namespace hn::cli
