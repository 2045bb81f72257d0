#pragma once

#include "command.hpp"

// Names that users give to command lines: settings alias.NAME. They come from the user's own files,
// and from .hn/config where that is the user's own; nothing that is tracked makes one. A verb of
// hn's is never hidden.
namespace hn::cli {

// The settings that may name programs to run: without the repository's where its file belongs to
// somebody else.
repo::Settings own_settings(const Context& context);

std::optional<std::string> alias_of(const repo::Settings& settings, const std::string& name);
// All of them: name and what it stands for, by name.
std::vector<std::pair<std::string, std::string>> aliases_of(const repo::Settings& settings);

// The words of an alias, cut as git cuts them: at blanks, but for what is quoted. Failure usage
// where a quote is not closed.
std::vector<std::string> alias_words(const std::string& name, const std::string& text);

// Runs the command of an alias that begins with '!' by the shell, with the words behind it, in the
// repository's root (HN_PREFIX names the folder that it was called in). Answers its exit status.
int run_shell_alias(const Context& context, const std::string& name, const std::string& command,
                    const std::vector<std::string>& words);

}  // namespace hn::cli
