#pragma once

#include "command.hpp"

namespace hn::cli {

// Whether the command has an option of this spelling.
bool has_option(const Command& command, std::string_view name);

// The names of a flag for the parser, in which "--no-X" takes "--X" back, unless the command has
// that option too.
std::string names_both_ways(const Command& command, const Option& flag);

// By long names without dashes: whether of two options the one that was given later counts alone,
// as of --graph and --no-graph. Of --merges and --no-merges both count.
bool takes_back(std::string_view later, std::string_view earlier);

// Writes options as the parser knows them: "-5" is "--number=5", "-M90%" is "--find-renames=90%",
// "--color" alone "--color=always", "--mess" is "--message", and what changes nothing goes. One
// table, by which options the command has. Failure (usage) where a beginning is that of several
// options, and for an option that takes no value and is given one; -s goes where a later option
// overrules it.
void spell_out(const Command& command, std::vector<std::string>& words);

}  // namespace hn::cli
