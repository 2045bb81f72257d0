#pragma once

#include <string>
#include <vector>

#include "hn/worktree/scan.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {

// A longer file is no list of patterns.
inline constexpr std::uint64_t kIgnoreFileBytesMax = 16u << 20;

inline constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);

// A file or symlink that stat does not vouch for, or that is not in the base tree.
struct Candidate {
  std::string path;
  std::size_t row = kNoRow;  // its place in the index
  Entry seen;
};

// What a walk saw, compared with the rows of the index by stat alone.
struct Walked {
  std::vector<Candidate> candidates;
  std::vector<std::size_t> gone;  // rows whose file is not there
  std::vector<Notice> notices;
  std::vector<std::string> ignored;
  std::vector<SeenFolder> folders;
  std::vector<std::size_t> known;    // places of index.folders that hold still; in any order
  std::vector<IndexFolder> learned;  // what holds of others
  // For each row whether stat says what stands there, or a watcher vouches for it. Empty without a
  // watcher.
  std::vector<std::uint8_t> as_in_row;
  // A name that is new here belongs to a file that has other names: one of those may stand in this
  // tree, be vouched for, and have been written by way of this one.
  bool other_names = false;
  std::uint64_t files_seen = 0;
  std::uint64_t files_vouched = 0;
  std::uint64_t folders_listed = 0;
};

// Folder by folder, level by level, the folders of a level on several threads: each has its own
// range of rows and its own results, so nothing is shared but the index, which is only read. No
// recursion, whatever the depth.
Walked walk(const Root& root, const ScanOptions& options);

// Whether a path has a reserved name on its way.
bool has_reserved_name(std::string_view path) noexcept;

}  // namespace hn::worktree
