#pragma once

#include "hn/merge/conflicts.hpp"
#include "hn/repo/branches.hpp"
#include "hn/worktree/checkout.hpp"
#include "hn/worktree/scan.hpp"

// What every operation on the working tree shares: the options of scan and checkout for this
// repository, and how conflicts look in files.
namespace hn::repo {

// Conflicts as merge shows them (hn-merge(7), CONFLICTS IN A WORKING TREE).
class ConflictFiles final : public worktree::ConflictForm {
 public:
  // Whatever the settings are, and was made of it before.
  explicit ConflictFiles(const object::BlockReader& reader) : reader_(reader) {}
  // As the working tree of this repository has them: in the style of merge.conflictStyle, with
  // hunks that were resolved here before as they were resolved (hn/repo/answers.hpp).
  ConflictFiles(const Repository& repository, const object::BlockReader& reader)
      : reader_(reader), repository_(&repository) {}
  std::vector<File> files(const std::string& path, const object::Id& conflict) override;
  Verdict judge(const std::string& path, const object::Id& conflict, ByteView bytes) override;

 private:
  merge::MarkForm form(const std::string& path) const;

  const object::BlockReader& reader_;
  const Repository* repository_ = nullptr;
};

// What the working tree stands on. Failure refused where there is none: everything in the folder
// would be taken for new.
WorktreeRecord require_worktree(const Repository& repository);

// The tree of a commit; none for none.
std::optional<object::Id> tree_of(const object::BlockReader& reader,
                                  const std::optional<object::Id>& commit);

// The patterns that stand in no folder, weakest first: the user's own, in the file of
// core.excludesFile, then .hn/info/exclude.
std::vector<worktree::Patterns> excludes(const Repository& repository);

// Options for a scan against the tree of `base`. `writer`: contents are written there; null: only
// compared. `conflicts` outlives the options.
worktree::ScanOptions scan_options(const Repository& repository, const object::BlockReader& reader,
                                   const std::optional<object::Id>& base,
                                   worktree::ConflictForm& conflicts, object::BlockWriter* writer);

// The notices of what may differ unseen of what is meant: a recorded path, or what can't be looked
// into, was not read.
std::vector<worktree::Notice> unread(const std::vector<worktree::Notice>& notices,
                                     const worktree::Index& index, const worktree::Pathspec& meant);

// Failure `otherwise` that names the first word of `meant` that matches nothing in the base of a
// scan and nothing that is tracked; nor, with `untracked`, anything new. As in git, for some verbs
// the answer is just no.
void require_matches(const worktree::Pathspec& meant, const worktree::Snapshot& snapshot,
                     bool untracked, Code otherwise);

struct Moved {
  bool done = false;  // else obstacles say why, and nothing was touched
  std::vector<worktree::Obstacle> obstacles;
  std::vector<worktree::Refusal> refusals;
  std::uint64_t written = 0;
  std::uint64_t removed = 0;
};

// Moves the working tree, and its record, from its base to a commit on a branch. Uncommitted
// changes on paths that do not differ stay; where they overlap nothing is touched, unless
// `overwrite`. The record follows the files: an interrupted move is completed by the next one.
Moved move_working_tree(Repository& repository, const LocalBranch& branch,
                        const std::optional<object::Id>& to, bool overwrite = false);

// Takes note that the files which are here are those of a commit, edited or not.
void stand_on(Repository& repository, const LocalBranch& branch, const object::Id& commit);

// Brings the working tree to where its branch stands now; does nothing where it is there.
Moved update_working_tree(Repository& repository);

}  // namespace hn::repo
