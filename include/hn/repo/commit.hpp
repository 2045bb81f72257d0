#pragma once

#include "hn/repo/branches.hpp"
#include "hn/worktree/scan.hpp"

namespace hn::repo {

// What a commit was going to be when somebody looked, perhaps long ago: an editor may have been
// open since.
struct Looked {
  WorktreeRecord standing;
  std::vector<std::string> paths;  // that differed
};

struct CommitRequest {
  std::string message;
  bool verbatim = false;                // the message is not cleaned
  std::optional<Looked> looked;         // else now
  std::optional<Who> author;            // else the settings say
  std::optional<WallTime> author_time;  // else now
  worktree::Pathspec meant;             // record this part alone
  bool allow_empty = false;
  bool allow_empty_message = false;
  bool allow_markers = false;
  bool amend = false;         // replaces the commit that the working tree stands on
  bool keep_message = false;  // amend: the old message
};

struct CommitDone {
  object::Id commit;
  std::string branch;  // shown name
  bool root = false;
  std::size_t files = 0;  // that differ from the first parent
  std::vector<worktree::Notice> notices;
  std::vector<std::string> conflicts;        // paths that are recorded as conflicts still
  std::vector<std::string> as_before;        // conflicts that ended as they did the last time
  std::vector<std::string> attribute_files;  // that were added or changed
  // Amend: heads of others still contain the replaced commit, so it stays in the history.
  std::vector<std::string> still_contained_by;
};

// Records the working tree (or some paths of it) as a commit on the branch that it stands on, and
// moves its base there. Durable on return, in the local operation log; published later. Throws
// Failure: no_author, conflict (marker lines left), refused (nothing to commit), busy (another
// commit was made since `looked`, and it is not one to stand on: they share a path).
CommitDone commit(Repository& repository, const CommitRequest& request);

// The same from a tree that is there already, for what has no working tree: writes the commit with
// these parents and makes it the branch's draft.
struct TreeCommit {
  LocalBranch branch;
  object::Id tree;
  std::vector<object::Id> parents;
  std::string message;
  object::Person author;
  object::Person committer;
  Own own = Own::contained;
  std::string what = "commit";  // in the operation log
};
object::Id commit_tree(Repository& repository, store::Batch batch, const TreeCommit& request);

// A message as git cleans it: trailing white space of lines and empty lines at both ends go, the
// last line gets its newline.
std::string cleaned_message(std::string_view text);

}  // namespace hn::repo
