#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "hn/repo/config.hpp"
#include "hn/repo/resolve.hpp"

// Programs that show a conflict's versions and let people make one of them: git's merge tools under
// git's names, and what the user sets up as mergetool.NAME.cmd. Settings of somebody else's name no
// program to run, and nothing that a repository's history carries does.
namespace hn::cli {

struct MergeTool {
  std::string name;
  std::string command;     // a line for sh, with $BASE, $LOCAL, $REMOTE and $MERGED
  bool trusted = false;    // its exit status says whether the merge is done
  bool is_set_up = false;  // by the user, else one that hn knows
};

// Those that hn knows and those of the settings, by name.
std::vector<MergeTool> merge_tools(const repo::Settings& settings);

// The one of that name. Failure not_found.
MergeTool merge_tool(const repo::Settings& settings, const std::string& name);

// Whether the program of a tool that hn knows is there to be run.
bool is_installed(const MergeTool& tool);

// Runs it over one conflict, in the root of the working tree, and answers whether the file there is
// what it is to be; where it is not, it is as it was. Failure refused for what is no text of two
// sides in the working tree, not_found where the program cannot be started.
bool run_merge_tool(const Context& context, repo::Repository& repository, const MergeTool& tool,
                    const repo::OpenConflict& conflict);

}  // namespace hn::cli
