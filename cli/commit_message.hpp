#pragma once

#include "command.hpp"

// The message of a commit that is written in an editor, by git's rules.
namespace hn::cli {

enum class Cleanup {
  strip,       // comment lines go, then as whitespace
  whitespace,  // blanks at the ends of lines and empty lines at both ends go
  verbatim,
  scissors,  // what stands below the line of scissors goes, then as whitespace
};

// By --cleanup; nullopt for "default". Failure usage for another word.
std::optional<Cleanup> cleanup_of(const Given& given);
// Lines that begin with `comment` are comments.
std::string cleaned(std::string_view text, Cleanup cleanup, char comment);

// By core.commentChar; of "auto" one that no line of `text` begins with. Failure invalid where it
// is no single character.
char comment_char(const repo::Settings& settings, std::string_view text);
// With it and a blank in front of each line.
std::string commented(std::string_view text, char comment);

// What stands above the line of scissors.
std::string_view above_scissors(std::string_view text, char comment);
// Above what is shown and is no part of the message.
std::string scissors(char comment);

// By HN_EDITOR, then core.editor, VISUAL, EDITOR and vi where somebody sits at a terminal; nullopt
// where nobody can be asked.
std::optional<std::string> editor_command(const Context& context);

// Writes the text to `file` (absolute), runs the editor on it and answers what stands there then.
// Failure refused where the editor fails.
std::string edited(const Context& context, const std::string& editor, const std::string& file,
                   std::string_view text);

// A file of hn's own, made anew.
void write_text(const Context& context, const std::string& file, std::string_view text);

}  // namespace hn::cli
