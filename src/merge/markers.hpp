#pragma once

#include <span>
#include <string>

#include "hn/merge/conflicts.hpp"
#include "hn/merge/text_merge.hpp"

// Conflicts as text with markers (hn-merge(7), MARKERS).
namespace hn::merge {

inline constexpr std::uint32_t kMarkerLengthMin = 7;

// Whether a conflict of these terms can show as a text: every side a file, every base a file or
// nothing.
bool has_text_form(const Terms<PathValue>& terms);

// At least kMarkerLengthMin, and longer than any run in these texts that looks like a marker.
std::uint32_t marker_length_for(std::span<const ByteView> texts);

// The merge with its conflicts between markers. `labels` has one for each term.
struct Marked {
  Bytes text;
  struct Hunk {
    Pieces pieces;
    std::uint32_t begin = 0;  // lines of the text that stand for it
    std::uint32_t end = 0;
  };
  std::vector<Hunk> open;  // those that have no answer
};
Marked mark(const TextMerge& merge, std::span<const std::string> labels, std::uint32_t length,
            const MarkForm& form = {});

// Whether some line is a marker of this length.
bool has_markers(ByteView text, std::uint32_t length);

}  // namespace hn::merge
