#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "git/layout.hpp"
#include "git/oid.hpp"
#include "git/parse.hpp"
#include "hn/git/import.hpp"

// A git repository on disk, as far as import reads it.
namespace hn::git {

// An object as git holds it. May be freed in another thread.
class Object {
 public:
  using Owner = std::unique_ptr<const void, void (*)(const void*)>;

  // `owner` keeps `bytes` alive.
  Object(Type type, ByteView bytes, Owner owner)
      : type_(type), bytes_(bytes), owner_(std::move(owner)) {}
  Type type() const noexcept { return type_; }
  ByteView bytes() const noexcept { return bytes_; }

 private:
  Type type_;
  ByteView bytes_;
  Owner owner_;
};

// A reference that names an object.
struct SourceRef {
  std::string name;  // full: refs/heads/main
  Oid target{};
};

// Which references are asked for: those that match a pattern, or branches and tags.
struct Wanted {
  std::vector<std::string> patterns;
  bool has(std::string_view ref) const;
};

class Source {
 public:
  explicit Source(std::string shown) : shown_(std::move(shown)) {}
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Throws Failure(damaged) for what is missing or does not match its id, refused over a limit.
  // One thread at a time.
  virtual Object read(const Oid& oid) const = 0;
  virtual Type type_of(const Oid& oid) const = 0;
  // The same for one that is not large (large_blob.hpp): of a large blob the length alone.
  struct Short {
    std::optional<Object> object;
    std::uint64_t bytes = 0;
  };
  virtual Short read_short(const Oid& oid) const = 0;
  // Blobs that may resemble this one, the likeliest first; asked before it is read.
  virtual std::vector<Oid> kin(const Oid&) const { return {}; }

  // In byte order. What cannot be resolved becomes a notice, as git passes it over with a warning.
  virtual std::vector<SourceRef> refs(const Wanted& wanted, std::vector<Notice>& notices) const = 0;

  // The length of its ids, 20 or 32.
  virtual std::uint8_t id_bytes() const noexcept { return kSha1Bytes; }

  // The branch that HEAD names, there or not; empty where it names none.
  virtual std::string head_branch() const = 0;

  [[noreturn]] void fail_broken(const Oid& oid, std::string_view what) const;
  // Refuses what is over the limit of its type.
  void check_size(const Oid& oid, Type type, std::uint64_t size) const;
  // As messages call it, in quotes.
  const std::string& shown() const noexcept { return shown_; }

 protected:
  // What to do where an object is missing or broken.
  std::string hint_ = "`git fsck` in it lists what is missing or broken";

 private:
  std::string shown_;
};

// Whoever reads references passes over a file that holds none, or leads nowhere; whoever imports
// wants to hear of it. `refs` and `notices` are what is known already; sorts the notices.
void add_unreadable(const Layout& layout, const Wanted& wanted, const std::vector<SourceRef>& refs,
                    std::vector<Notice>& notices);

// Opens a repository with libgit2; what that cannot read (SHA-256 ids, extensions of the format)
// with the plumbing of git, where it is installed. Throws Failure as import_git does.
std::unique_ptr<Source> open_source(const ImportOptions& options);

// Failure(unsupported) for what it cannot read.
std::unique_ptr<Source> open_with_library(const Layout& layout, const std::string& shown,
                                          bool any_owner);
// Through `git cat-file --batch`: a child that lives as long as the source, and dies with the
// thread that called this.
std::unique_ptr<Source> open_with_program(const Layout& layout, const std::string& shown,
                                          bool any_owner, const std::string& program);

}  // namespace hn::git
