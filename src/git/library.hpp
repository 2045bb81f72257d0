#pragma once

#include <optional>
#include <string>

#include "hn/base/bytes.hpp"

struct git_odb;
struct git_oid;
struct git_repository;

// Libgit2, started once for the process: no configuration outside a repository is read, so nothing
// that a user or a machine set can change what hn does with git. Loaded when it is first needed.
namespace hn::git::library {

// Opens the repository at `path`, without a search in folders above. Answers libgit2's error.
// Owner validation is a setting of the process; it is held meanwhile.
int open(git_repository** out, const std::string& path, bool any_owner);

// Failure (io) where libgit2 cannot be loaded.
void start();

std::string last_message();

// The path as messages show it.
std::string shown(const std::string& path);

// Libgit2 1.5 inflates the first 64 bytes of a loose object to find its header, and copies what is
// left of them into a buffer of the length that the header claims, which may be less: whoever made
// the file then writes over our memory. What claims to be as short as that is read in pieces, whose
// room is ours to say.
inline constexpr std::size_t kShortBytesMax = 64;
// An object that lies loose and claims to be short: what there is of it, at most one byte more than
// kShortBytesMax. nullopt for one that does not lie loose.
std::optional<Bytes> read_short(git_odb* odb, const git_oid& id);

// While one of these lives, what libgit2 writes is durable when it says so.
class Durable {
 public:
  Durable();
  ~Durable();
  Durable(const Durable&) = delete;
  Durable& operator=(const Durable&) = delete;
};

// For handles: std::unique_ptr<git_odb, Freed<git_odb_free>>.
template <auto& F>
struct Freed {
  template <class T>
  void operator()(T* p) const noexcept {
    F(p);
  }
};

}  // namespace hn::git::library
