#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hn/object/history.hpp"
#include "hn/os/file_system.hpp"
#include "hn/store/path_filter.hpp"

namespace hn::store {

// What the index keeps of a commit: a function of its block and of those beneath it.
struct CommitFacts {
  object::Id id;
  std::uint64_t generation = 0;  // 1 for a root, else 1 + the greatest of the parents
  std::vector<object::Id> parents;
  object::Id tree;
  std::int64_t time = 0;  // the committer's, seconds since 1970
  std::optional<object::GitId> git;
  friend bool operator==(const CommitFacts&, const CommitFacts&) = default;
};

// Of a tag that carries git's id.
struct TagFacts {
  object::Id id;
  object::GitId git;
  friend auto operator<=>(const TagFacts&, const TagFacts&) = default;
};

// A commit or tag that says that git calls it so.
struct GitNamed {
  object::GitId git;
  object::Kind kind = object::Kind::commit;
  object::Id id;
  friend auto operator<=>(const GitNamed&, const GitNamed&) = default;
};

using Subjects = std::unordered_map<object::Id, std::string>;

// The history index of a store (hn-store(5), HISTORY INDEX): a mapped commit graph, so that nobody
// has to read every commit block. Derived: whatever is missing, torn, damaged or of another
// repository is as if it were not there, and is written anew by a later command. What it says of a
// commit was true of the block when it was written; it does not say that the block is still here.
//
// Readers never lock and never fail. It is closed under parents: the parents of a commit in it are
// in it too. What is found is that of the moment of the first question. One thread at a time.
class HistoryIndex {
 public:
  // Opens nothing before the first question. `fs` outlives this.
  HistoryIndex(os::FileSystem& fs, const std::string& store_folder, const Hash& repository);
  ~HistoryIndex();
  HistoryIndex(HistoryIndex&&) noexcept;
  HistoryIndex& operator=(HistoryIndex&&) = delete;

  std::uint32_t size() const;  // commits
  std::optional<CommitFacts> find(const object::Id& commit) const;
  std::optional<TagFacts> find_tag(const object::Id& tag) const;
  // Commits and tags whose id in git begins with these hexadecimal digits, by that id; at most
  // `max`. What several blocks claim is listed several times.
  std::vector<GitNamed> find_git(std::string_view hex_prefix, std::size_t max) const;

  // Rows are the commits in an order in which parents stand before children, from 0 on.
  std::optional<std::uint32_t> row_of(const object::Id& commit) const;
  std::optional<CommitFacts> at(std::uint32_t row) const;
  // Puts the rows of the parents into `out`; false where the row cannot be read.
  bool parent_rows(std::uint32_t row, std::vector<std::uint32_t>& out) const;
  // The same of one row alone, for walks; 0 and nullopt where it cannot be read.
  std::uint32_t generation_of(std::uint32_t row) const;
  std::int64_t time_of(std::uint32_t row) const;
  std::optional<object::Id> id_of(std::uint32_t row) const;
  std::optional<object::Id> tree_of(std::uint32_t row) const;
  // Whether the path of this key is another than in a parent (of a root: than nothing).
  Changed changed_by(std::uint32_t row, const PathKey& key, std::size_t parent = 0) const;
  Bytes filter_of(std::uint32_t row) const;  // empty: none
  // Of its message (object::parts_of), valid as long as this; empty where it is longer than 255
  // bytes or not known.
  std::string_view subject_of(std::uint32_t row) const;
  std::vector<TagFacts> tags() const;

  // Something of it was found damaged: less is in it than was written.
  bool is_damaged() const;
  // Reads it whole; false where a part of it breaks a rule.
  bool is_sound() const;

  // Writes what is not in it yet; parents that are neither in it nor in `commits` leave a commit
  // out. No fsync. Nothing happens where another process is just writing or where the store cannot
  // be written. Costs a file of that size, and now and then one of twice that, four times that and
  // so on. What this object answers stays as it was.
  //
  // With a reader what is written has filters of changed paths, at the cost of a difference of two
  // trees for each commit; where a folder is not here, it has none.
  void add(std::vector<CommitFacts> commits, std::vector<TagFacts> tags,
           const object::BlockReader* reader = nullptr, const Subjects& subjects = {}) const;
  // Makes the filters that rows have not, and writes the index anew where there are any. Costs a
  // difference of two trees for each, during which others read and write the index; nothing happens
  // where another process is at it.
  void add_filters(const object::BlockReader& reader) const;
  // Answers as what is on the disk now; rows may have other numbers.
  void look_again() const;
  // Removes it from the disk.
  void discard() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A commit or tag of the index of which something else is true, or that is not here.
struct WrongRow {
  object::Id id;
  const char* what = "";
};

// Reads the block of every commit and tag in the index; `progress` is told how many there were.
// What cannot be read of the index, and blocks that are damaged, are left out: others say that.
std::vector<WrongRow> check_history(const HistoryIndex& index, const object::BlockReader& reader,
                                    const std::function<void(std::uint64_t rows)>& progress = {});

}  // namespace hn::store
