#pragma once

#include <span>
#include <string>
#include <vector>

#include "hn/object/tree.hpp"

// Which of the files that are gone stand again under another name, as git guesses it for people
// (gitdiffcore(7)). Merges do not rest on it.
namespace hn::merge {

struct NamedValue {
  std::string path;
  object::Value value;
};

struct Rename {
  std::size_t from = 0;  // places in the two lists
  std::size_t to = 0;
  std::uint32_t percent = 0;  // of the longer file that both have in common, rounded down
};

struct RenameOptions {
  std::uint32_t percent_min = 50;
  // Above so many pairs only equal files, and alike ones of the same name, are found.
  std::uint64_t pairs_max = 1'000'000;
};

// Both lists in the order of their paths. By `to`. Files of equal ids first; then files alike whose
// last name is the same and stands once on each side; then the most alike. Reads those files that
// are not found by id. A file that cannot be read is like no other.
std::vector<Rename> find_renames(const object::BlockReader& reader,
                                 std::span<const NamedValue> gone, std::span<const NamedValue> come,
                                 const RenameOptions& options = {});

}  // namespace hn::merge
