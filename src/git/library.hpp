#pragma once

#include <string>

struct git_repository;

// Libgit2, started once for the process: no configuration outside a repository is read, so nothing
// that a user or a machine set can change what hn does with git.
namespace hn::git::library {

// Opens the repository at `path`, without a search in folders above. Answers libgit2's error.
// Owner validation is a setting of the process; it is held meanwhile.
int open(git_repository** out, const std::string& path, bool any_owner);

void start();

std::string last_message();

// The path as messages show it.
std::string shown(const std::string& path);

// For handles: std::unique_ptr<git_odb, Freed<git_odb_free>>.
template <auto F>
struct Freed {
  template <class T>
  void operator()(T* p) const noexcept {
    F(p);
  }
};

}  // namespace hn::git::library
