#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hn/base/bytes.hpp"

// What somebody who watches a working tree says of it, so that a scan need not look at all of it
// (hn-index(5), The rule of the watcher).
namespace hn::worktree {

// A moment, as the watcher counts them. Another instance knows nothing of what this one saw.
struct WatchToken {
  std::array<Byte, 16> instance{};  // random
  std::uint64_t count = 0;
  friend bool operator==(const WatchToken&, const WatchToken&) = default;
};

struct WatchAnswer {
  // All that is changed after the answer will be told to who asks with this.
  WatchToken now;
  // The paths that may have changed since the token that was asked with, each with all below it: by
  // path_less, each once. nullopt: any may have.
  std::optional<std::vector<std::string>> changed;
  friend bool operator==(const WatchAnswer&, const WatchAnswer&) = default;
};

}  // namespace hn::worktree
