#include "git/library.hpp"

#include <git2.h>

#include <iterator>
#include <mutex>

#include "hn/base/text.hpp"

namespace hn::git::library {
namespace {

// Its object cache is off: import and export keep what they need again in a form already parsed.
void start_once() {
  git_libgit2_init();
  for (const git_config_level_t level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                         GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, static_cast<int>(level), "");
  git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
  git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
  git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  // Neither changes what an object or a reference is.
  const char* extensions[] = {"worktreeconfig", "preciousobjects"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions));
}

}  // namespace

void start() {
  static const bool started = (start_once(), true);
  static_cast<void>(started);
}

int open(git_repository** out, const std::string& path, bool any_owner) {
  static std::mutex opening;
  const std::lock_guard lock(opening);
  start();
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, any_owner ? 0 : 1);
  const int error =
      git_repository_open_ext(out, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
  return error;
}

std::string last_message() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason given";
}

std::string shown(const std::string& path) {
  return '\'' + escape_controls(path) + '\'';
}

}  // namespace hn::git::library
