// Why nothing is missed. A folder that appears is watched first and listed then, and told as
// changed with all below it only after that. So what was made in it before the watch is found by
// who looks at what was told, and what is made later makes events. A folder that moves is no longer
// watched once its going is read; until its coming is read, which tells all of it anew, nothing
// need be known of it. Events are read in the order of what happened, so a file made by catch_up()
// stands behind all of it, as with watchman's cookies.
#include "hn/os/tree_watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "hn/base/error.hpp"

namespace hn::os {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::uint32_t kEvents = IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MODIFY |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                  IN_ONLYDIR;
// Both are missing in the headers of some systems.
constexpr long kXfsMagic = 0x58465342;
constexpr long kF2fsMagic = 0xF2F52010;
constexpr std::array kLocal{static_cast<long>(EXT4_SUPER_MAGIC),  // ext2 and ext3 too
                            kXfsMagic,
                            static_cast<long>(BTRFS_SUPER_MAGIC),
                            kF2fsMagic,
                            static_cast<long>(TMPFS_MAGIC),
                            static_cast<long>(OVERLAYFS_SUPER_MAGIC)};
// A folder as deep as that costs more than it is worth.
constexpr std::size_t kPathBytesMax = 16 * 1024;

[[noreturn]] void fail(const std::string& root, const std::string& why) {
  throw Failure(Code::io, "watching " + root + ": " + why);
}

std::string join(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

std::string through_descriptor(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

// A folder that is gone, or is none any more: an event that is still to be read says so.
bool is_passing(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

// The names of the folders in a folder that are looked into. False where it cannot be read to its
// end.
bool list_folders(int folder, const std::function<bool(std::string_view name)>& left_out,
                  std::vector<std::string>& out) {
  const int own = openat(folder, ".", kFolderFlags);
  if (own < 0) return false;
  DIR* const stream = fdopendir(own);
  if (stream == nullptr) {
    close(own);
    return false;
  }
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name(entry->d_name);
    const bool maybe = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
    if (maybe && name != "." && name != ".." && !left_out(name)) out.emplace_back(name);
    errno = 0;
  }
  const bool whole = errno == 0;
  closedir(stream);
  return whole;
}

// A path in the table of mounts: blanks and the like are written in octal.
std::string plain(const std::string& word) {
  const auto digit = [&](std::size_t at) { return word[at] >= '0' && word[at] <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\\' && i + 3 < word.size() && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      out.push_back(static_cast<char>((word[i + 1] - '0') * 64 + (word[i + 2] - '0') * 8 +
                                      (word[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(word[i]);
    }
  }
  return out;
}

bool stands_in(std::string_view path, std::string_view folder) {
  if (folder == "/") return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// The lines of mounts that a root stands in; whether one stands in the root, in `below`. Empty
// where there is no such table.
std::string mounts_about(const std::string& root, bool& below) {
  std::ifstream table("/proc/self/mountinfo");
  std::string out;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 5; ++i) words >> word;
    const std::string at = plain(word);
    if (stands_in(root, at)) out += line + "\n";
    if (at != root && stands_in(at, root)) below = true;
  }
  return out;
}

}  // namespace

TreeWatch::File& TreeWatch::File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

TreeWatch::File::~File() {
  if (fd_ >= 0) close(fd_);
}

TreeWatch::TreeWatch(Options options)
    : options_(std::move(options)), events_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!events_) fail(options_.root, std::strerror(errno));
  open_root();
  watch_own_folder();
  add_all("");
  if (by_path_.count("") == 0) fail(options_.root, "its folder is gone");
  // Whatever was mounted meanwhile.
  require_same_mounts();
}

TreeWatch::~TreeWatch() = default;

