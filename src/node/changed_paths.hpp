#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hn/node/tree_changes.hpp"
#include "hn/worktree/watched.hpp"

namespace hn::node {

// Which paths of a working tree have changed, and since which token. Bounded; without I/O.
class ChangedPaths {
 public:
  using Instance = decltype(worktree::WatchToken::instance);
  explicit ChangedPaths(const Instance& instance) : instance_(instance) {}

  // "" is everything.
  void add(std::string_view path);
  // More than it holds: it knows nothing any more, and gives no token. Another one takes its place.
  bool full() const noexcept { return full_; }

  // What was added since the token was given; everything where this instance has not given it.
  // Each time another token, of this moment. Not of one that is full.
  worktree::WatchAnswer answer(const std::optional<worktree::WatchToken>& token);

 private:
  bool has_given(const worktree::WatchToken& token) const;

  Instance instance_;
  std::uint64_t next_ = 1;  // what the next token counts
  // By path, what the first token behind its last change counts.
  std::map<std::string, std::uint64_t, std::less<>> paths_;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace hn::node
