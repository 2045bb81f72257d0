#include "hn/os/folder_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "hn/base/error.hpp"

namespace hn::os {
namespace {

[[noreturn]] void fail_watch(const std::string& folder) {
  throw Failure(Code::io, "watching " + folder + ": " + std::strerror(errno));
}

}  // namespace

FolderWatch::FolderWatch(const std::string& folder) : file_(inotify_init1(IN_CLOEXEC)) {
  if (file_ < 0) fail_watch(folder);
  constexpr std::uint32_t kEvents = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO;
  if (inotify_add_watch(file_, folder.c_str(), kEvents | IN_ONLYDIR) >= 0) return;
  close(file_);
  fail_watch(folder);
}

FolderWatch::~FolderWatch() {
  close(file_);
}

// One read takes what has gathered; what it says is of no interest.
void FolderWatch::wait() {
  alignas(inotify_event) std::array<char, 16 * 1024> events;
  ssize_t got = 0;
  do {
    got = read(file_, events.data(), events.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) fail_watch("a folder");
}

bool FolderWatch::wait(std::chrono::milliseconds at_most) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + at_most;
  pollfd changed{file_, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int ready =
        poll(&changed, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX)));
    if (ready < 0 && errno != EINTR) fail_watch("a folder");
    if (ready > 0) break;
    if (left <= 0) return false;
  }
  wait();
  return true;
}

}  // namespace hn::os
