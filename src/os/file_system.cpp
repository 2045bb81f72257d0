#include "hn/os/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "hn/base/error.hpp"

// The posix file system. Files are opened with O_CLOEXEC, so that neither a lock nor a descriptor
// lives on in a program that a command starts. fdatasync is enough for File::sync: it carries the
// size of a file, only its times are left out. Every call that a signal may interrupt is repeated.
namespace hn::os {
namespace {

[[noreturn]] void fail_with(int error, std::string_view call, const std::string& path) {
  Code code = Code::io;
  if (error == ENOSPC || error == EDQUOT) code = Code::no_space;
  if (error == ENOENT || error == ENOTDIR) code = Code::not_found;
  if (error == EEXIST) code = Code::exists;
  throw Failure(
      code, path + ": " + std::generic_category().message(error) + " (" + std::string(call) + ")");
}

template <class Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

FileStat stat_from(const struct stat& s) {
  return {S_ISDIR(s.st_mode), static_cast<std::uint64_t>(s.st_size),
          static_cast<std::uint64_t>(s.st_dev), static_cast<std::uint64_t>(s.st_ino)};
}

class PosixMapping final : public Mapping {
 public:
  PosixMapping(void* start, std::size_t size) : start_(start), size_(size) { count_looks(size); }
  ~PosixMapping() override {
    if (size_ != 0) ::munmap(start_, size_);
  }
  PosixMapping(const PosixMapping&) = delete;
  PosixMapping& operator=(const PosixMapping&) = delete;
  ByteView bytes() const noexcept override { return {static_cast<const Byte*>(start_), size_}; }

 private:
  void give_back() const noexcept override {
    if (size_ != 0) ::madvise(start_, size_, MADV_DONTNEED);
  }

  void* start_;
  std::size_t size_;
};

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  std::size_t read_at(std::uint64_t offset, std::span<Byte> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const auto n = retry(
          [&] { return ::pread(fd_, out.data() + done, out.size() - done, off(offset + done)); });
      if (n < 0) fail_with(errno, "pread", path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  void write_at(std::uint64_t offset, ByteView bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto n = retry([&] {
        return ::pwrite(fd_, bytes.data() + done, bytes.size() - done, off(offset + done));
      });
      if (n < 0) fail_with(errno, "pwrite", path_);
      done += static_cast<std::size_t>(n);
    }
  }

  void truncate(std::uint64_t size) override {
    if (retry([&] { return ::ftruncate(fd_, off(size)); }) < 0)
      fail_with(errno, "ftruncate", path_);
  }

  // Never repeated after a failure: the kernel has dropped the dirty pages by then, and a second
  // call would answer that all is well.
  void sync() override {
    if (::fdatasync(fd_) < 0) fail_with(errno, "fdatasync", path_);
  }

  FileStat stat() const override {
    struct stat s {};
    if (::fstat(fd_, &s) < 0) fail_with(errno, "fstat", path_);
    return stat_from(s);
  }

  std::unique_ptr<Mapping> map(std::uint64_t size) const override {
    if (size == 0) return std::make_unique<PosixMapping>(nullptr, 0);
    if (stat().size < size) fail_with(EIO, "mmap beyond the end", path_);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd_, 0);
    if (start == MAP_FAILED) fail_with(errno, "mmap", path_);
    return std::make_unique<PosixMapping>(start, size);
  }

  bool try_lock() override {
    if (retry([&] { return ::flock(fd_, LOCK_EX | LOCK_NB); }) == 0) return true;
    if (errno != EWOULDBLOCK) fail_with(errno, "flock", path_);
    return false;
  }

  void lock() override {
    if (retry([&] { return ::flock(fd_, LOCK_EX); }) < 0) fail_with(errno, "flock", path_);
  }

 private:
  static off_t off(std::uint64_t offset) { return static_cast<off_t>(offset); }
  int fd_;
  std::string path_;
};

int flags_of(Access access) {
  switch (access) {
    case Access::read:
      return O_RDONLY;
    case Access::update:
      return O_RDWR;
    case Access::create_new:
      return O_RDWR | O_CREAT | O_EXCL;
    case Access::create:
    case Access::create_private:
      break;
  }
  return O_RDWR | O_CREAT;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class PosixFileSystem final : public FileSystem {
 public:
  std::unique_ptr<File> open(const std::string& path, Access access) override {
    const mode_t mode = access == Access::create_private ? 0600 : 0666;
    const int fd = retry([&] { return ::open(path.c_str(), flags_of(access) | O_CLOEXEC, mode); });
    if (fd < 0) fail_with(errno, "open", path);
    return std::make_unique<PosixFile>(fd, path);
  }

  void sync_folder(const std::string& path) override {
    const int fd = retry([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) fail_with(errno, "open", path);
    const PosixFile folder(fd, path);
    if (::fsync(fd) < 0) fail_with(errno, "fsync", path);
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) < 0) fail_with(errno, "rename", from);
  }

  void remove(const std::string& path) override {
    if (std::remove(path.c_str()) < 0) fail_with(errno, "remove", path);
  }

  std::vector<std::string> list(const std::string& path) override {
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (!folder) fail_with(errno, "opendir", path);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) fail_with(errno, "readdir", path);
    std::sort(names.begin(), names.end());
    return names;
  }

  void make_folder(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return;
    const int error = errno;
    const auto there = error == EEXIST ? stat(path) : std::nullopt;
    if (!there || !there->folder) fail_with(error, "mkdir", path);
  }

  std::optional<FileStat> stat(const std::string& path) override {
    struct stat s {};
    if (::stat(path.c_str(), &s) == 0) return stat_from(s);
    if (errno != ENOENT && errno != ENOTDIR) fail_with(errno, "stat", path);
    return std::nullopt;
  }
};

}  // namespace

FileSystem& posix() {
  static PosixFileSystem fs;
  return fs;
}

Bytes read_file(FileSystem& fs, const std::string& path) {
  const auto file = fs.open(path, Access::read);
  Bytes bytes(file->stat().size);
  bytes.resize(file->read_at(0, bytes));
  return bytes;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace hn::os
