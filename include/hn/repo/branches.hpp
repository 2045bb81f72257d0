#pragma once

#include "hn/log/heads.hpp"
#include "hn/repo/repository.hpp"

// Branches and tags as this store sees them: what the log says, and this device's drafts on top.
namespace hn::repo {

// Where a branch stands.
struct Tip {
  std::optional<object::Id> commit;  // none before the first commit
  bool auto_merge = false;           // several heads were folded
  bool incomplete = false;           // blocks are missing: the last complete fold, if there was one
  std::optional<object::Id> absent;  // one of them
  std::vector<log::Head> heads;      // in log order; a draft's publish id is zero
  std::vector<log::Head> beyond;     // heads over the limit of one device
  std::vector<std::string> conflicts;  // paths
};

enum class Drafts { included, left_out };

// Folds the heads of a branch, or remembers the fold. Writes the auto-merge's blocks to the store
// where it is new (one small transaction).
Tip tip_of(Repository& repository, const LocalBranch& branch, Drafts drafts = Drafts::included);

struct BranchLine {
  LocalBranch branch;
  std::string shown;      // "fix", or "fix@anna" where two live branches have one name
  bool followed = false;  // what the bare name means
  bool draft = false;     // something of it is not published
};

// Live branches and drafts of new ones, by shown name.
std::vector<BranchLine> branches(const Repository& repository);

// By shown name, or by a bare name: the one that this store follows, the only live one, or a draft.
// Failure (ambiguous) where several are live and none is followed.
std::optional<LocalBranch> find_branch(const Repository& repository, std::string_view name);

// The branch's shown name.
std::string shown_name(const Repository& repository, const LocalBranch& branch);

struct TagLine {
  std::string shown;  // "v1", or "v1@anna" where live publishes differ
  std::string name;
  log::Target target;
  bool draft = false;
};
std::vector<TagLine> tags(const Repository& repository);  // by shown name

// The label of a device, or the beginning of its key where nobody named it.
std::string label_of(const log::View& view, const log::Device& device);

// A batch in which the branch's draft is now this commit. `rewrites`: also name this device's live
// publishes on the branch that the commit does not contain (amend, undo), so that they do not come
// back as heads.
enum class Own { contained, rewritten };
void advance(Repository& repository, store::Batch& batch, const LocalBranch& branch,
             const std::optional<object::Id>& commit, Own own);

// A new branch, as a draft, at a commit. Failure (exists, invalid).
void create_branch(Repository& repository, std::string_view name, const object::Id& at);

// Whether deleting the branch leaves commits that neither another live branch or draft nor the
// working tree's position leads to.
bool holds_commits_alone(Repository& repository, const LocalBranch& branch);

// Deletes a branch: a draft at once, a published one by a draft that rewrites all its live
// publishes. Failure (refused) unless all are this device's own or it has admin.
void delete_branch(Repository& repository, const LocalBranch& branch);

}  // namespace hn::repo
