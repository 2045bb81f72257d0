#pragma once

#include <string>
#include <vector>

#include "hn/merge/shown_diff.hpp"

// Differences as people and patch(1) read them: the unified format as git prints it.
namespace hn::merge {

// Says of lines whether a difference of nothing but such lines counts.
class IgnoredLines {
 public:
  virtual ~IgnoredLines() = default;
  virtual bool ignores(Line line) const = 0;
};

struct UnifiedOptions {
  std::uint32_t context = 3;  // equal lines shown round a difference
  bool headings = true;  // the last line before a hunk that begins a function, as git guesses it
  ShownOptions shown = {};
  bool functions = false;           // whole functions round a difference, as git guesses them
  std::uint32_t between = 0;        // further equal lines that are shown between two differences
  bool ignore_blank_lines = false;  // differences of nothing but blank lines do not count
  const IgnoredLines* ignored = nullptr;  // nor those of such lines; must outlive its use

  bool ignores_lines() const { return ignore_blank_lines || ignored != nullptr; }
};

// What git takes for the line that a function begins with when no driver says otherwise.
bool begins_function(Line line) noexcept;

struct UnifiedLine {
  char sign = ' ';  // ' ', '-' or '+'
  Line text;        // with its newline; the last line of a text may lack it
};

struct UnifiedHunk {
  std::uint32_t old_begin =
      0;  // as printed: counted from 1, the line before it where old_count is 0
  std::uint32_t old_count = 0;
  std::uint32_t new_begin = 0;
  std::uint32_t new_count = 0;
  std::string_view heading;  // at most 80 bytes, without its newline; may be empty
  std::vector<UnifiedLine> lines;
};

// Views into both texts, which must outlive the hunks. Lines that stand in both are the new text's.
std::vector<UnifiedHunk> unified_hunks(ByteView old_text, ByteView new_text,
                                       const UnifiedOptions& options = {});

// The differences that count of those that the hunks are made of.
std::vector<Difference> shown_differences(ByteView old_text, ByteView new_text,
                                          const UnifiedOptions& options = {});

// "@@ -1,3 +1,4 @@ heading" without the newline.
std::string header_of(const UnifiedHunk& hunk);

// The hunks as text, with "\ No newline at end of file" where a line lacks its newline. No file
// header: what stands above the first "@@" is the caller's. Empty if the texts are equal.
std::string unified_text(ByteView old_text, ByteView new_text, const UnifiedOptions& options = {});

}  // namespace hn::merge
