#pragma once

#include "command.hpp"

namespace hn::cli {

// Whether the command has an option of this spelling.
bool has_option(const Command& command, std::string_view name);

// Writes options as the parser knows them: "-5" is "--number=5", "-M90%" is "--find-renames=90%",
// "--color" alone "--color=always". One table, by which options the command has. An option that
// takes no value and is given one is Failure usage; -s goes where a later option overrules it.
void spell_out(const Command& command, std::vector<std::string>& words);

}  // namespace hn::cli
