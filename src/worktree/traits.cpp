#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "hn/worktree/name.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {
namespace {

// A file that is gone again at the end.
class Probe {
 public:
  Probe(int folder, std::string name) : folder_(folder), name_(std::move(name)) {
    file_ = Descriptor(::openat(folder, name_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!file_) throw_errno(errno, "cannot create", name_);
  }
  ~Probe() { ::unlinkat(folder_, name_.c_str(), 0); }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  bool executable_after(mode_t mode) const {
    return ::fchmod(file_.get(), mode) == 0 && entry_of(file_.get()).executable;
  }

 private:
  int folder_;
  std::string name_;
  Descriptor file_;
};

bool is_there(int folder, const std::string& name) {
  return look(folder, name).kind != Entry::Kind::absent;
}

}  // namespace

Traits probe_traits(const std::string& path) {
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw_errno(errno, "cannot open", path);
  std::string unique = "-" + std::to_string(::getpid());
  Traits out;
  {
    Probe probe(folder.get(), "probe-aa" + unique);
    out.folds_case = is_there(folder.get(), "PROBE-AA" + unique);
    out.keeps_exec = probe.executable_after(0700) && !probe.executable_after(0600);
  }
  // One letter with its accent composed, then decomposed. A file system that takes only UTF-8 takes
  // both.
  {
    Probe probe(folder.get(), "probe-\xc3\xa9" + unique);
    out.folds_form = is_there(folder.get(), "probe-e\xcc\x81" + unique);
  }
  std::string link = "probe-link" + unique;
  out.has_symlinks = ::symlinkat("x", folder.get(), link.c_str()) == 0;
  ::unlinkat(folder.get(), link.c_str(), 0);
  return out;
}

}  // namespace hn::worktree
