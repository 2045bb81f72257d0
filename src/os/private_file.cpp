#include "hn/os/private_file.hpp"

// The new bytes are written beside the file, under one fixed name that is locked, so that a crash
// leaves at most one such file and the next writer uses it again. The writer that waited for the
// lock may hold a file that was renamed away meanwhile; it sees that by the inode and starts over.
// Rejected: a random name for each attempt, which a crash would leave for ever.
namespace hn::os {
namespace {

std::unique_ptr<File> open_locked(FileSystem& fs, const std::string& path, Access access) {
  while (true) {
    auto file = fs.open(path, access);
    file->lock();
    const auto there = fs.stat(path);
    const FileStat mine = file->stat();
    if (there && there->inode == mine.inode && there->device == mine.device) return file;
  }
}

void replace(FileSystem& fs, const std::string& path, ByteView bytes, Access access) {
  const std::string beside = path + ".new";
  const auto file = open_locked(fs, beside, access);
  file->truncate(0);
  file->write_at(0, bytes);
  file->sync();
  fs.rename(beside, path);
  fs.sync_folder(parent_of(path));
}

}  // namespace

void make_folders(FileSystem& fs, const std::string& path) {
  if (path.empty() || path == "/" || path == "." || fs.stat(path)) return;
  make_folders(fs, parent_of(path));
  fs.make_folder(path);
  fs.sync_folder(parent_of(path));
}

void replace_file(FileSystem& fs, const std::string& path, ByteView bytes) {
  replace(fs, path, bytes, Access::create);
}

void write_private_file(FileSystem& fs, const std::string& path, ByteView bytes) {
  replace(fs, path, bytes, Access::create_private);
}

}  // namespace hn::os
