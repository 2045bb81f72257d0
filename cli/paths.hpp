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

// What the environment says of all pathspecs. Failure (usage) for what excludes each other.
worktree::PathspecRules pathspec_rules(const Context& context);

// Everything where none was given.
worktree::Pathspec pathspec_of(
    const Context& context, const repo::Repository& repository,
    const std::vector<std::string>& words,
    worktree::Pathspec::Rest rest = worktree::Pathspec::Rest::everywhere);

// The same, for a command that must not take silence for everything. Failure usage.
worktree::Pathspec required_pathspec(
    const Context& context, const repo::Repository& repository,
    const std::vector<std::string>& words,
    worktree::Pathspec::Rest rest = worktree::Pathspec::Rest::everywhere);

// What a command did to paths, a line each; so many that nobody would read them are one line with
// their number, unless --verbose or --dry-run asks for them.
struct DoneTo {
  std::string_view done;   // "restored"
  std::string_view thing;  // "file"
  const std::vector<std::string>& paths;
};
inline constexpr std::size_t kListedMax = 20;
void list_done(const Context& context, const Given& given, const DoneTo& what,
               const std::function<std::string(const std::string& path)>& line);

// {"KEY": [{"path": ...} ...] ...}
Json paths_json(
    std::initializer_list<std::pair<std::string_view, const std::vector<std::string>&>> lists);

}  // namespace hn::cli
