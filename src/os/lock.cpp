#include "hn/os/lock.hpp"

namespace hn::os {

Lock Lock::wait(FileSystem& fs, const std::string& path) {
  auto file = fs.open(path, Access::create);
  file->lock();
  return Lock(std::move(file));
}

std::optional<Lock> Lock::try_now(FileSystem& fs, const std::string& path) {
  auto file = fs.open(path, Access::create);
  if (!file->try_lock()) return std::nullopt;
  return Lock(std::move(file));
}

}  // namespace hn::os
