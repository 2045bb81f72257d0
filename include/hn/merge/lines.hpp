#pragma once

#include <string_view>
#include <vector>

#include "hn/base/bytes.hpp"

// Lines and texts as merging sees them (hn-merge(7), TEXTS AND LINES).
namespace hn::merge {

// A line with its terminator, a view into the text that it was cut from.
using Line = std::string_view;

// Cuts after each '\n' and nowhere else: a carriage return is an ordinary byte, the last line may
// lack its newline, and the lines joined are the text again. An empty text has no lines.
std::vector<Line> split_lines(ByteView text);

// A file longer than this is merged and compared as a whole. Source files above it are generated
// ones, and a merge holds all its terms in memory.
inline constexpr std::size_t kTextBytesMax = 8 * 1024 * 1024;

// How far a NUL byte is looked for, as far as git looks.
inline constexpr std::size_t kBinaryProbeBytes = 8000;

// Within the limit and without a NUL in the first kBinaryProbeBytes.
bool is_text(ByteView bytes) noexcept;

}  // namespace hn::merge
