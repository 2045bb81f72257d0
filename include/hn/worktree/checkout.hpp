#pragma once

#include <string>
#include <vector>

#include "hn/worktree/conflict.hpp"
#include "hn/worktree/index.hpp"
#include "hn/worktree/name.hpp"

// Moves a working tree from one tree to another. First a plan, made without touching anything; then
// the plan is carried out.
namespace hn::worktree {

// A few hundred bytes make a folder that holds itself ten times, ten levels deep: ten thousand
// million paths. No project has come near this number, and a plan of as many fits in memory.
inline constexpr std::size_t kChangesMax = 4'000'000;

struct CheckoutOptions {
  std::string root;     // the working tree's folder
  std::string staging;  // a folder that hn owns, best on the same file system
  std::string index_file;
  const object::BlockReader* reader = nullptr;
  std::optional<object::Id> from;  // the tree that the working tree stands on; nullopt: none
  std::optional<object::Id> to;
  Index index;                        // as loaded
  ConflictForm* conflicts = nullptr;  // needed where either tree has conflicts
  Traits traits;
  // Local changes and untracked files in the way are lost. Files in a folder where `to` has a file
  // are an obstacle all the same.
  bool overwrite = false;
  // Paths (of files, not folders) to bring to `to` also where both trees agree on them; with
  // `overwrite` this undoes local changes.
  std::vector<std::string> restore;
  unsigned threads = 0;  // 0: as many as the machine has
  // New versions are written into files without a name where the file system has those; false:
  // nowhere.
  bool unnamed = true;
  // Failure(refused) where more paths differ.
  std::size_t changes_max = kChangesMax;
};

// What would be lost if the checkout went on.
struct Obstacle {
  enum class Kind {
    modified,    // differs from `from`
    deleted,     // gone, and `to` has another version of it
    untracked,   // stands where `to` has something, or in a folder where `to` has a file
    replaced,    // a folder on the way is a file or a symlink
    unreadable,  // cannot be compared
    unwritable,  // stands in a folder that this user may not change
  };
  Kind kind = Kind::modified;
  std::string path;
  friend bool operator==(const Obstacle&, const Obstacle&) = default;
};
std::string_view name_of(Obstacle::Kind kind) noexcept;

// A path of `to` that is not written. The index remembers it, so that no scan takes it for deleted.
struct Refusal {
  enum class Kind {
    reserved,   // a spelling of .git or .hn
    collision,  // this file system takes it and `other` for one
    name,       // this file system cannot hold the name or the symlink's target
    too_deep,
  };
  Kind kind = Kind::reserved;
  std::string path;
  std::string other;  // of a collision
  friend bool operator==(const Refusal&, const Refusal&) = default;
};
std::string_view name_of(Refusal::Kind kind) noexcept;

// A file as it stands on disk before or after a checkout.
struct PlannedFile {
  object::Mode mode = object::Mode::file;  // file, executable, symlink or submodule
  std::optional<object::Id> id;            // of its content; none for a submodule
  std::optional<Bytes> bytes;              // content that is in no store: a conflict's markers
};

struct Step {
  std::string path;
  std::string owner;               // the path of the tree that it belongs to
  std::optional<PlannedFile> now;  // written there
  bool present = false;            // there is a file to remove or to replace,
  bool folder = false;             // or an emptied folder,
  Witness witness;                 // and this is what stat said of it
  bool done = false;               // it is as it should be already
};

struct Plan {
  std::vector<Step> steps;              // by path_less
  std::vector<Obstacle> obstacles;      // by path_less; where there is one, nothing may be touched
  std::vector<Refusal> refusals;        // by path_less; the rest is checked out
  std::vector<object::Change> changes;  // between the two trees, by path_less
  Index index;                          // with `from` as its base
};

// Reads what is needed of the working tree and changes nothing. A file that is in the way but
// equals what would be written is no obstacle, nor is one that a broken-off checkout left half
// written: so a checkout that was interrupted is completed by the same call. Throws Failure.
Plan plan_checkout(const CheckoutOptions& options);

struct CheckoutResult {
  Index index;                      // saved to index_file already
  std::vector<Obstacle> obstacles;  // what came in the way after the plan was made: not touched
  std::vector<Refusal> refusals;    // all, those found while writing too
  std::uint64_t written = 0;
  std::uint64_t removed = 0;
  // The working tree stands on `to`. Otherwise it stands on `from` with some paths moved, and the
  // same checkout completes it.
  bool complete() const noexcept { return obstacles.empty(); }
};

// Asserts that the plan has no obstacles. New files are created exclusively, others replaced by
// rename; nothing is written through a symlink. Emptied folders go. Saves the index before the
// first change and after the last, also where it throws Failure.
CheckoutResult carry_out(const CheckoutOptions& options, Plan plan);

}  // namespace hn::worktree
