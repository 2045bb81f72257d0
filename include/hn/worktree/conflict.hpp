#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hn/object/tree.hpp"

namespace hn::worktree {

// How conflicts look in a working tree is merge's business; the working tree asks through this.
// Both give the same answer for the same arguments on every call; they are called
// from one thread.
class ConflictForm {
 public:
  virtual ~ConflictForm() = default;

  // A file that stands for a conflict: markers in the file of its own name, or NAME~side beside it.
  struct File {
    std::string name;                        // in the folder of the conflict
    object::Mode mode = object::Mode::file;  // file, executable or symlink
    std::optional<object::Id> file;          // content that is in the store, else:
    Bytes bytes;
    bool resolves = false;  // as it stands it ends the conflict
  };
  virtual std::vector<File> files(const std::string& path, const object::Id& conflict) = 0;

  enum class Verdict {
    resolved,
    markers_left,
    unchanged,  // it is what the conflict could have been written as
  };
  // What to make of the file at `path`, which no longer equals what was written. Not asked where
  // the file is longer than kJudgedBytesMax: that is resolved.
  virtual Verdict judge(const std::string& path, const object::Id& conflict, ByteView bytes) = 0;
};

// No text that is merged line by line is longer.
inline constexpr std::uint64_t kJudgedBytesMax = 64u << 20;

}  // namespace hn::worktree
