#include "hn/os/env.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "hn/base/error.hpp"
#include "hn/os/file_system.hpp"

namespace hn::os {
namespace {

bool is_absolute(const std::optional<std::string>& path) {
  return path && path->starts_with('/');
}

std::string home(const Environment& environment) {
  const auto home = environment("HOME");
  if (is_absolute(home)) return *home;
  const passwd* user = ::getpwuid(::getuid());
  if (user == nullptr || user->pw_dir == nullptr || *user->pw_dir == '\0') {
    throw Failure(Code::io, "no home folder: HOME is not set", "set HOME");
  }
  return user->pw_dir;
}

std::string folder(const Environment& environment, const char* variable, const char* fallback) {
  const auto value = environment(variable);
  if (is_absolute(value)) return *value + "/hn";
  return home(environment) + fallback + "/hn";
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

UserFolders user_folders(const Environment& environment) {
  return {folder(environment, "XDG_CONFIG_HOME", "/.config"),
          folder(environment, "XDG_DATA_HOME", "/.local/share"),
          folder(environment, "XDG_STATE_HOME", "/.local/state"),
          folder(environment, "XDG_CACHE_HOME", "/.cache")};
}

void make_private_folders(const std::string& path) {
  if (path.empty() || path == "/" || path == "." || posix().stat(path)) return;
  make_private_folders(parent_of(path));
  if (::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST) {
    throw Failure(errno == ENOSPC ? Code::no_space : Code::io,
                  path + ": " + std::generic_category().message(errno) + " (mkdir)");
  }
}

}  // namespace hn::os
