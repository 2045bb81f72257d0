#pragma once

#include <memory>
#include <string>
#include <vector>

#include "git/oid.hpp"
#include "hn/git/export.hpp"

namespace hn::git {

// A git repository on disk, as far as export writes it. has() may be called from several threads
// at once.
class Target {
 public:
  explicit Target(std::string path, bool made) : path_(std::move(path)), made_(made) {}
  virtual ~Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  bool made() const noexcept { return made_; }
  const std::string& path() const noexcept { return path_; }
  // The length of its ids, 20 or 32.
  virtual std::uint8_t id_bytes() const noexcept = 0;
  virtual std::string pack_folder() const = 0;

  virtual bool has(const GitId& id) const = 0;
  // nullopt where it is missing, broken or of another type.
  virtual std::optional<Bytes> read(Type type, const GitId& id) const = 0;
  // One object in a file of its own, durable.
  virtual void write(Type type, const GitId& id, ByteView bytes) = 0;
  // Looks again for packs.
  virtual void refresh() = 0;

  // What a reference holds, symbolic ones followed; nullopt where it is not there or holds nothing.
  virtual std::optional<GitId> ref(const std::string& name) const = 0;
  // Names below refs/heads/ and refs/tags/ in byte order.
  virtual std::vector<std::string> refs() const = 0;
  static bool is_ref_name(const std::string& name);
  // The reference that HEAD names, there or not; empty where it is detached.
  virtual std::string head() const = 0;

  virtual bool has_working_tree() const = 0;
  // Asks whether a working tree can follow its branch from a commit (none: an unborn branch) to
  // another, and throws Failure(refused) where files are in the way.
  virtual void require_clean(const std::optional<GitId>& from) const = 0;
  // Brings index and files from a commit to another. `keep_files`: the index alone.
  virtual void check_out(const std::optional<GitId>& from, const GitId& to, bool keep_files) = 0;

  struct Move {
    std::string name;
    std::optional<GitId> before;  // what it must hold still
    std::optional<GitId> now;     // nothing: it is removed
  };
  // All are locked, then all moved; Failure(busy) where one holds something else by now.
  virtual void move(const std::vector<Move>& moves) = 0;

 protected:
  // What the working tree of this path holds that is not committed.
  [[noreturn]] void fail_unclean(const std::string& file, bool unborn) const;
  [[noreturn]] void fail_in_the_way(const std::string& why) const;

 private:
  std::string path_;
  bool made_;
};

// Opens what is at the path, or makes it where there is nothing or an empty folder: with the ids
// that `options` asks for, else those of the history. Repositories with SHA-256 ids are git's own
// plumbing's to write. Throws Failure as export_git does.
enum class Missing { make, fail };
std::unique_ptr<Target> open_target(const ExportOptions& options, Missing missing);

// Libgit2's error, or 0 with the repository open.
struct LibraryOpened {
  std::unique_ptr<Target> target;
  int error = 0;
  std::string why;
};
LibraryOpened open_library_target(const std::string& path);
std::unique_ptr<Target> make_library_target(const ExportOptions& options);

// Failure(unsupported) where git is not installed or too old.
std::unique_ptr<Target> open_program_target(const ExportOptions& options);
std::unique_ptr<Target> make_program_target(const ExportOptions& options, std::uint8_t id_bytes);

}  // namespace hn::git
