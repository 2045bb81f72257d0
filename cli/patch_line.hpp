#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "hn/merge/unified.hpp"
#include "moved_lines.hpp"
#include "output.hpp"

// The lines of a patch, with git's colours.
namespace hn::cli {

// Of the new text the first of the blank lines that it ends with, counted from 1, where these are
// more than the old text ended with.
std::optional<std::uint64_t> first_blank_line_at_end(ByteView old_text, ByteView new_text);

// Prints the lines of one file. Of what is added, blanks at the end of a line, blanks before a tab
// in the indentation, and lines of blanks at the end of the file are marked as errors.
class LinePrinter {
 public:
  LinePrinter(std::ostream& out, const Paint& paint, ByteView old_text, ByteView new_text);

  // Behind the header of a hunk.
  void begin(const merge::UnifiedHunk& hunk);
  void print(const PatchLine& line);
  // Behind the last line of a hunk: what was printed is there only now.
  void end();

 private:
  void print_added(const PatchLine& line);
  bool is_blank_at_end(std::string_view text) const;

  std::ostream& out_;
  const Paint& paint_;
  std::string plain_;  // lines without colours, which go out together
  // Counted from 1; 0 where the new text ends with no more lines of blanks than the old one.
  std::uint64_t old_blank_ = 0;
  std::uint64_t new_blank_ = 0;
  std::uint64_t old_line_ = 0;
  std::uint64_t new_line_ = 0;
};

}  // namespace hn::cli
