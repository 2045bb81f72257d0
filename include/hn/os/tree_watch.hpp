#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

struct inotify_event;

namespace hn::os {

// Says which paths below a folder change, by whatever process of this machine (inotify(7)); what is
// written through a mapping (mmap(2)) only when the mapping goes, what is written under another
// name of the same file (link(2)) that does not stand here, never.
//
// What happens from the end of the constructor on is told, or an exception says that something may
// have been missed: then this object is of no more use, and who wants to go on makes a new one.
// For one thread.
class TreeWatch {
 public:
  struct Options {
    std::string root;
    // A folder in the root, to make a file in; nobody is told what happens there.
    std::string own_folder;
    // Folders of such a name are not looked into; that they come and go is told.
    std::function<bool(std::string_view name)> left_out;
  };
  // Paths from the root, raw bytes. Of a path that is told, all below it may have changed too; ""
  // is told where a file got another name here, through which others may be written.
  using Changed = std::function<void(std::string_view path)>;

  // Looks into every folder. Failure (io): the file system is not one of this machine's, is not one
  // throughout, or there are more folders than the kernel watches.
  explicit TreeWatch(Options options);
  ~TreeWatch();
  TreeWatch(const TreeWatch&) = delete;
  TreeWatch& operator=(const TreeWatch&) = delete;

  // Tells of what has gathered, or its beginning; nothing where there is nothing. Throws Failure
  // (io) where something may have been missed.
  void take(const Changed& changed);
  // Tells at least all that has happened before the call. Failure (timeout) where that takes longer
  // than `at_most`.
  void catch_up(const Changed& changed, std::chrono::milliseconds at_most);

  // Can be read (poll(2)) while take() has something to tell. Stays this object's.
  int descriptor() const noexcept { return events_.get(); }
  // What the root was when this began.
  std::uint64_t device() const noexcept { return device_; }
  std::uint64_t inode() const noexcept { return inode_; }
  std::size_t folders() const noexcept { return by_path_.size(); }

 private:
  // Owns a file descriptor.
  class File {
   public:
    explicit File(int fd = -1) noexcept : fd_(fd) {}
    File(File&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    File& operator=(File&& other) noexcept;
    ~File();
    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

   private:
    int fd_;
  };

  void open_root();
  void watch_own_folder();
  File open_folder(const std::string& path) const;
  void add_all(const std::string& top);
  void add(const File& folder, const std::string& path);
  void remove_all(const std::string& top);
  void forget(int watch);
  void read_events(const Changed& changed);
  void make_cookie();
  void handle(const inotify_event& event, std::string_view name, const Changed& changed);
  void handle_own(const inotify_event& event, std::string_view name);
  void handle_named(const inotify_event& event, const std::string& path, const Changed& changed);
  bool has_other_names(const std::string& path) const;
  void require_same_mounts() const;

  Options options_;
  File root_;
  File own_;
  File events_;
  std::string real_root_;  // as the kernel names it
  std::string mounts_;     // what of the table of mounts concerns the root
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  int own_watch_ = -1;
  std::map<std::string, int> by_path_;  // "" is the root
  std::unordered_map<int, std::string> by_watch_;
  std::string cookie_;  // the file whose making is waited for
};

// Of the namespace of mounts that this process lives in: in another one a path may mean another
// file.
std::uint64_t mount_namespace();

}  // namespace hn::os
