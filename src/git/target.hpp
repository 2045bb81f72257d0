#pragma once

#include <memory>
#include <string>
#include <vector>

#include "git/oid_map.hpp"
#include "hn/git/export.hpp"

namespace hn::git {

// A git repository on disk, as far as export writes it.
class Target {
 public:
  // Opens what is at the path, or makes it where there is nothing or an empty folder.
  enum class Missing { make, fail };
  Target(const ExportOptions& options, Missing missing);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  bool made() const noexcept { return made_; }
  std::string pack_folder() const;

  bool has(const GitId& id) const;
  // nullopt where it is missing, broken or of another type.
  std::optional<Bytes> read(Type type, const GitId& id) const;
  // One object in a file of its own, durable.
  void write(Type type, const GitId& id, ByteView bytes);
  // Looks again for packs.
  void refresh();

  // What a reference holds, symbolic ones followed; nullopt where it is not there or holds nothing.
  std::optional<GitId> ref(const std::string& name) const;
  // Names below refs/heads/ and refs/tags/ in byte order.
  std::vector<std::string> refs() const;
  static bool is_ref_name(const std::string& name);
  // The reference that HEAD names, there or not; empty where it is detached.
  std::string head() const;

  // Asks whether a working tree can follow its branch from a commit (none: an unborn branch) to
  // another, and throws Failure(refused) where files are in the way.
  void require_clean(const std::optional<GitId>& from) const;
  // Brings index and files to a commit. `keep_files`: the index alone.
  void check_out(const GitId& to, bool keep_files);
  bool has_working_tree() const;

  struct Move {
    std::string name;
    std::optional<GitId> before;  // what it must hold still
    std::optional<GitId> now;     // nothing: it is removed
  };
  // All are locked, then all moved; Failure(refused) where one holds something else by now.
  void move(const std::vector<Move>& moves);

 private:
  struct Handles;
  [[noreturn]] void fail(Code code, const std::string& what) const;

  std::unique_ptr<Handles> handles_;
  std::string path_;
  bool made_ = false;
};

}  // namespace hn::git
