#pragma once

#include "command.hpp"

namespace hn::cli {

// Whether the command has an option of this spelling.
bool has_option(const Command& command, std::string_view name);

// The names of a flag for the parser, in which "--no-X" takes "--X" back, unless the command has
// that option too.
std::string names_both_ways(const Command& command, const Option& flag);

// By the long name without its dashes: the option that is taken back by this one, and takes it back
// itself, if the command has it. Of --merges and --no-merges, and of --patch and --no-patch, both
// count.
std::string opposite_of(std::string_view key);

// Writes options as the parser knows them: "-5" is "--number=5", "-M90%" is "--find-renames=90%",
// "--color" alone "--color=always", "--mess" is "--message", and what changes nothing goes. One
// table, by which options the command has. Failure (usage) where a beginning is that of several
// options.
void spell_out(const Command& command, std::vector<std::string>& words);

}  // namespace hn::cli
