#pragma once

#include "hn/merge/diff.hpp"

// The line diff that people see: the differences that git shows, line for line. Merges do not rest
// on it but on diff.hpp, so it may follow git.
namespace hn::merge {

enum class Whitespace {
  exact,
  ignore_return_at_end,  // the carriage return before a newline
  ignore_at_end,         // of a line
  ignore_changes,        // runs of it are alike, and at the end of a line it does not count
  ignore_all,
};

struct ShownOptions {
  Whitespace whitespace = Whitespace::exact;
  // A difference that could stand at several places goes where the indentation breaks least.
  bool indent_heuristic = true;
};

// Whether two lines are one for the differences.
bool is_same_line(Line a, Line b, Whitespace whitespace);

// All differences in order, with at least one equal line between two of them. Time and memory as
// git's: a search that becomes too dear is cut short, so the answer need not be the shortest.
std::vector<Difference> shown_diff(std::span<const Line> a, std::span<const Line> b,
                                   const ShownOptions& options = {});

}  // namespace hn::merge
