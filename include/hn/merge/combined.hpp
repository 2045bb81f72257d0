#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hn/merge/shown_diff.hpp"

// What stands in a text and in none of those, or not in all of those, that it was merged from, as
// git shows it: with a column for each of them.
namespace hn::merge {

// So many texts at most.
inline constexpr std::size_t kCombinedMax = 60;

struct CombinedLine {
  std::string signs;  // for each text ' ', '-' where it had the line, '+' where it had not
  Line text;          // without its newline
};

struct CombinedHunk {
  struct Range {
    std::uint32_t begin = 0;  // as printed
    std::uint32_t count = 0;
  };
  std::vector<Range> old;  // of each text
  Range now;               // of the result
  std::string_view heading;
  std::vector<CombinedLine> lines;
};

struct CombinedOptions {
  std::uint32_t context = 3;
  // Leaves out what the result has as one of the texts has it.
  bool dense = true;
  ShownOptions shown = {};
};

// Views into the texts, of which there are two to kCombinedMax. After git's combined diff format
// (gitformat-diff, "combined diff format"); lines that are lost at one place are put together by
// their longest common subsequence.
std::vector<CombinedHunk> combined_hunks(std::span<const ByteView> texts, ByteView result,
                                         const CombinedOptions& options = {});

}  // namespace hn::merge
