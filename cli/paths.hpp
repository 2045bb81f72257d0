#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hn/worktree/pathspec.hpp"
#include "output.hpp"

// The PATH arguments of a command that takes nothing else, and lists of paths as JSON.
namespace hn::cli {

// As they were typed, those behind "--" too.
std::vector<std::string> path_words(const Given& given);

// The words, or with --stdin the lines of standard input as they come, which may be quoted as git
// quotes; with --null what stands between NULs. Failure usage where both are given.
void for_each_path_word(const Given& given, const std::vector<std::string>& words,
                        const std::function<void(const std::string&)>& visit);

// Everything where none was given.
worktree::Pathspec pathspec_of(const Context& context, const repo::Repository& repository,
                               const std::vector<std::string>& words);

// The same, for a command that must not take silence for everything. Failure usage.
worktree::Pathspec required_pathspec(const Context& context, const repo::Repository& repository,
                                     const std::vector<std::string>& words);

// {"KEY": [{"path": ...} ...] ...}
Json paths_json(
    std::initializer_list<std::pair<std::string_view, const std::vector<std::string>&>> lists);

}  // namespace hn::cli
