#pragma once

#include "command.hpp"
#include "hn/worktree/pathspec.hpp"

// The words of a command that takes revisions, then paths.
namespace hn::cli {

struct Words {
  std::vector<std::string> revisions;
  std::vector<std::string> path_words;  // as typed
  worktree::Pathspec paths;
};

// "REV:./PATH" and "REV:../PATH" as "REV:" with the path from the root; another word as it is.
std::string from_root(const Context& context, const repo::Repository& repository,
                      const std::string& word);

// Behind "--" all are paths. Without it the first word that is no revision begins them: it has to
// name a file, or a glob. Failure usage for a word that is both, and for one that is neither.
Words split_words(const Context& context, repo::Repository& repository, const Given& given,
                  std::string_view argument);

}  // namespace hn::cli
