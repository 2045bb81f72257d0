#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "hn/worktree/scan.hpp"
#include "worktree/root.hpp"

namespace hn::worktree {

// What of an index need not be looked at, because a watcher says that nothing was changed there
// since it was seen. Only read, so any thread may ask.
class Vouching {
 public:
  // What was said of the paths below one folder.
  struct Below {
    bool vouched = false;   // else all of it is looked at
    std::size_t begin = 0;  // of the changed paths, those below it
    std::size_t end = 0;
  };

  // The options outlive it.
  explicit Vouching(const ScanOptions& options) : options_(options) {}

  Below root() const;
  // Of a folder at `path`, which stands in that of `in`.
  Below below(const Below& in, std::string_view path) const;
  // What stands in that folder: whether it is as it was seen, ...
  bool vouches(const Below& in, std::string_view path) const;
  // ... a file that is as in the base tree, ...
  bool vouches(const Below& in, const IndexRow& row) const;
  // ... or a folder that has the names of its record still.
  bool vouches(const Below& in, const IndexFolder& folder) const;
  // The same of the folder itself: nothing that stands in it was changed, made or removed.
  bool vouches_for_names(const Below& in, std::string_view folder) const;

 private:
  const ScanOptions& options_;
};

// The ignore rules of one folder, read when somebody asks for them: in folders that are vouched
// for, mostly nobody does. Any thread may ask.
class FolderRules {
 public:
  explicit FolderRules(Ignore rules) : known_(std::move(rules)) {}
  FolderRules(const Root& root, std::shared_ptr<FolderRules> above, std::string path)
      : root_(&root), above_(std::move(above)), path_(std::move(path)) {}

  const Ignore& get();

 private:
  const Root* root_ = nullptr;
  std::shared_ptr<FolderRules> above_;
  std::string path_;
  std::once_flag once_;
  std::optional<Ignore> known_;
};

// No survey, and a file system on which a row's name, mode and witness say all.
bool can_be_vouched(const ScanOptions& options);

}  // namespace hn::worktree
