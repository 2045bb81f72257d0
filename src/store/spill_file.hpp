#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/opened.hpp"

namespace hn::store {

// A pack that is written while other processes work, under a name of its own and locked as long as
// its writer lives, which tells it from what a crash left. Removed with this object, unless it has
// become a pack.
class SpillFile {
 public:
  explicit SpillFile(Opened& opened);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  os::File& file() noexcept { return *file_; }
  const os::File& file() const noexcept { return *file_; }
  // With the lock held: makes the pack `number` of its first `bytes` bytes, durable with its index
  // and its name. `write` writes the index into a new file.
  void become_pack(std::uint64_t number, const std::function<void(os::File&)>& write);

 private:
  Opened& opened_;
  std::unique_ptr<os::File> file_;
  std::string path_;
};

// An empty file that has no name: it is gone with its last user, however that ends. From any
// thread.
std::unique_ptr<os::File> open_scratch(os::FileSystem& fs, const std::string& store_folder);

}  // namespace hn::store
