#pragma once

#include <functional>

#include "combined_patch.hpp"
#include "commit_format.hpp"
#include "diff_files.hpp"
#include "failure.hpp"
#include "graph.hpp"
#include "hn/repo/tree_changes.hpp"

// Commits, and what they changed, as hn log and hn show print them one after the other.
namespace hn::cli {

// The rows of the table that both share, and what was given of them.
std::vector<Option> format_option_rows();
// How merges are shown where they are not compared with their first parent.
enum class MergePatch { none, combined, dense };
std::vector<Option> merge_patch_rows();
CommitFormat commit_format(const Context& context, repo::Repository& repository,
                           const Given& given);

class CommitPrinter {
 public:
  struct Options {
    DiffOptions diff;
    worktree::Pathspec paths;
    bool first_parent = false;  // a merge is compared with its first parent
    MergePatch merges = MergePatch::none;
    // What the options of merge_patch_rows() say; else `usual`.
    void set_merges(const Given& given, MergePatch usual);
    bool always = true;      // also a commit without changes that could be shown
    Graph* graph = nullptr;  // is drawn beside; brought to the commit before it is printed
    std::string follow;      // the one file that is followed through its names
  };
  CommitPrinter(Context& context, repo::Repository& repository, CommitFormat format,
                Options options)
      : context_(context),
        repository_(repository),
        format_(std::move(format)),
        options_(std::move(options)),
        end_(options_.diff.nul ? '\0' : '\n') {}

  // Answers whether the commit was shown.
  bool print(const object::Id& id, const object::Commit& commit);
  // The exit status: 2 where --check found something.
  int status() const { return clean_ ? 0 : kExitCheck; }
  // The same without printing.
  bool shows(const object::Commit& commit) { return options_.always || !files_of(commit).empty(); }

 private:
  std::vector<FileDiff> files_of(const object::Commit& commit);
  std::vector<FileDiff> followed(const object::Commit& commit);
  void print_head(const object::Id& id, const object::Commit& commit);
  void print_beside_graph(const std::string& text);
  bool is_combined(const object::Commit& commit) const;
  void print_files(const std::vector<FileDiff>& files);
  void print_merge(const object::Commit& commit, const std::vector<FileDiff>& files,
                   const std::vector<CombinedFile>& combined);
  void print_body(const std::function<bool(const Context&)>& body);

  Context& context_;
  repo::Repository& repository_;
  CommitFormat format_;
  Options options_;
  char end_;  // between two commits
  bool printed_ = false;
  bool clean_ = true;  // what --check looked at
  bool ended_ = true;  // what was printed last ended with a newline of its own
};

// What a commit changed against its first parent.
std::vector<object::Change> changes_of(const repo::Repository& repository,
                                       const object::Commit& commit,
                                       const worktree::Pathspec& paths);

}  // namespace hn::cli
