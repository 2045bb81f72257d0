#pragma once

#include <memory>
#include <string>
#include <vector>

#include "git/oid_map.hpp"
#include "hn/git/import.hpp"

struct git_odb_object;

// A git repository on disk, as far as import reads it. The only file that knows libgit2.
namespace hn::git {

// An object as git holds it; frees libgit2's memory. May be freed in another thread.
class Object {
 public:
  explicit Object(git_odb_object* object) : object_(object) {}
  Type type() const noexcept;
  ByteView bytes() const noexcept;

 private:
  struct Free {
    void operator()(git_odb_object* object) const noexcept;
  };
  std::unique_ptr<git_odb_object, Free> object_;
};

// A reference that names an object.
struct SourceRef {
  std::string name;  // full: refs/heads/main
  Oid target{};
};

class Source {
 public:
  // Throws Failure as import_git does.
  Source(const std::string& path, bool any_owner);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Throws Failure(damaged) for what is missing or does not match its id, refused over a limit.
  // One thread at a time.
  Object read(const Oid& oid) const;
  Type type_of(const Oid& oid) const;

  // References below refs/heads/ and refs/tags/ in byte order. What cannot be resolved becomes a
  // notice, as git passes it over with a warning.
  std::vector<SourceRef> refs(std::vector<Notice>& notices) const;

  // The branch that HEAD names, there or not; empty where it names none.
  std::string head_branch() const;

  [[noreturn]] void fail_broken(const Oid& oid, std::string_view what) const;
  const std::string& path() const noexcept { return path_; }

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
  std::string path_;
};

}  // namespace hn::git
