#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hn/git/form.hpp"
#include "hn/store/id_table.hpp"

// Import: a git repository on this machine becomes blocks. A pure function of the git objects: two
// devices that import alike get equal ids. What canonical form cannot reproduce byte for byte
// keeps git's bytes in a raw block; every commit and tag carries its git id, checked here.
//
// Nothing of the repository is executed, no filter runs, no configuration outside it is read. Its
// bytes are hostile: what is broken ends in a Failure that names the object, before any answer.
namespace hn::git {

// Libgit2 holds an object as a whole, twice while it applies a delta.
inline constexpr std::uint64_t kBlobBytesMax = std::uint64_t{4} << 30;
// Commits, tags and trees are parsed in memory; git's own largest trees are a few megabytes.
inline constexpr std::uint64_t kMetaBytesMax = std::uint64_t{256} << 20;
// More would tell a reader nothing that the count does not.
inline constexpr std::size_t kNoticesMax = 1000;

struct ImportedRef {
  // Raw bytes: without refs/heads/ or refs/tags/; in full what lies elsewhere.
  std::string name;
  bool is_tag = false;
  // commit for a branch; of a tag also tag (annotated), tree (a folder) or chunk (a file).
  object::Kind kind = object::Kind::commit;
  object::Id id;
  GitId git;
  friend bool operator==(const ImportedRef&, const ImportedRef&) = default;
};

struct ImportOptions {
  std::string path;  // a repository, bare or with a working tree; no search in folders above

  // Reads a repository that another user owns, as git's safe.directory does.
  bool any_owner = false;

  // Incremental import: the id under which a commit or tag was imported before. The walk stops
  // there; only what is newer is read. Called in the thread that calls import_git.
  std::function<std::optional<object::Id>(const GitId&)> known;

  // Reads blocks that are there already, among them those that `known` names and, if it can, those
  // just written. Makes things cheaper (delta bases of large files and folders, unchanged folders
  // of known commits). Without it the answer is the same, but for commits that hn exported with
  // conflicts (hn-git(7), CONFLICTS): those come back as git shows them.
  const object::BlockReader* blocks = nullptr;

  // Patterns of references to read (refs.hpp, matches_ref); none: refs/heads and refs/tags.
  std::vector<std::string> refs = {};

  // The folder is a shallow clone that holds what is new and no more: `known` answers for each
  // commit at which it ends.
  bool only_news = false;
  // References that are not in the folder since they stand where they stood at an import before.
  std::vector<ImportedRef> unmoved = {};
  // The branch that HEAD names; not given: as the folder says.
  std::optional<std::string> head = {};

  // What messages call the repository; empty: the path.
  std::string shown = {};

  // For what is known of each object; without it that stays in memory, some 250 bytes an object.
  store::Scratch scratch = {};
  // Told of each commit, parents before children, once it is written.
  std::function<void(const object::Id&)> commit_done = {};
};

enum class Phase : std::uint8_t { references, history, objects };

class Progress {
 public:
  virtual ~Progress() = default;
  // `done` of `total` commits and tags; total is 0 while it is not known. `objects` counts all
  // kinds. Called in the thread that calls import_git, often: drawing seldom is the callee's part.
  virtual void at(Phase phase, std::uint64_t done, std::uint64_t total, std::uint64_t objects) = 0;
};

// What hn shows otherwise than git does. Git's own bytes are kept all the same.
struct Notice {
  std::string subject;  // git's id of the object, or the reference's full name
  std::string what;     // "entry '..' is shown as '%2E%2E'"
  friend bool operator==(const Notice&, const Notice&) = default;
};

struct ImportCounts {
  std::uint64_t commits = 0;
  std::uint64_t tags = 0;
  std::uint64_t trees = 0;
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;  // of these objects in git's form
  std::uint64_t raw_commits = 0;
  std::uint64_t raw_tags = 0;
  std::uint64_t raw_trees = 0;
  std::uint64_t objects() const noexcept { return commits + tags + trees + blobs; }
};

struct Imported {
  // Branches, then tags, each in byte order of their names.
  std::vector<ImportedRef> refs;
  // HEAD's branch; where HEAD is detached or its branch does not exist: main, master, or the first
  // one. Of a repository without branches the name that HEAD would give the first one, empty where
  // HEAD names none.
  std::string default_branch;
  ImportCounts counts;          // what was read, less what was known
  std::vector<Notice> notices;  // at most kNoticesMax
  std::uint64_t notices_left_off = 0;
};

// Reads the references that are asked for and all they reach. Throws Failure: not_found (no such
// path, or a pattern that nothing matches), invalid (no git repository), refused (another's,
// shallow, full of traps, or over a limit), unsupported (a feature of git's that only git itself
// could read, which is not installed), damaged (an object is missing or broken), io.
// Uses one thread of its own, which reads ahead, and at most some hundred megabytes beside about
// 150 bytes per object. What libgit2 cannot read is read by a child process, git itself.
Imported import_git(const ImportOptions& options, object::BlockWriter& writer, Progress& progress);

// What Imported::default_branch is going to be, without reading more than references. Looks at
// path, shown, refs and any_owner alone.
std::string default_branch_of(const ImportOptions& options);
// The same of references that are known, sorted as in Imported; `head`: the branch that HEAD names,
// there or not, empty where it names none.
std::string default_branch_of(const std::vector<ImportedRef>& refs, const std::string& head);

}  // namespace hn::git
