#pragma once

#include <memory>

#include "hn/object/commit.hpp"
#include "hn/repo/branches.hpp"

// Taking up what an import brings: where branches and tags of git's stood at the last import, where
// they stand now, and what becomes of this store's own.
namespace hn::repo {

struct ImportedRef {
  bool tag = false;
  std::string name;
  log::Target target;
  object::GitId git;  // of the target
};

struct Import {
  // Where it comes from, the same text each time and without a password: what stood there at the
  // last import is compared with what stands there now.
  std::string source;
  std::vector<ImportedRef> refs;
  std::string default_branch;
};

// What was there at the last import from a source.
std::optional<ImportRecord> last_import(const Repository& repository, const std::string& source);

// What became of a branch or tag that moved in git since the last import, or is new.
struct Adopted {
  enum class How {
    created,
    moved,      // git went on, and so does the branch
    merged,     // git went on, and so did this repository: neither contains the other
    rewritten,  // what stood in git before is no ancestor of what stands there now; of a tag: moved
  };
  bool tag = false;
  std::string name;
  How how = How::created;
  std::optional<object::GitId> was;  // at the last import
  object::GitId is;
  // rewritten: whose publishes on the branch contain what git has taken out, by label. It stays in
  // the history. Own ones are those with commits made here on top of it.
  std::vector<std::string> still_contained_by;
};

// Adopts what an import brings, whose blocks are committed already; one transaction, durable on
// return. A branch or tag that stands in git where it stood at the last import from there is left
// as it is here, deleted or not. One that moved on becomes a draft: on the live branch of that name
// that this store follows, or on a new one. Where drafts of this device's own are not contained in
// git's commit, the draft is the fold of both. One that git has rewritten replaces what this device
// had from there: its draft moves, its publishes are rewritten by the next one. A branch or tag
// that is gone in git stays.
std::vector<Adopted> adopt_import(Repository& repository, const Import& import);

// Which commits and tags of git's were imported into this store, and as what. Only what this store
// imported itself counts: a peer's word for a git id is no proof of it. What the branches and tags
// were at the last imports is known at once; each question beyond that looks some hundred commits
// further back from there.
class ImportedIds {
 public:
  explicit ImportedIds(const Repository& repository);  // which outlives this
  ~ImportedIds();
  ImportedIds(const ImportedIds&) = delete;
  ImportedIds& operator=(const ImportedIds&) = delete;

  std::optional<object::Id> find(const object::GitId& git);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::repo
