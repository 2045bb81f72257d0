#pragma once

#include <map>

#include "command.hpp"
#include "hn/git/clone.hpp"
#include "hn/git/git_map.hpp"
#include "hn/git/import.hpp"
#include "hn/repo/repository.hpp"

// What of a git repository at a URL is new since it was imported from there last, and what git has
// to know of the rest to send no more than that.
namespace hn::cli {

struct News {
  std::string head;                // as Remote::head
  std::vector<std::string> names;  // references that moved, or are new
  std::vector<git::ImportedRef> unmoved;
  std::vector<repo::ImportRecord::Ref> stood;  // branches, as they were
};

// `patterns` as ImportOptions::refs.
News news_of(const repo::Repository& repository, const repo::ImportRecord& last, git::Remote remote,
             const std::vector<std::string>& patterns);

// Whether each pattern matches a reference.
bool has_all(const git::Remote& remote, const std::vector<std::string>& patterns);

// Commits that are here, by git's ids.
using Here = std::map<git::GitId, object::Id>;

// The last ones of the branches that stood. All came in with what was imported, and were checked
// then, or were made here and went out before.
Here last_commits(const repo::Repository& repository, const News& news,
                  const git::GitMap& made_here);

// A repository of these. What is given outlives the seed.
git::Seed seed_of(const Context& context, repo::Repository& repository, const News& news,
                  const Here& here, git::GitMap& made_here);

}  // namespace hn::cli
