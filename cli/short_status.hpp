#pragma once

#include "command.hpp"
#include "hn/repo/status.hpp"
#include "hn/worktree/pathspec.hpp"

// The state of a working tree in the lines of git-status(1), which scripts and prompts read.
namespace hn::cli {

struct StatusOptions {
  enum class Form { text, brief, porcelain_1, porcelain_2 };
  enum class Untracked { none, folders, files };
  enum class Ignored { none, folders, named };
  Form form = Form::text;
  bool branch = false;
  bool nul = false;  // lines end with NUL, and paths are not quoted
  Untracked untracked = Untracked::folders;
  Ignored ignored = Ignored::none;
  worktree::Pathspec meant;
  // Recorded files that cannot be read count as modified, as in git, though a commit takes them as
  // unchanged.
  bool unread = false;
  // What the next commit takes: told in the first column, as git tells what is staged.
  std::optional<worktree::Pathspec> recorded = {};
  std::string folder;  // that paths are shown from, "" for the root
};

// A path with git's two letters.
struct StatusLine {
  std::string path;                          // a folder ends with a slash
  std::string_view letters;                  // " M", "UU", "??" ...
  const worktree::Change* change = nullptr;  // of one that differs from its commit, where known
};

// What is meant of a status: what differs, by path; then what is untracked, then what is ignored.
// A folder in which nothing is recorded stands for all in it, as the options say.
std::vector<StatusLine> status_lines(const repo::Status& status, const StatusOptions& options);

// Forms brief and porcelain.
void print_lines(const Context& context, const repo::Repository& repository,
                 const repo::Status& status, const StatusOptions& options);

// From `folder`, "../" for each step up; "./" for the folder itself.
std::string path_from(std::string_view folder, std::string_view path);

}  // namespace hn::cli
