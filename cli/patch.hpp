#pragma once

#include "diff_files.hpp"
#include "output.hpp"

// Differences between files as unified patches.
namespace hn::cli {

// One side of a file's difference: nothing, or a value with its bytes.
struct Side {
  std::optional<object::Value> value;
  std::optional<Bytes> bytes;  // none where there is no value, or the file is too long to show
  std::uint64_t length = 0;    // of the file, whether it is shown or not

  ByteView text() const { return bytes ? ByteView(*bytes) : ByteView(); }
  std::uint64_t size() const { return length; }
};

// The content of a value in the store.
Side side_of(const object::BlockReader& reader, const std::optional<object::Value>& value);

// "100644", as git writes modes.
std::string_view mode_text(object::Mode mode);

// Whether the side can be shown line by line; with `text` whatever is in it.
bool is_shown(const Side& side, bool text = false);

// For each file "diff --git a/PATH b/PATH" and the hunks, as git prints them but for the line
// "index", whose ids hn does not have. Prints nothing of a file in which only whitespace differs
// that does not count. One file for each thread is in memory, and the text of some hundred; where
// moved lines are looked for, all are.
void print_patch(const Context& context, const object::BlockReader& reader,
                 std::span<const FileDiff> files, const DiffOptions& options);

}  // namespace hn::cli
