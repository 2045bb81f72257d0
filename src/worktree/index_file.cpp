// The index file: hn-index(5), WRITING.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

#include "hn/base/codec.hpp"
#include "hn/worktree/index.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {
namespace {

constexpr std::size_t kSumBytes = 8;

void write_all(int file, ByteView bytes, std::uint64_t at, const std::string& name) {
  while (!bytes.empty()) {
    ssize_t n = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno(errno, "cannot write", name);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
}

void sync_folder_of(const std::string& file) {
  std::size_t slash = file.rfind('/');
  std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) throw_errno(errno, "cannot sync", folder);
}

bool read_at(int file, std::span<Byte> out, std::uint64_t at) {
  while (!out.empty()) {
    const ssize_t n = ::pread(file, out.data(), out.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
  return true;
}

// All of a file, for reading.
class Mapped {
 public:
  Mapped(int file, std::size_t size) : size_(size) {
#ifdef MAP_POPULATE
    constexpr int kFlags = MAP_PRIVATE | MAP_POPULATE;
#else
    constexpr int kFlags = MAP_PRIVATE;
#endif
    if (size > 0) start_ = ::mmap(nullptr, size, PROT_READ, kFlags, file, 0);
  }
  ~Mapped() {
    if (start_ != MAP_FAILED) ::munmap(start_, size_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  // Empty where it could not be mapped.
  ByteView view() const {
    if (start_ == MAP_FAILED) return {};
    return {static_cast<const Byte*>(start_), size_};
  }

 private:
  void* start_ = MAP_FAILED;
  std::size_t size_;
};

// The index is what the file says now, which ends with `bytes`.
void note_saved(Index& index, int file, ByteView bytes, bool appended) {
  IndexOrigin& origin = index.origin;
  struct stat s {};
  const std::uint64_t first = appended ? origin.first_bytes : bytes.size();
  const std::uint64_t before = appended ? origin.bytes : 0;
  origin = {};
  if (::fstat(file, &s) != 0) return;
  origin.device = s.st_dev;
  origin.inode = s.st_ino;
  origin.bytes = before + bytes.size();
  origin.first_bytes = first;
  origin.sum = Decoder(bytes.last(kSumBytes)).u64();
  origin.known = true;
}

// Whether nobody has written since. An inode can be that of another file by now; a sum cannot.
bool is_origin(const IndexOrigin& origin, int file) {
  struct stat s {};
  if (::fstat(file, &s) != 0 || static_cast<std::uint64_t>(s.st_size) != origin.bytes ||
      s.st_dev != origin.device || s.st_ino != origin.inode)
    return false;
  std::array<Byte, kSumBytes> sum{};
  return read_at(file, sum, origin.bytes - kSumBytes) && Decoder(sum).u64() == origin.sum;
}

// False where the file is not that which the index is from. One at a time: the lock goes with the
// descriptor.
bool append(Index& index, ByteView section, const std::string& name, bool durable) {
  Descriptor file(::open(name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return false;
  if (!is_origin(index.origin, file.get())) return false;
  // What is left of a section that did not fit is not cut off, as somebody may be reading: the file
  // is as long as its origin says no more, and is replaced.
  write_all(file.get(), section, index.origin.bytes, name);
  if (durable && ::fdatasync(file.get()) != 0) throw_errno(errno, "cannot sync", name);
  note_saved(index, file.get(), section, true);
  return true;
}

void replace(Index& index, const Bytes& bytes, const std::string& name, bool durable) {
  std::string part = name + ".XXXXXX";
  Descriptor file(::mkostemp(part.data(), O_CLOEXEC));
  if (!file) throw_errno(errno, "cannot create", part);
  try {
    write_all(file.get(), bytes, 0, part);
    if (durable && ::fsync(file.get()) != 0) throw_errno(errno, "cannot sync", part);
    if (::rename(part.c_str(), name.c_str()) != 0) throw_errno(errno, "cannot rename", part);
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
  if (durable) sync_folder_of(name);
  note_saved(index, file.get(), bytes, false);
}

}  // namespace

Result<Index> load_index(const std::string& name) {
  Descriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(Code::absent, "no index file");
  struct stat s {};
  if (::fstat(file.get(), &s) != 0 || !S_ISREG(s.st_mode))
    return fail(Code::damaged, "the index is no file");
  // Mapped, as reading it costs more than decoding it. Nobody writes into what is there, or makes
  // it shorter.
  const auto size = static_cast<std::size_t>(s.st_size);
  const Mapped bytes(file.get(), size);
  if (size > 0 && bytes.view().empty()) return fail(Code::damaged, "the index cannot be read");
  auto out = decode_index(bytes.view());
  if (out) {
    out->origin.device = s.st_dev;
    out->origin.inode = s.st_ino;
  }
  return out;
}

IndexUpdate make_update(const Index& index) {
  if (auto changes = encode_changes(index)) return {*std::move(changes), true};
  return {encode_index(index), false};
}

void save_index(Index& index, const std::string& name, bool durable, IfMoved moved) {
  save_index(index, make_update(index), name, durable, moved);
}

void save_index(Index& index, const IndexUpdate& update, const std::string& name, bool durable,
                IfMoved moved) {
  if (!update.appends) return replace(index, update.bytes, name, durable);
  if (append(index, update.bytes, name, durable) || moved == IfMoved::leave) return;
  replace(index, encode_index(index), name, durable);
}

}  // namespace hn::worktree
