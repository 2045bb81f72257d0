#include "worktree/root.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include "hn/base/text.hpp"
#include "hn/worktree/name.hpp"

namespace hn::worktree {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// The kernel takes no longer path in one call.
constexpr std::size_t kPieceBytesMax = 4000;

int open_name(int folder, const std::string& name) {
  int fd = -1;
  do {
    fd = ::openat(folder, name.c_str(), kFolderFlags);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

#ifdef __linux__
// One call for many names, where the kernel (5.6 and later) and its filters have it.
std::atomic<bool> has_openat2 = true;

int open_piece(int folder, const std::string& piece) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(kFolderFlags);
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  do {
    fd = ::syscall(SYS_openat2, folder, piece.c_str(), &how, sizeof how);
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) has_openat2 = false;
  return static_cast<int>(fd);
}
#else
constexpr bool has_openat2 = false;
int open_piece(int, const std::string&) {
  return -1;
}
#endif

// Cuts the first names off `rest`, as many as a call takes: one, or kPieceBytesMax bytes of them.
std::string next_piece(std::string_view& rest, bool one) {
  std::size_t end = rest.find('/');
  while (!one && end != std::string_view::npos) {
    std::size_t next = std::min(rest.find('/', end + 1), rest.size());
    if (next > kPieceBytesMax) break;
    end = next == rest.size() ? std::string_view::npos : next;
  }
  std::string piece(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

std::int64_t to_ns(const timespec& t) {
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(static_cast<std::int64_t>(t.tv_sec), std::int64_t{1'000'000'000}, &ns))
    return t.tv_sec < 0 ? INT64_MIN : INT64_MAX;
  return ns + t.tv_nsec;
}

Entry entry_from(const struct stat& s) {
  Entry out;
  if (S_ISREG(s.st_mode))
    out.kind = Entry::Kind::file;
  else if (S_ISLNK(s.st_mode))
    out.kind = Entry::Kind::symlink;
  else if (S_ISDIR(s.st_mode))
    out.kind = Entry::Kind::folder;
  else
    out.kind = Entry::Kind::special;
  out.executable = S_ISREG(s.st_mode) && (s.st_mode & S_IXUSR) != 0;
  out.has_other_names = !S_ISDIR(s.st_mode) && s.st_nlink > 1;
  out.witness = {static_cast<std::uint64_t>(s.st_size), to_ns(s.st_mtim), to_ns(s.st_ctim),
                 static_cast<std::uint64_t>(s.st_ino), static_cast<std::uint64_t>(s.st_dev)};
  return out;
}

#ifdef __linux__
// Without a stream, which costs an opening of its own and 32 KiB for each folder of a walk.
template <class Visit>
bool each_name(int folder, const Visit& visit) {
  // As the kernel fills it, entries are aligned to 8 bytes.
  alignas(dirent64) thread_local std::array<char, std::size_t{32} * 1024> buffer;
  if (::lseek(folder, 0, SEEK_SET) < 0) return false;
  for (;;) {
    const ssize_t bytes = ::getdents64(folder, buffer.data(), buffer.size());
    if (bytes <= 0) return bytes == 0;
    for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      visit(std::string_view(entry->d_name), entry->d_type);
      at += entry->d_reclen;
    }
  }
}
#else
template <class Visit>
bool each_name(int folder, const Visit& visit) {
  // A descriptor of its own, because closedir closes what it was given.
  Descriptor own(::openat(folder, ".", kFolderFlags));
  if (!own) return false;
  DIR* stream = ::fdopendir(own.get());
  if (stream == nullptr) return false;
  own.release();
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    visit(std::string_view(entry->d_name), entry->d_type);
    errno = 0;
  }
  const bool whole = errno == 0;
  ::closedir(stream);
  return whole;
}
#endif

Entry::Kind kind_of_error(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return Entry::Kind::absent;
    case ENAMETOOLONG:
    case EILSEQ:
    case EINVAL:
      return Entry::Kind::unnameable;
    default:
      return Entry::Kind::unreadable;
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::release() noexcept {
  return std::exchange(fd_, -1);
}

object::Mode Entry::mode() const noexcept {
  if (kind == Kind::symlink) return object::Mode::symlink;
  return executable ? object::Mode::executable : object::Mode::file;
}

void throw_errno(int error, const char* what, std::string_view path) {
  Code code = error == ENOSPC || error == EDQUOT ? Code::no_space : Code::io;
  throw Failure(code, std::string(what) + " '" + escape_controls(path) +
                          "': " + std::generic_category().message(error));
}

Root::Root(const std::string& path)
    : root_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_)
    throw Failure(Code::no_repository, "no working tree at '" + escape_controls(path) +
                                           "': " + std::generic_category().message(errno));
}

Descriptor Root::open_folder(std::string_view path) const {
  if (path.empty()) return Descriptor(open_name(root_.get(), "."));
  Descriptor at;
  for (std::string_view rest = path; !rest.empty();) {
    bool many = has_openat2;
    std::string_view before = rest;
    std::string piece = next_piece(rest, !many);
    int folder = at ? at.get() : root_.get();
    Descriptor next(many ? open_piece(folder, piece) : open_name(folder, piece));
    if (many && !next && !has_openat2) {
      rest = before;
      continue;
    }
    if (!next) return next;
    at = std::move(next);
  }
  return at;
}

Descriptor Root::make_folder(std::string_view path) const {
  Descriptor there = open_folder(path);
  if (there || errno != ENOENT) return there;
  Descriptor at;
  for (std::string_view rest = path; !rest.empty();) {
    std::string name = next_piece(rest, true);
    int folder = at ? at.get() : root_.get();
    if (::mkdirat(folder, name.c_str(), 0777) != 0 && errno != EEXIST) return {};
    Descriptor next(open_name(folder, name));
    if (!next) return next;
    at = std::move(next);
  }
  return at;
}

Entry Root::look(std::string_view path) const {
  Descriptor folder = open_folder(folder_of(path));
  if (folder) return worktree::look(folder.get(), std::string(name_of_path(path)));
  Entry out;
  out.kind = kind_of_error(errno);
  return out;
}

Entry look(int folder, const char* name) noexcept {
  struct stat s {};
  if (::fstatat(folder, name, &s, AT_SYMLINK_NOFOLLOW) == 0) return entry_from(s);
  Entry out;
  out.kind = kind_of_error(errno);
  return out;
}

Entry entry_of(int file) {
  struct stat s {};
  if (::fstat(file, &s) == 0) return entry_from(s);
  Entry out;
  out.kind = Entry::Kind::unreadable;
  return out;
}

std::optional<std::vector<Listed>> list(int folder) {
  std::vector<Listed> out;
  const auto add = [&out](std::string_view name, unsigned char type) {
    if (name != "." && name != "..")
      out.push_back({std::string(name), type == DT_DIR || type == DT_UNKNOWN});
  };
  if (!each_name(folder, add)) return std::nullopt;
  std::sort(out.begin(), out.end(),
            [](const Listed& a, const Listed& b) { return a.name < b.name; });
  return out;
}

std::optional<std::int64_t> file_system_time(const std::string& folder) {
  if (folder.empty()) return std::nullopt;
  std::string name = folder + "/stamp-XXXXXX";
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) return std::nullopt;
  Entry entry = entry_of(file.get());
  ::unlink(name.c_str());
  if (entry.kind != Entry::Kind::file) return std::nullopt;
  return entry.witness.mtime_ns;
}

}  // namespace hn::worktree
