#pragma once

#include <functional>
#include <string>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/os/env.hpp"
#include "hn/os/file_system.hpp"
#include "hn/os/machine.hpp"
#include "hn/worktree/watched.hpp"

namespace hn::repo {

// Asks who watches the working tree at `root` what may have changed there since `token`; nullopt
// where nobody does, or not in time.
using AskWatcher = std::function<std::optional<worktree::WatchAnswer>(
    const std::string& root, const std::optional<worktree::WatchToken>& token)>;

// What an operation takes from the machine it runs on, so that tests can pass in another one. The
// references outlive whatever is made with them.
struct World {
  os::FileSystem& fs;
  Clock& clock;
  Random& random;
  os::Environment environment;
  os::UserFolders folders;
  std::function<os::Place(const std::string& folder)> place_of;
  AskWatcher ask_watcher = {};  // asked where status.watch is set
};

// The machine that this process runs on.
World process_world();

}  // namespace hn::repo
