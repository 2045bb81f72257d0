#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// A git repository at a URL: git itself, which knows the user's keys and proxies, fetches it into a
// folder that goes again. The only place where this layer leads to a network.
namespace hn::git {

// Whether a text names a repository elsewhere: SCHEME://, or HOST:PATH as scp has it.
bool is_url(std::string_view text) noexcept;

// Without user and password: for messages, and to be remembered.
std::string without_secrets(std::string_view url);

// The name of the folder that a clone of it would get; empty where the URL ends in none.
std::string folder_name_of(std::string_view url);

struct CloneOptions {
  std::string url;
  std::string folder;             // made, with a name beginning so; its parent is there
  std::vector<std::string> refs;  // as ImportOptions::refs; more than these may come
  bool may_ask = false;           // for a password or passphrase, at the terminal
  std::function<void(std::string_view line)> progress;
  std::function<bool()> stop;  // asked several times a second; Failure(io) where it says so
};

// A bare clone for as long as this lives. Throws Failure: usage for a URL that is none or of a
// transport that could run a command of its choice (https, http, ssh, git and file are allowed),
// unsupported where git is not installed, unreachable where it does not come.
class TemporaryClone {
 public:
  explicit TemporaryClone(const CloneOptions& options);
  ~TemporaryClone();
  TemporaryClone(const TemporaryClone&) = delete;
  TemporaryClone& operator=(const TemporaryClone&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace hn::git
