#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/worktree/ignore.hpp"

// Single files of a working tree, for commands that move or remove them.
namespace hn::worktree {

// Paths are relative to the root. No call follows a symlink below the root: where one stands on the
// way to a path, or a name on it is a spelling of .git or .hn, the call does nothing and says so.
// Throws Failure (io) where the disk fails, with the path.
class Files {
 public:
  explicit Files(const std::string& root);
  ~Files();
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  enum class Kind { absent, file, symlink, folder, other };
  Kind look(std::string_view path) const;
  // Whether a symlink stands where a path needs a folder.
  bool is_beyond_symlink(std::string_view path) const;

  // The bytes of an ordinary file; nothing where something else stands there, or more than
  // `bytes_max`, or it cannot be read.
  std::optional<Bytes> read(std::string_view path, std::size_t bytes_max) const;

  // What a commit would take: the bytes of a file, or where a symlink leads. Any thread.
  struct Content {
    enum class State { read, absent, special, unreadable, too_long };
    State state = State::absent;
    Bytes bytes;
    bool is_link = false;
  };
  Content content(std::string_view path, std::size_t bytes_max) const;

  // A file, symlink or empty folder. False where nothing was removed.
  bool remove(std::string_view path) const;

  enum class Renamed { done, absent, exists, refused };
  // A file, symlink or folder; folders are not made on the way. Never replaces a folder, and a file
  // only with `replace`.
  Renamed rename(std::string_view from, std::string_view to, bool replace) const;

  // The pattern that decides whether a path is ignored, found as a scan would. A slash at its end
  // makes the path that of a folder, whether it is there or not. `outer` as in Ignore.
  std::optional<IgnoreRule> rule_of(std::string_view path, const std::vector<Patterns>& outer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::worktree
