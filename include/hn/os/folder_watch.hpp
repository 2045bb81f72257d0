#pragma once

#include <chrono>
#include <string>

namespace hn::os {

// Says when files in a folder are made, written, renamed or removed, by whatever process
// (inotify(7)). What happens from the constructor on is never missed. Throws Failure (io).
class FolderWatch {
 public:
  explicit FolderWatch(const std::string& folder);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Returns at once where something changed since the last call.
  void wait();
  // Likewise; false where nothing changed in so long.
  bool wait(std::chrono::milliseconds at_most);
  // Can be read (poll(2)) while wait() would return at once. Stays this object's.
  int descriptor() const noexcept { return file_; }

 private:
  int file_ = -1;
};

}  // namespace hn::os
