#pragma once

#include <functional>
#include <optional>
#include <string>

namespace hn::os {

// A variable of the environment; nullopt if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of this process.
Environment process_environment();

// Where hn keeps what belongs to a user and not to a repository (XDG Base Directory Specification
// 0.8): each the XDG folder, or its default under HOME, with "/hn" behind it. XDG variables that do
// not hold an absolute path are ignored, as the specification asks. The folders need not exist.
struct UserFolders {
  std::string config;  // settings
  std::string data;    // device and transport keys
  std::string state;   // what may be lost but is missed: known peers, bans
  std::string cache;   // what can be made again
};

// Throws Failure (io) where neither HOME nor the user database names a home.
UserFolders user_folders(const Environment& environment);

// Makes a folder and those above it, for the owner alone (mode 0700), where they are not there.
void make_private_folders(const std::string& path);

}  // namespace hn::os
