#include "hn/os/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
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

}  // namespace hn::os
