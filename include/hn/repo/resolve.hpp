#pragma once

#include "hn/object/conflict.hpp"
#include "hn/repo/restore.hpp"

// Conflicts of the working tree ended by a choice among their sides (hn-resolve(1)). Nothing is
// recorded: the working tree gets what was chosen, and the next commit has it.
namespace hn::repo {

struct Choice {
  enum class Kind {
    ours,    // the first side
    theirs,  // the last one
    base,    // what they have in common
    side,    // the one of this number, counted from 1
    all,     // of a text the lines of all sides (hn-merge(7), POLICIES, union)
  };
  Kind kind = Kind::ours;
  std::size_t side = 0;
};

struct ResolveRequest {
  worktree::Pathspec meant;
  Choice choice;
  bool only_list = false;  // touch nothing
};

struct Resolved {
  Moved moved;
  std::vector<std::string> paths;   // that got what was chosen; by path_less
  std::vector<std::string> edited;  // passed over: somebody has worked on them already
};

// Where words name paths, edits of these are lost, as asked for; where everything is meant, what
// was edited is left alone. Failure not_found where a word matches no conflict, ambiguous where a
// conflict has more sides or bases than the choice tells apart, refused where it cannot be written
// here; then nothing is touched.
Resolved resolve(Repository& repository, const ResolveRequest& request);

// One conflict of the commit that the working tree stands on.
struct OpenConflict {
  std::string path;
  object::Conflict terms;
  bool edited = false;     // the working tree has no longer what was written out for it
  bool ended = false;      // and the next commit would end it
  bool as_before = false;  // as it was resolved here before (hn/repo/answers.hpp)
};

// By path_less. Failure as above.
std::vector<OpenConflict> open_conflicts(Repository& repository, const worktree::Pathspec& meant);

// What stands at the path once a choice is taken: a value, or nothing. Writes what is new to
// `batch`.
std::optional<object::Value> chosen_value(store::Batch& batch, const OpenConflict& conflict,
                                          const Choice& choice);

}  // namespace hn::repo
