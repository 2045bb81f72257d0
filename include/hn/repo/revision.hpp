#pragma once

#include <map>

#include "hn/object/tree.hpp"
#include "hn/repo/branches.hpp"

namespace hn::repo {

// A revision as people write it (hn-revisions(7); its grammar is in revision_text.hpp). Answers a
// commit; tags are followed. Failure: not_found, ambiguous, invalid.
object::Id resolve_commit(Repository& repository, std::string_view text);

// The same without following a tag: what the name or id itself stands for.
log::Target resolve(Repository& repository, std::string_view text);

// REV:PATH. Failure not_found where the path is not in that commit. `commit` is zero where the
// revision is a tree.
struct PathAt {
  object::Id commit;
  std::string path;
  object::Value value;
};
PathAt resolve_path(Repository& repository, std::string_view text);

// The commits that some lead to and others do not.
struct CommitSet {
  std::vector<object::Id> with;
  std::vector<object::Id> without;
  std::vector<object::Id> left;             // those of `with` that stand before the dots of A...B
  std::map<object::Id, std::string> names;  // by what each was named first
};
// Adds what a revision or a range (A..B, A...B, ^A, A^@, A^!, A^-) names.
void add_range(Repository& repository, std::string_view text, CommitSet& to);

// The best common ancestors of two commits.
std::vector<object::Id> merge_bases(const Repository& repository, const object::Id& a,
                                    const object::Id& b);

// What the working tree, the branches and the tags stand on; may hold one several times.
std::vector<object::Id> all_commits_named(Repository& repository);

}  // namespace hn::repo
