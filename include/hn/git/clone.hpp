#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/git/form.hpp"

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

// What a repository at a URL says of itself, as `git ls-remote` shows it. Fails as TemporaryClone.
struct Remote {
  struct Ref {
    std::string name;  // full: refs/heads/main
    GitId target;
  };
  std::string head;  // what HEAD names, in full; empty where that is no reference
  std::vector<Ref> refs;
};
Remote list_remote(const CloneOptions& options);

// What is here of it already, so that git sends no more than what is new.
struct Seed {
  // Makes a bare repository in this folder, which is there and empty, with commits that are here,
  // all their folders and files, named by references below refs/hn/.
  std::function<void(const std::string& folder)> make;
  std::vector<GitId> ends;          // commits there whose parents are not
  std::vector<std::string> wanted;  // references to fetch, by their full names
};

// A bare clone for as long as this lives, or a shallow one of what is new. Throws Failure: usage
// for a URL that is none or of a transport that could run a command of its choice (https, http,
// ssh, git and file are allowed), unsupported where git is not installed, unreachable where it does
// not come.
class TemporaryClone {
 public:
  explicit TemporaryClone(const CloneOptions& options, const Seed* seed = nullptr);
  ~TemporaryClone();
  TemporaryClone(const TemporaryClone&) = delete;
  TemporaryClone& operator=(const TemporaryClone&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace hn::git
