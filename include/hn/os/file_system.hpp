#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hn/base/bytes.hpp"

// Files as the store needs them: the smallest set that tests can replace by a file system in memory
// that loses what was not synced. Every call throws hn::Failure: no_space for a full disk or quota,
// not_found where the path is not there, exists for create_new, io for all else; the context holds
// the path and the system's words.
namespace hn::os {

struct FileStat {
  bool folder = false;
  std::uint64_t size = 0;
  std::uint64_t device = 0;  // together with inode: which file this is, whatever it is called
  std::uint64_t inode = 0;
};

enum class Access {
  read,            // must exist; no writing
  update,          // must exist; reading and writing
  create,          // update, made empty if it is not there
  create_new,      // made here, exists otherwise
  create_private,  // create, and nobody but the owner may read it (mode 0600)
};

// Read-only bytes of a file at the time of the mapping. The file may grow, be renamed or removed
// meanwhile; it must not be cut below the mapped length.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual ByteView bytes() const noexcept = 0;

  // For each part that is looked at of a file that may be longer than memory should grow. Where as
  // much was brought in as is to be kept, the memory of all its pages is given back; they come from
  // the file again. Any thread.
  void note_look(std::size_t at, std::size_t length = 1) const noexcept {
    if (!counts_looks() || length == 0) return;
    for (std::size_t i = at / kWindow; i <= (at + length - 1) / kWindow; ++i) note_window(i);
  }
  // Else who looks need not say where.
  bool counts_looks() const noexcept { return windows_ != nullptr; }

 protected:
  // Of so many bytes.
  void count_looks(std::size_t size) {
    if (size > kBytesKept) windows_ = std::make_unique<Windows>(size / kWindow / 64 + 1);
  }

 private:
  // What the system brings along with a page, aligned to that: fault_around_bytes of Linux.
  static constexpr std::size_t kWindow = std::size_t{64} << 10;
  static constexpr std::size_t kBytesKept = std::size_t{64} << 20;
  using Windows = std::vector<std::atomic<std::uint64_t>>;

  void note_window(std::size_t window) const noexcept {
    if (window / 64 >= windows_->size()) return;  // beyond its end
    std::atomic<std::uint64_t>& word = (*windows_)[window / 64];
    const std::uint64_t bit = std::uint64_t{1} << (window % 64);
    if ((word.load(std::memory_order_relaxed) & bit) != 0) return;
    if ((word.fetch_or(bit, std::memory_order_relaxed) & bit) != 0) return;
    if (brought_in_.fetch_add(1, std::memory_order_relaxed) + 1 < kBytesKept / kWindow) return;
    brought_in_ = 0;
    for (auto& w : *windows_) w.store(0, std::memory_order_relaxed);
    give_back();
  }
  virtual void give_back() const noexcept {}

  std::unique_ptr<Windows> windows_;  // a bit for each that was looked at since; null: all may stay
  mutable std::atomic<std::size_t> brought_in_ = 0;
};

// One open file; closed (and its lock released) by the destructor. read_at and map may be called
// from several threads at once.
class File {
 public:
  virtual ~File() = default;

  // Fills `out` from `offset` on; returns how many bytes there were, fewer only at the file's end.
  virtual std::size_t read_at(std::uint64_t offset, std::span<Byte> out) const = 0;
  // All bytes or a Failure, after which any part of them may be there.
  virtual void write_at(std::uint64_t offset, ByteView bytes) = 0;
  virtual void truncate(std::uint64_t size) = 0;
  // Contents and size survive a power cut once this returns. The name does not:
  // FileSystem::sync_folder.
  virtual void sync() = 0;
  virtual FileStat stat() const = 0;
  // The first `size` bytes, which must be there.
  virtual std::unique_ptr<Mapping> map(std::uint64_t size) const = 0;

  // The kernel's advisory lock on the whole file, exclusive, released with this object or the
  // process. Two File objects exclude each other within one process too.
  virtual bool try_lock() = 0;
  virtual void lock() = 0;  // waits
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual std::unique_ptr<File> open(const std::string& path, Access access) = 0;
  // Names made, renamed or removed in the folder survive a power cut once this returns.
  virtual void sync_folder(const std::string& path) = 0;
  virtual void rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual void remove(const std::string& path) = 0;                    // a file or an empty folder
  virtual std::vector<std::string> list(const std::string& path) = 0;  // names, sorted
  virtual void make_folder(const std::string& path) = 0;               // one that is there is fine
  virtual std::optional<FileStat> stat(const std::string& path) = 0;   // nullopt: not there
};

// The real one. Stateless; lives for ever.
FileSystem& posix();

// The whole file.
Bytes read_file(FileSystem& fs, const std::string& path);

// The part before the last '/', "." if there is none, "/" for what stands in the root.
std::string parent_of(const std::string& path);

}  // namespace hn::os
