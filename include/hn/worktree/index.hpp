#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/result.hpp"
#include "hn/object/tree.hpp"
#include "hn/worktree/watched.hpp"

// The index of a working tree (hn-index(5)): what the base tree says of each path, and what stat(2)
// said when the file's content was last known. A cache: without it the next scan reads every file
// again and finds the same changes.
namespace hn::worktree {

// What stat says of a file; as long as nothing of it differs, the content is taken to be the same.
struct Witness {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  friend bool operator==(const Witness&, const Witness&) = default;
};

struct IndexRow {
  std::string path;                      // names joined by '/', raw bytes
  std::optional<object::Value> base;     // in the base tree
  std::optional<object::Value> content;  // on disk, while `witness` holds
  Witness witness;                       // meaningless without content
  bool pending = false;                  // a checkout is about to write here, or was broken off
  bool refused = false;  // checkout could not hold the path here: absent is not deleted
  bool side = false;     // one of the files that a conflict was written as
  // The witness, and the mode of the content, were found on disk at the moment of the index's token
  // or later. Means nothing without content or token.
  bool seen = false;

  void forget_content() {
    content.reset();
    witness = {};
    seen = false;
  }
  friend bool operator==(const IndexRow&, const IndexRow&) = default;
};

// A folder whose names all had rows, or rows below them, when it was listed. While nothing of the
// witness differs it has those names and no others, and need not be listed. Both times of the
// witness were before the stamp when this was found.
struct IndexFolder {
  std::string path;  // "" is the root, without .hn and .git
  Witness witness;
  std::uint64_t names = 0;
  friend bool operator==(const IndexFolder&, const IndexFolder&) = default;
};

// What an index was read from or saved to, and where it differs from that.
struct IndexOrigin {
  bool known = false;  // without it the next file is written whole
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_bytes = 0;     // with its first section alone
  std::uint64_t sum = 0;             // of the last section
  std::vector<std::string> rows;     // paths whose rows may differ, or are gone
  std::vector<std::string> folders;  // the same
};

struct Index {
  std::optional<object::Id> base;  // the root tree that the rows' base values are of
  // The file system's time before the rows were checked. A file that is not older might have been
  // changed after that within one tick of the clock, and is read again.
  std::int64_t stamp_ns = 0;
  std::vector<IndexRow> rows;        // by path_less, each path once
  std::vector<IndexFolder> folders;  // by path_less, each path once
  // A moment at or after which all of `folders`, and the rows that are seen, were found as they are
  // here. A scan that has no watcher leaves it: what it finds, it finds later.
  std::optional<WatchToken> token;
  IndexOrigin origin;

  const IndexRow* find(std::string_view path) const;
  // To change it. Who changes rows in another way says so by note().
  IndexRow* find(std::string_view path);
  // Rows of paths that have none yet, in any order.
  void add(std::vector<IndexRow> added);
  // The row of a path is about to change, to come or to go.
  void note(std::string_view path);
  // Removes rows that say nothing.
  void drop_empty_rows();
  // What holds of folders from now on: the records at `kept`, in order, and `learned`, in any.
  void set_folders(const std::vector<std::size_t>& kept, std::vector<IndexFolder> learned);
  // A checkout was broken off: the same checkout completes it. Until then a scan takes what is
  // missing for deleted and what is new for untracked.
  bool interrupted() const;
  // Whether the row's content can be taken for granted, given what stat says now.
  bool trusts(const IndexRow& row, const Witness& now) const;
  bool trusts(const IndexFolder& folder, const Witness& now) const;
  // Of what they say, wherever it is from.
  friend bool operator==(const Index& a, const Index& b) {
    return a.base == b.base && a.stamp_ns == b.stamp_ns && a.rows == b.rows &&
           a.folders == b.folders && a.token == b.token;
  }
};

inline constexpr std::size_t kIndexPathBytesMax = std::size_t{1} << 20;

// One section with all rows.
Bytes encode_index(const Index& index);
// The section that makes of the file that the index is from one that has all of it; nullopt where
// there is no such file, or writing it whole costs little more.
std::optional<Bytes> encode_changes(const Index& index);
// Total. Code::unsupported for a later version, Code::damaged where the first section's checksum
// fails, Code::invalid where rows break a rule. What stands behind the last section that is whole
// is left out, and the origin not known.
Result<Index> decode_index(ByteView bytes) noexcept;

// What the file holds. Code::absent without one; any error means: start from an empty index.
Result<Index> load_index(const std::string& file);

// What is to be written, made before it is.
struct IndexUpdate {
  Bytes bytes;
  bool appends = false;
};
IndexUpdate make_update(const Index& index);

// What becomes of a file that somebody has written since.
enum class IfMoved { replace, leave };
// A reader sees the old or the new. `durable` also survives a power cut. Throws Failure.
void save_index(Index& index, const std::string& file, bool durable = false,
                IfMoved moved = IfMoved::replace);
void save_index(Index& index, const IndexUpdate& update, const std::string& file,
                bool durable = false, IfMoved moved = IfMoved::replace);

// Makes the rows' base values those of `tree`; what is known of contents stays. Reads nothing where
// the index has that base already.
Result<void> rebase(Index& index, const object::BlockReader& reader,
                    const std::optional<object::Id>& tree);

}  // namespace hn::worktree
