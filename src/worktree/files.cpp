#include "hn/worktree/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "worktree/content.hpp"
#include "worktree/root.hpp"
#include "worktree/walk.hpp"

namespace hn::worktree {
namespace {

// Fails with EEXIST where something stands at `to`.
int rename_to_free(int from, const std::string& from_name, int to, const std::string& to_name) {
#ifdef __linux__
  constexpr unsigned kNoReplace = 1;
  const long done =
      ::syscall(SYS_renameat2, from, from_name.c_str(), to, to_name.c_str(), kNoReplace);
  if (done == 0 || (errno != ENOSYS && errno != EINVAL)) return static_cast<int>(done);
#endif
  if (look(to, to_name).kind != Entry::Kind::absent) {
    errno = EEXIST;
    return -1;
  }
  return ::renameat(from, from_name.c_str(), to, to_name.c_str());
}

}  // namespace

struct Files::State {
  explicit State(const std::string& path) : root(path) {}

  Root root;
  std::map<std::string, Ignore, std::less<>> rules;  // by folder, its own files included

  std::vector<Patterns> patterns_in(std::string_view folder) const {
    std::vector<Patterns> out;
    const Descriptor open = root.open_folder(folder);
    if (!open) return out;
    for (const char* name : {".gitignore", ".hnignore"}) {
      if (const auto text = read_small(open.get(), name, kIgnoreFileBytesMax))
        out.push_back(Patterns::parse(*text, join(folder, name)));
    }
    return out;
  }

  // From the root down; not by recursion, whatever the depth.
  const Ignore& rules_in(std::string_view folder, const std::vector<Patterns>& outer) {
    Ignore above(outer);
    for (std::size_t end = 0;; end = std::min(folder.find('/', end + 1), folder.size())) {
      const std::string at(folder.substr(0, end));
      auto place = rules.find(at);
      if (place == rules.end()) place = rules.emplace(at, above.enter(at, patterns_in(at))).first;
      if (end == folder.size()) return place->second;
      above = place->second;
    }
  }
};

Files::Files(const std::string& root) : state_(std::make_unique<State>(root)) {}
Files::~Files() = default;

Files::Kind Files::look(std::string_view path) const {
  switch (state_->root.look(path).kind) {
    case Entry::Kind::file:
      return Kind::file;
    case Entry::Kind::symlink:
      return Kind::symlink;
    case Entry::Kind::folder:
      return Kind::folder;
    case Entry::Kind::absent:
    case Entry::Kind::unnameable:
      return Kind::absent;
    default:
      return Kind::other;
  }
}

bool Files::is_beyond_symlink(std::string_view path) const {
  for (std::string_view at = folder_of(path); !at.empty(); at = folder_of(at))
    if (state_->root.look(at).kind == Entry::Kind::symlink) return true;
  return false;
}

std::optional<Bytes> Files::read(std::string_view path, std::size_t bytes_max) const {
  const Descriptor folder = state_->root.open_folder(folder_of(path));
  if (!folder) return std::nullopt;
  return read_small(folder.get(), std::string(name_of_path(path)).c_str(), bytes_max);
}

Files::Content Files::content(std::string_view path, std::size_t bytes_max) const {
  const auto failed = [](int error) {
    const bool absent = error == ENOENT || error == ENOTDIR || error == ELOOP;
    return Content{absent ? Content::State::absent : Content::State::unreadable, {}, false};
  };
  const Descriptor folder = state_->root.open_folder(folder_of(path));
  if (!folder) return failed(errno);
  const std::string name(name_of_path(path));
  worktree::Content::State state{};
  if (auto bytes = read_small(folder.get(), name, bytes_max, &state))
    return {Content::State::read, std::move(*bytes), false};
  switch (state) {
    case worktree::Content::State::read:
      return {Content::State::too_long, {}, false};
    case worktree::Content::State::absent:
      return {Content::State::absent, {}, false};
    case worktree::Content::State::not_content:
      break;
    default:
      return {Content::State::unreadable, {}, false};
  }
  switch (worktree::look(folder.get(), name).kind) {
    case Entry::Kind::symlink:
      if (const auto target = read_link(folder.get(), name))
        return {Content::State::read, to_bytes(as_bytes(*target)), true};
      return failed(errno);
    case Entry::Kind::special:
      return {Content::State::special, {}, false};
    default:
      return {Content::State::absent, {}, false};
  }
}

bool Files::remove(std::string_view path) const {
  if (has_reserved_name(path)) return false;
  const Descriptor folder = state_->root.open_folder(folder_of(path));
  if (!folder) return false;
  const std::string name(name_of_path(path));
  const Entry entry = worktree::look(folder.get(), name);
  if (entry.kind != Entry::Kind::folder && !entry.is_content()) return false;
  const int flags = entry.kind == Entry::Kind::folder ? AT_REMOVEDIR : 0;
  if (::unlinkat(folder.get(), name.c_str(), flags) == 0) return true;
  if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST) return false;
  throw_errno(errno, "cannot remove", path);
}

Files::Renamed Files::rename(std::string_view from, std::string_view to, bool replace) const {
  if (has_reserved_name(from) || has_reserved_name(to)) return Renamed::refused;
  const Descriptor from_folder = state_->root.open_folder(folder_of(from));
  if (!from_folder) return Renamed::absent;
  const Descriptor to_folder = state_->root.open_folder(folder_of(to));
  if (!to_folder) return Renamed::refused;
  const std::string from_name(name_of_path(from));
  const std::string to_name(name_of_path(to));
  const bool over = replace && worktree::look(to_folder.get(), to_name).is_content();
  const int done =
      over ? ::renameat(from_folder.get(), from_name.c_str(), to_folder.get(), to_name.c_str())
           : rename_to_free(from_folder.get(), from_name, to_folder.get(), to_name);
  if (done == 0) return Renamed::done;
  switch (errno) {
    case ENOENT:
      return Renamed::absent;
    case EEXIST:
    case ENOTEMPTY:
    case EISDIR:
    case ENOTDIR:
      return Renamed::exists;
    case EINVAL:  // a folder into itself
      return Renamed::refused;
    default:
      throw_errno(errno, "cannot move", from);
  }
}

std::optional<IgnoreRule> Files::rule_of(std::string_view path,
                                         const std::vector<Patterns>& outer) {
  const bool slash = path.ends_with('/');
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return std::nullopt;
  const bool folder = slash || look(path) == Kind::folder;
  return state_->rules_in(folder_of(path), outer).rule(path, folder);
}

}  // namespace hn::worktree
