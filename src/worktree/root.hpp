#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/worktree/index.hpp"

// The only place of this layer that opens, lists and looks. Everything goes through open folders,
// so that a folder that somebody replaces by a symlink meanwhile leads nowhere: no call here
// follows a symlink below the root, and none waits for a fifo or a device.
namespace hn::worktree {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const noexcept { return fd_; }
  int release() noexcept;
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// What stands under a name.
struct Entry {
  enum class Kind {
    absent,
    file,
    symlink,
    folder,
    special,     // fifo, socket, device
    unnameable,  // the file system cannot hold such a name
    unreadable,
  };
  Kind kind = Kind::absent;
  bool executable = false;
  bool has_other_names = false;  // a file that is linked elsewhere too
  Witness witness;

  bool is_content() const noexcept { return kind == Kind::file || kind == Kind::symlink; }
  object::Mode mode() const noexcept;  // of content
};

// One name of a folder, with what readdir says of it: enough to leave a name alone without a stat.
struct Listed {
  std::string name;
  bool maybe_folder = false;  // a folder, or the file system does not say
};

class Root {
 public:
  // Throws Failure (no_repository) where `path` is no folder.
  explicit Root(const std::string& path);

  // A folder below the root; "" is the root itself. Not valid where a name on the way is missing, a
  // symlink or no folder: errno says what.
  Descriptor open_folder(std::string_view path) const;
  // The same, making what is missing.
  Descriptor make_folder(std::string_view path) const;
  // Through its folder; absent where that is not there, whatever stands in its place.
  Entry look(std::string_view path) const;

 private:
  Descriptor root_;
};

Entry look(int folder, const char* name) noexcept;
inline Entry look(int folder, const std::string& name) noexcept {
  return look(folder, name.c_str());
}
Entry entry_of(int file);  // of an open file
// Sorted by name. nullopt where reading fails.
std::optional<std::vector<Listed>> list(int folder);
// The file system's time now, by a file made in `folder`; nullopt where that fails.
std::optional<std::int64_t> file_system_time(const std::string& folder);

[[noreturn]] void throw_errno(int error, const char* what, std::string_view path);

}  // namespace hn::worktree