void TreeWatch::open_root() {
  root_ = File(open(options_.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat entry {};
  struct statfs system {};
  if (!root_ || fstat(root_.get(), &entry) != 0 || fstatfs(root_.get(), &system) != 0)
    fail(options_.root, std::strerror(errno));
  if (std::ranges::find(kLocal, static_cast<long>(system.f_type)) == kLocal.end())
    fail(options_.root, "its file system may be changed from elsewhere");
  device_ = entry.st_dev;
  inode_ = entry.st_ino;
  std::array<char, PATH_MAX> real{};
  const ssize_t bytes = readlink(through_descriptor(root_.get()).c_str(), real.data(), real.size());
  if (bytes <= 0 || static_cast<std::size_t>(bytes) == real.size())
    fail(options_.root, "its path is not known");
  real_root_.assign(real.data(), static_cast<std::size_t>(bytes));
  bool below = false;
  mounts_ = mounts_about(real_root_, below);
  if (mounts_.empty() || below) fail(options_.root, "something is mounted in it");
}

void TreeWatch::require_same_mounts() const {
  bool below = false;
  if (mounts_about(real_root_, below) != mounts_ || below)
    fail(options_.root, "something else is mounted there");
}

void TreeWatch::watch_own_folder() {
  own_ = File(openat(root_.get(), options_.own_folder.c_str(), kFolderFlags));
  if (own_) {
    constexpr std::uint32_t kOwn = IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    own_watch_ = inotify_add_watch(events_.get(), through_descriptor(own_.get()).c_str(), kOwn);
  }
  if (own_watch_ < 0) fail(options_.root, std::strerror(errno));
}

// By name after name, so that no symlink leads elsewhere.
TreeWatch::File TreeWatch::open_folder(const std::string& path) const {
  File at(openat(root_.get(), ".", kFolderFlags));
  for (std::size_t begin = 0; at && begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    at = File(openat(at.get(), path.substr(begin, end - begin).c_str(), kFolderFlags));
    begin = end + 1;
  }
  return at;
}

void TreeWatch::add_all(const std::string& top) {
  std::vector<std::string> paths{top};
  while (!paths.empty()) {
    const std::string path = std::move(paths.back());
    paths.pop_back();
    if (path.size() > kPathBytesMax) fail(options_.root, "a path is too long");
    const File folder = open_folder(path);
    if (!folder && is_passing(errno)) continue;
    if (!folder) fail(options_.root, std::strerror(errno));
    add(folder, path);
    std::vector<std::string> names;
    if (!list_folders(folder.get(), options_.left_out, names))
      fail(options_.root, "a folder cannot be listed");
    for (const std::string& name : names) paths.push_back(join(path, name));
  }
}

// An inode has one watch: where it is known under another path, it has moved from there.
void TreeWatch::add(const File& folder, const std::string& path) {
  struct stat entry {};
  if (fstat(folder.get(), &entry) != 0) fail(options_.root, std::strerror(errno));
  if (entry.st_dev != device_) fail(options_.root, "a folder is on another file system");
  const int watch =
      inotify_add_watch(events_.get(), through_descriptor(folder.get()).c_str(), kEvents);
  if (watch < 0) fail(options_.root, std::strerror(errno));
  const auto before = by_watch_.find(watch);
  if (before != by_watch_.end() && before->second == path) return;
  if (before != by_watch_.end()) by_path_.erase(before->second);
  const auto other = by_path_.find(path);
  if (other != by_path_.end()) {
    by_watch_.erase(other->second);
    inotify_rm_watch(events_.get(), other->second);
  }
  by_path_[path] = watch;
  by_watch_[watch] = path;
}

void TreeWatch::remove_all(const std::string& top) {
  std::vector<int> gone;
  if (const auto at = by_path_.find(top); at != by_path_.end()) gone.push_back(at->second);
  const std::string inside = top + "/";
  for (auto at = by_path_.lower_bound(inside);
       at != by_path_.end() && at->first.starts_with(inside); ++at)
    gone.push_back(at->second);
  for (const int watch : gone) {
    inotify_rm_watch(events_.get(), watch);
    forget(watch);
  }
}

void TreeWatch::forget(int watch) {
  const auto at = by_watch_.find(watch);
  if (at == by_watch_.end()) return;
  by_path_.erase(at->second);
  by_watch_.erase(at);
}

void TreeWatch::take(const Changed& changed) {
  read_events(changed);
}

void TreeWatch::read_events(const Changed& changed) {
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  ssize_t bytes = 0;
  do {
    bytes = read(events_.get(), buffer.data(), buffer.size());
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0 && errno == EAGAIN) return;
  if (bytes <= 0) fail(options_.root, "its events cannot be read");
  for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
    // Filled up with zeros.
    const std::string_view name(event->len > 0 ? event->name : "");
    handle(*event, name, changed);
    at += sizeof(inotify_event) + event->len;
  }
}

void TreeWatch::handle(const inotify_event& event, std::string_view name, const Changed& changed) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) fail(options_.root, "more happened than was read");
  if ((event.mask & IN_UNMOUNT) != 0) fail(options_.root, "it was unmounted");
  if (event.wd == own_watch_) return handle_own(event, name);
  const auto known = by_watch_.find(event.wd);
  if (known == by_watch_.end()) return;
  const std::string folder = known->second;
  if ((event.mask & IN_IGNORED) != 0) forget(event.wd);
  if (!name.empty()) return handle_named(event, join(folder, name), changed);
  // What becomes of a folder itself is told by the one that it stands in, too.
  if (folder.empty()) fail(options_.root, "its folder was moved or changed");
}

void TreeWatch::handle_own(const inotify_event& event, std::string_view name) {
  if ((event.mask & IN_CREATE) == 0) fail(options_.root, "its own folder is gone");
  if (!cookie_.empty() && name == cookie_) cookie_.clear();
}

void TreeWatch::handle_named(const inotify_event& event, const std::string& path,
                             const Changed& changed) {
  constexpr std::uint32_t kGone = IN_MOVED_FROM | IN_DELETE;
  constexpr std::uint32_t kHere = IN_CREATE | IN_MOVED_TO;
  const bool is_folder = (event.mask & IN_ISDIR) != 0;
  if (is_folder && (event.mask & kGone) != 0) remove_all(path);
  if (is_folder && (event.mask & kHere) != 0 &&
      !options_.left_out(std::string_view(path).substr(path.rfind('/') + 1)))
    add_all(path);
  changed(path);
  if (!is_folder && (event.mask & kHere) != 0 && has_other_names(path)) changed("");
}

bool TreeWatch::has_other_names(const std::string& path) const {
  struct stat entry {};
  return fstatat(root_.get(), path.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0 && entry.st_nlink > 1;
}

void TreeWatch::catch_up(const Changed& changed, std::chrono::milliseconds at_most) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + at_most;
  require_same_mounts();
  make_cookie();
  while (!cookie_.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{events_.get(), POLLIN, 0};
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0)
      throw Failure(Code::timeout, "watching " + options_.root + ": its events do not come");
    read_events(changed);
  }
}

void TreeWatch::make_cookie() {
  std::string path = through_descriptor(own_.get()) + "/watch-XXXXXX";
  const File cookie(mkostemp(path.data(), O_CLOEXEC));
  if (!cookie) fail(options_.root, std::strerror(errno));
  unlink(path.c_str());
  cookie_ = path.substr(path.rfind('/') + 1);
}

std::uint64_t mount_namespace() {
  struct stat entry {};
  return stat("/proc/self/ns/mnt", &entry) == 0 ? entry.st_ino : 0;
}

}  // namespace hn::os
