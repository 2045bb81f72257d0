#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hn/merge/lines.hpp"

// -L of hn blame and hn log: which lines of a file.
namespace hn::cli {

struct LineRange {
  std::uint32_t first;  // counted from 0
  std::uint32_t end;
};

// ":NAME": from the line on that begins a function, as git guesses it, and matches the basic
// regular expression NAME, up to the next one; it is looked for from `from` on, with a ^ in front
// from the file's beginning. Else "3,5", "3,+2", "9,-2", "5", ",5", and for each number
// "/PATTERN/", a basic regular expression: the next line that matches, at or behind `from`, and for
// the end behind the first line; "^/.../" from the file's beginning. Failure usage for what is no
// range, invalid where there is no such line.
LineRange line_range(const std::string& text, const std::vector<merge::Line>& lines,
                     std::uint32_t from);

// "RANGE:PATH" as its two parts. Failure usage where it is not of this form.
std::pair<std::string, std::string> range_and_path(const std::string& word);

}  // namespace hn::cli
