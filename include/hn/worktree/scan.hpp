#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hn/worktree/conflict.hpp"
#include "hn/worktree/ignore.hpp"
#include "hn/worktree/index.hpp"
#include "hn/worktree/name.hpp"
#include "hn/worktree/pathspec.hpp"
#include "hn/worktree/watched.hpp"

// What differs between a working tree and its base tree, and the tree that a commit would record.
namespace hn::worktree {

struct ScanOptions {
  std::string root;  // the working tree's folder
  // A folder that hn owns, on the same file system, which tells its time; without it more files are
  // read again than need be.
  std::string staging;
  const object::BlockReader* reader = nullptr;
  std::optional<object::Id> base;     // the tree that the working tree stands on
  Index index;                        // as loaded; empty is right, only slower
  std::vector<Patterns> excludes;     // patterns that stand in no folder, weakest first
  ConflictForm* conflicts = nullptr;  // without it conflicts stay as they are
  Traits traits;
  // Where contents go: one writer per thread, or the same one where it may be shared. Empty: files
  // that stat says changed are hashed and written nowhere, untracked ones not even read.
  std::vector<object::BlockWriter*> writers;
  unsigned threads = 0;  // 0: as many as the machine has
  bool list_ignored = false;
  // Ignored folders are entered too, so that `ignored` has each file below them, and `folders` has
  // what was entered. Costs reading folders that are else left alone.
  bool survey = false;
  // By path_less: these files count as new ones, not as ignored.
  std::vector<std::string> tracked;
  // What a watcher said when it was asked with the index's token, before the scan: what it vouches
  // for is not looked at. Of no use in a survey, and where the file system keeps less than names,
  // bits and symlinks.
  std::optional<WatchAnswer> watched;
};

// A path that is not as in the base tree.
struct Change {
  std::string path;
  std::optional<object::Value> base;  // nullopt: untracked
  // nullopt: deleted. The id of an untracked file is zero where the scan had no writers.
  std::optional<object::Value> now;
  bool markers_left = false;  // a conflict that was edited, with marker lines in it still
  bool as_written{};          // a conflict that is resolved by what was written for it

  bool added() const noexcept { return !base; }
  bool deleted() const noexcept { return !now; }
  // Both are files, executable or not, or both are symlinks.
  bool same_type() const noexcept;
  friend bool operator==(const Change&, const Change&) = default;
};

// Something that a scan leaves as it stands in the base tree, or leaves out.
struct Notice {
  enum class Kind {
    nested_repository,  // a .git or .hn below the root
    reserved_name,      // another spelling of them
    special_file,       // fifo, socket or device
    unreadable,         // no permission, or the system failed to read it
    unstable,           // changed each time while it was read
    too_deep,           // a folder below kDepthMax
    refused,            // in the base tree, but cannot be held here
    half_resolved,      // a conflict of which some files were edited or removed; still a conflict
    rules_unread,       // an ignore file that cannot be read: what it ignores is not known
  };
  Kind kind = Kind::unreadable;
  std::string path;
  friend bool operator==(const Notice&, const Notice&) = default;
};
std::string_view name_of(Notice::Kind kind) noexcept;

// A file NAME~side of a conflict that is resolved, as it was written: in no change, and to be
// removed once the resolution is recorded.
struct Leftover {
  std::string path;
  std::string conflict;
  friend bool operator==(const Leftover&, const Leftover&) = default;
};

// A folder that a survey entered.
struct SeenFolder {
  std::string path;
  bool ignored = false;
  bool nested = false;  // has a .git or .hn of its own, or another spelling of them
  friend bool operator==(const SeenFolder&, const SeenFolder&) = default;
};

struct Snapshot {
  std::optional<object::Id> base;
  std::vector<Change> changes;  // by path_less
  std::vector<Notice> notices;  // by path_less
  std::vector<std::string>
      ignored;  // files and folders, where asked for; a folder stands for all in it
  std::vector<SeenFolder> folders;     // of a survey, by path_less, without the root
  std::vector<Leftover> leftovers;     // by path_less
  std::vector<std::string> conflicts;  // paths that are in conflict still
  std::vector<std::string> tracked;    // as in the options
  Index index;                         // to save
  bool contents_written = false;       // the scan had writers
  bool index_changed = false;          // whether that is worth it
  std::uint64_t files_seen = 0;
  std::uint64_t files_read = 0;
  std::uint64_t files_vouched = 0;   // of those seen, which were not looked at
  std::uint64_t folders_listed = 0;  // the others are known to have the names of their rows
  bool clean() const noexcept { return changes.empty(); }
  // Whether a change is one of what is recorded or is to be, not of what is just new.
  bool is_asked_for(const Change& change) const;
};

// Reads stat of every file that is not ignored, and contents where stat does not vouch for them.
// Never follows a symlink, opens nothing but regular files, never enters .git or .hn. A file that
// changes while it is read is read again. What cannot be read or held here counts as unchanged and
// gets a notice; only what is seen to be gone is a deletion. Threads are joined before it returns.
// Throws Failure: no_repository for a root that is no folder, absent and damaged for base trees.
Snapshot scan(ScanOptions options);

// Writes the folders of base + changes, those that match, and answers the new root; a tree without
// entries is written too. Folders without changes are neither read nor written. The contents were
// written by scan (asserted). Marks the snapshot's index with what is recorded now, and keeps only
// the leftovers of conflicts that are. Throws Failure.
object::Id record(Snapshot& snapshot, object::BlockWriter& writer,
                  const object::BlockReader& reader, const Pathspec& meant = {});

// The same for changes from elsewhere: in the order of path_less, each path once.
object::Id write_changes(object::BlockWriter& writer, const object::BlockReader& reader,
                         const std::optional<object::Id>& base, std::span<const Change> changes);

// Removes the files in snapshot.leftovers that are still as scan saw them.
void remove_leftovers(const std::string& root, Snapshot& snapshot);

}  // namespace hn::worktree
