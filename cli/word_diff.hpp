#pragma once

#include "hn/merge/unified.hpp"
#include "output.hpp"

// Differences word by word, as git diff --word-diff prints them.
namespace hn::cli {

enum class WordMode { lines, plain, colour, porcelain };

// A hunk behind its header. Words are what stands between blanks.
void print_words(const Context& context, const merge::UnifiedHunk& hunk, WordMode mode);

}  // namespace hn::cli
