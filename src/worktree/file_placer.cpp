#include "worktree/file_placer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "hn/base/text.hpp"
#include "hn/object/file.hpp"

namespace hn::worktree {
namespace {

// Longer targets are no symlinks anywhere.
constexpr std::uint64_t kTargetBytesMax = 64 * 1024;

void write_all(int file, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno(errno, "cannot write", name);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

mode_t mode_of(const PlannedFile& file) {
  return file.mode == object::Mode::executable ? 0777 : 0666;
}

}  // namespace

FilePlacer::FilePlacer(const CheckoutOptions& options)
    : options_(options),
      staging_(::open(options.staging.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      makes_unnamed_(options.unnamed) {
  if (!staging_) throw_errno(errno, "cannot open", options.staging);
}

FilePlacer::~FilePlacer() = default;

Outcome FilePlacer::place(int folder, const std::string& name, const Step& step) {
  if (step.now->mode == object::Mode::submodule) {
    Outcome out;
    if (::mkdirat(folder, name.c_str(), 0777) == 0 || errno == EEXIST)
      out.kind = Outcome::Kind::written;
    else
      out = outcome_of(errno, folder, name);
    return out;
  }
  return step.present ? replace(folder, name, step) : place_new(folder, name, step);
}

Outcome FilePlacer::place_new(int folder, const std::string& name, const Step& step) {
  Outcome out;
  out.kind = Outcome::Kind::written;
  int error = make(folder, name, *step.now, out.witness);
  return error == 0 ? out : outcome_of(error, folder, name);
}

Outcome FilePlacer::replace(int folder, const std::string& name, const Step& step) {
  if (step.now->mode == object::Mode::symlink) return replace_by_rename(folder, name, step);
  const Descriptor fd = make_unnamed(folder, *step.now);
  return fd ? replace_by_link(fd.get(), folder, name, step) : replace_by_rename(folder, name, step);
}

// A file without a name has its place near the others of its folder. Those that are made in one
// folder to be renamed from there compete for that folder and for one part of the disk, in which
// ext4 passes over each place that was left within the last seconds: five to seven times as long.
Descriptor FilePlacer::make_unnamed(int folder, const PlannedFile& file) {
  if (!makes_unnamed_) return Descriptor();
  Descriptor fd(::openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode_of(file)));
  // Not on every file system; what else is wrong shows when the file gets a name.
  if (!fd) makes_unnamed_ = false;
  return fd;
}

Outcome FilePlacer::replace_by_link(int fd, int folder, const std::string& name, const Step& step) {
  Outcome out;
  fill(fd, *step.now, name);
  if (look(folder, name).witness != step.witness) {
    out.kind = Outcome::Kind::obstacle;
    return out;
  }
  if (::unlinkat(folder, name.c_str(), 0) != 0) throw_errno(errno, "cannot replace", step.path);
  const std::string unnamed = "/proc/self/fd/" + std::to_string(fd);
  if (::linkat(AT_FDCWD, unnamed.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return outcome_of(errno, folder, name);
    makes_unnamed_ = false;  // nothing is mounted at /proc, it may be
    return place_new(folder, name, step);
  }
  out.kind = Outcome::Kind::written;
  out.witness = entry_of(fd).witness;
  return out;
}

Outcome FilePlacer::replace_by_rename(int folder, const std::string& name, const Step& step) {
  Outcome out;
  std::string aside = "checkout-" + std::to_string(::getpid()) + "-" + std::to_string(next_++);
  int error = make(staging_.get(), aside, *step.now, out.witness);
  if (error != 0) return outcome_of(error, folder, name);
  if (look(folder, name).witness != step.witness) {
    ::unlinkat(staging_.get(), aside.c_str(), 0);
    out.kind = Outcome::Kind::obstacle;
    return out;
  }
  // Not over the old one: ext4 would write the new one to the disk at once (auto_da_alloc).
  if (::unlinkat(folder, name.c_str(), 0) != 0) {
    error = errno;
    ::unlinkat(staging_.get(), aside.c_str(), 0);
    throw_errno(error, "cannot replace", step.path);
  }
  if (::renameat2(staging_.get(), aside.c_str(), folder, name.c_str(), RENAME_NOREPLACE) != 0) {
    error = errno;
    ::unlinkat(staging_.get(), aside.c_str(), 0);
    // EXDEV: another file system is mounted here. EINVAL: this one cannot rename so.
    if (error == EXDEV || error == EINVAL) return place_new(folder, name, step);
    return outcome_of(error, folder, name);
  }
  out.kind = Outcome::Kind::written;
  out.witness = look(folder, name).witness;  // renaming changed its ctime
  return out;
}

int FilePlacer::make(int folder, const std::string& name, const PlannedFile& file,
                     Witness& witness) {
  if (file.mode != object::Mode::symlink) return make_file(folder, name, file, witness);
  int error = make_symlink(folder, name, file);
  if (error == 0) witness = look(folder, name).witness;
  return error;
}

int FilePlacer::make_file(int folder, const std::string& name, const PlannedFile& file,
                          Witness& witness) {
  Descriptor fd(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                         mode_of(file)));
  if (!fd) return errno;
  try {
    fill(fd.get(), file, name);
  } catch (...) {
    ::unlinkat(folder, name.c_str(), 0);
    throw;
  }
  witness = entry_of(fd.get()).witness;
  return 0;
}

int FilePlacer::make_symlink(int folder, const std::string& name, const PlannedFile& file) {
  Bytes target;
  if (file.bytes) {
    target = *file.bytes;
  } else {
    auto read = object::read_file(*options_.reader, *file.id, kTargetBytesMax);
    if (!read && read.error().code == Code::refused) return ENAMETOOLONG;
    if (!read) throw Failure(read.error(), "symlink '" + escape_controls(name) + "'");
    target = std::move(*read);
  }
  std::string text = to_string(target);
  if (text.empty() || text.find('\0') != std::string::npos) return EINVAL;
  return ::symlinkat(text.c_str(), folder, name.c_str()) == 0 ? 0 : errno;
}

void FilePlacer::fill(int file, const PlannedFile& planned, const std::string& name) {
  if (planned.bytes) return write_all(file, *planned.bytes, name);
  auto streamed = object::stream_file(*options_.reader, *planned.id, [&](ByteView bytes) {
    write_all(file, bytes, name);
    return true;
  });
  if (!streamed) throw Failure(streamed.error(), "file '" + escape_controls(name) + "'");
}

Outcome FilePlacer::outcome_of(int error, int folder, const std::string& name) {
  Outcome out;
  switch (error) {
    case EEXIST:
      out.kind = Outcome::Kind::obstacle;
      out.obstacle = Obstacle::Kind::untracked;
      out.witness = look(folder, name).witness;
      return out;
    case ENAMETOOLONG:
    case EILSEQ:
    case EINVAL:
      out.kind = Outcome::Kind::refused;
      return out;
    default:
      throw_errno(error, "cannot create", name);
  }
}

}  // namespace hn::worktree
