#pragma once

#include "hn/os/file_system.hpp"

namespace hn::os {

// A lock between processes: an empty file that one process at a time has locked. The file is never
// removed (removing a lock file lets two processes lock two files of one name).
class Lock {
 public:
  // Waits until the lock is free.
  static Lock wait(FileSystem& fs, const std::string& path);
  // nullopt if another holds it.
  static std::optional<Lock> try_now(FileSystem& fs, const std::string& path);

 private:
  explicit Lock(std::unique_ptr<File> file) : file_(std::move(file)) {}
  std::unique_ptr<File> file_;
};

}  // namespace hn::os
