#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hn/git/import.hpp"
#include "hn/object/history.hpp"
#include "hn/os/file_system.hpp"

// Export: blocks become a git repository on this machine again. What came from git has the ids with
// which it came in; what was made in hn has ids that are a function of its blocks alone, so every
// device exports alike (hn-git(7), EXPORT).
namespace hn::git {

// A reference that the git repository shall have.
struct ExportRef {
  std::string name;  // full: refs/heads/main
  object::Kind kind = object::Kind::commit;
  object::Id id;
};

// Git's ids of commits and tags that were made in hn, and back. What came from git carries its id.
class MadeHere {
 public:
  virtual ~MadeHere() = default;
  // `id_bytes`: 20 or 32, for what went out as SHA-1 and as SHA-256 has an id of each.
  virtual std::optional<GitId> git_id(const object::Id& id, std::uint8_t id_bytes) const = 0;
  virtual std::optional<object::Id> id_of(const GitId& git) const = 0;
  virtual void learn(const object::Id& id, const GitId& git) = 0;
};

// What git shall note (git-notes(1)) about a commit or tag.
struct ExportNote {
  object::Kind kind = object::Kind::commit;
  object::Id about;
  std::string text;          // ends in a newline
  std::int64_t seconds = 0;  // its time; the notes' commit gets the greatest
};

struct ExportOptions {
  std::string path;   // a git repository, or a folder that is not there or empty
  bool bare = false;  // where it is made: without a working tree
  // The files in `path` are another's to keep (hn's own working tree): git's index follows, they
  // stay.
  bool keep_files = false;
  // References that hold what hn does not have are moved all the same.
  bool force = false;
  // References below refs/heads/ and refs/tags/ that are not in the list are removed.
  bool prune = false;
  std::vector<ExportRef> refs;
  // Where given, of all that the references reach these commits alone, whole, and none of their
  // ancestors: what git calls a shallow repository, whose file "shallow" is the caller's to write.
  std::optional<std::set<object::Id>> only;
  // Of git's ids, 20 or 32. Not given: those of the repository that is there, else of the history;
  // 20 where all of it was made in hn.
  std::optional<std::uint8_t> id_bytes;
  // Where given, refs/notes/hn has these about all of it that is in the repository (hn-git(7),
  // NOTES); ids in ascending order, each once.
  std::optional<std::vector<ExportNote>> notes;
  std::string head;  // the full name of the branch that HEAD of a new repository names
  const object::BlockReader* blocks = nullptr;
  // Opens the same blocks for one thread more, in that thread; none: nothing is read ahead.
  std::function<std::unique_ptr<const object::BlockReader>()> open_blocks;
  const object::History* history = nullptr;
  MadeHere* made_here = nullptr;
  // The commit or tag that came in with this git id; nullopt where none did.
  std::function<std::optional<object::Id>(const GitId&)> imported;
  // For what is known of each object; without it that stays in memory, some 200 bytes an object.
  store::Scratch scratch = {};
  os::FileSystem* fs = nullptr;
  std::string unique;  // differs from that of every other process, for temporary names
};

struct ExportedRef {
  enum class Change : std::uint8_t { none, made, moved, removed };
  std::string name;
  Change change = Change::none;
  std::optional<GitId> before;
  std::optional<GitId> now;
};

struct Exported {
  bool made = false;              // the repository was not there
  std::uint8_t id_bytes = 20;     // of its ids
  std::vector<ExportedRef> refs;  // by name, all that were asked for, and those removed
  std::uint64_t commits = 0;      // written, as the other counts
  std::uint64_t tags = 0;
  std::uint64_t trees = 0;
  std::uint64_t blobs = 0;
  std::uint64_t notes = 0;  // new or changed
  std::uint64_t bytes = 0;  // of the pack and its index; 0 where single objects were written
  std::vector<Notice> notices;
  std::uint64_t objects() const noexcept { return commits + tags + trees + blobs; }
};

// Writes what is missing, then moves the references, all or none; an interrupted export leaves no
// reference moved and nothing that git would not clear away. Throws Failure: invalid (neither a git
// repository nor an empty folder), refused (a reference holds commits that hn has not seen, or was
// rewritten here; files in the way), exists, unsupported (ids of the other length; git is missing,
// which writes SHA-256), damaged, absent, no_space, io.
Exported export_git(const ExportOptions& options, Progress& progress);

struct Compared {
  std::uint64_t objects = 0;
};
// Reads everything that the references reach in the git repository, and compares it with what the
// blocks say. Throws Failure (damaged) for the first that differs, not_found for a reference that
// is not there.
Compared compare_export(const ExportOptions& options, Progress& progress);

// Makes git's ids of what was made in hn beneath these commits, so that an import of a repository
// to which it went before, from whatever device, knows it again. What that repository has, and
// `imported` vouches for, is not walked; commits that cannot be exported are passed over.
struct LearnOptions {
  ImportOptions source;
  std::vector<object::Id> commits;
  const object::BlockReader* blocks = nullptr;
  // Whether this store itself brought in the commit or tag under that git id.
  std::function<std::optional<object::Id>(const GitId&)> imported;
  MadeHere* made_here = nullptr;
};
void learn_made_here(const LearnOptions& options);

}  // namespace hn::git
