#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/result.hpp"
#include "hn/object/tree.hpp"

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

  void forget_content() {
    content.reset();
    witness = {};
  }
  friend bool operator==(const IndexRow&, const IndexRow&) = default;
};

struct Index {
  std::optional<object::Id> base;  // the root tree that the rows' base values are of
  // The file system's time before the rows were checked. A file that is not older might have been
  // changed after that within one tick of the clock, and is read again.
  std::int64_t stamp_ns = 0;
  std::vector<IndexRow> rows;  // by path_less, each path once

  const IndexRow* find(std::string_view path) const;
  IndexRow* find(std::string_view path);
  // Rows of paths that have none yet, in any order.
  void add(std::vector<IndexRow> added);
  // A checkout was broken off: the same checkout completes it. Until then a scan takes what is
  // missing for deleted and what is new for untracked.
  bool interrupted() const;
  // Whether the row's content can be taken for granted, given what stat says now.
  bool trusts(const IndexRow& row, const Witness& now) const;
  friend bool operator==(const Index&, const Index&) = default;
};

inline constexpr std::size_t kIndexPathBytesMax = std::size_t{1} << 20;

Bytes encode_index(const Index& index);
// Total. Code::unsupported for a later version, Code::damaged where the checksum fails,
// Code::invalid where rows break a rule.
Result<Index> decode_index(ByteView bytes) noexcept;

// What the file holds. Code::absent without one; any error means: start from an empty index.
Result<Index> load_index(const std::string& file);
// Atomic: a reader sees the old or the new. `durable` also survives a power cut. Throws Failure.
void save_index(const Index& index, const std::string& file, bool durable = false);
void save_index(const Bytes& encoded, const std::string& file, bool durable = false);

// Makes the rows' base values those of `tree`; what is known of contents stays. Reads nothing where
// the index has that base already.
Result<void> rebase(Index& index, const object::BlockReader& reader,
                    const std::optional<object::Id>& tree);

}  // namespace hn::worktree
