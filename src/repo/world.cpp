#include "hn/repo/world.hpp"

#include "hn/os/clock.hpp"
#include "hn/os/entropy.hpp"

namespace hn::repo {

World process_world() {
  static os::SystemClock clock;
  static os::SystemRandom random;
  const os::Environment environment = os::process_environment();
  return {os::posix(),
          clock,
          random,
          environment,
          os::user_folders(environment),
          [](const std::string& folder) { return os::place_of(os::posix(), folder); }};
}

}  // namespace hn::repo
