#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "hn/merge/shown_diff.hpp"

// The lines of a patch that were moved, as git diff --color-moved finds them.
namespace hn::cli {

enum class MovedMode : std::uint8_t { no, plain, blocks, zebra, dimmed };

struct MovedOptions {
  MovedMode mode = MovedMode::no;
  merge::Whitespace whitespace = merge::Whitespace::exact;
  // Blocks whose indentation changed by as much in every line.
  bool indentation = false;

  static std::vector<Option> option_rows();
  // Failure (usage) for words that are no way to look for moved lines.
  static MovedOptions from(const Given& given);
};

// A line of a patch. What is neither added nor removed ends a block.
struct PatchLine {
  char sign = ' ';
  std::string_view text;  // without its newline
  bool moved = false;
  bool alternate = false;  // the other colour of moved lines
  bool dim = false;        // neither of its neighbours belongs to another block
};

// Marks the lines of a whole patch.
void mark_moved(std::span<PatchLine> lines, const MovedOptions& options);

}  // namespace hn::cli
