#pragma once

#include <functional>
#include <string>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/os/env.hpp"
#include "hn/os/file_system.hpp"
#include "hn/os/machine.hpp"

namespace hn::repo {

// What an operation takes from the machine it runs on, so that tests can pass in another one. The
// references outlive whatever is made with them.
struct World {
  os::FileSystem& fs;
  Clock& clock;
  Random& random;
  os::Environment environment;
  os::UserFolders folders;
  std::function<os::Place(const std::string& folder)> place_of;
};

// The machine that this process runs on.
World process_world();

}  // namespace hn::repo
