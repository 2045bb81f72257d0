#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "hn/object/commit.hpp"
#include "hn/store/path_filter.hpp"

// One file of the history index (hn-store(5), HISTORY INDEX). Rows are numbered through all layers,
// the lowest first; parents stand before children.
namespace hn::store {

inline constexpr std::uint32_t kNoRow = 0xffffffffU;
// Row numbers leave the top bit free for marks.
inline constexpr std::uint32_t kRowsMax = 0x7ffffffeU;

struct LayerCommit {
  object::Id id;
  std::uint32_t generation = 0;
  std::vector<std::uint32_t> parents;  // rows, each less than this commit's own
  object::Id tree;
  std::int64_t time = 0;
  std::optional<object::GitId> git;
  friend bool operator==(const LayerCommit&, const LayerCommit&) = default;
};

inline constexpr std::size_t kSubjectBytesMax = 255;

// What is kept of a commit for one question each; what is empty is not known.
struct LayerNote {
  Bytes filter;         // path_filter()
  std::string subject;  // of its message, at most kSubjectBytesMax bytes
  bool empty() const noexcept { return filter.empty() && subject.empty(); }
};

struct LayerTag {
  object::Id id;
  object::GitId git;
  friend auto operator<=>(const LayerTag&, const LayerTag&) = default;
};

struct LayerParts {
  Hash repository{};
  std::uint64_t below = 0;           // the name of the layer below, 0 for the lowest
  std::uint32_t rows_below = 0;      // of all layers below
  std::vector<LayerCommit> commits;  // ids once each
  std::vector<LayerNote> notes;      // of each commit
  std::vector<LayerTag> tags;        // by id, each once
};

Bytes encode_layer(const LayerParts& parts);

// Where a git id leads within its layer.
struct LayerGit {
  object::GitId git;
  bool tag = false;
  std::uint32_t place = 0;  // of a commit its row (numbered through), of a tag its place
};

// Reads a layer in place, whatever its bytes are. The head is checked at once, each page of the
// rest when it is first looked at. What cannot be believed is answered with nothing, and
// is_damaged() from then on. The bytes outlive it. One thread at a time.
class LayerView {
 public:
  static Result<LayerView> open(ByteView bytes, const Hash& repository) noexcept;

  std::uint64_t name() const noexcept { return name_; }
  std::uint64_t below() const noexcept { return below_; }
  std::uint32_t rows_below() const noexcept { return rows_below_; }
  std::uint32_t size() const noexcept { return commits_; }
  std::uint32_t tag_count() const noexcept { return tags_; }
  bool is_damaged() const noexcept { return damaged_; }

  // `row` is numbered through all layers and must be of this one.
  bool holds(std::uint32_t row) const noexcept {
    return row >= rows_below_ && row - rows_below_ < commits_;
  }
  std::optional<LayerCommit> commit(std::uint32_t row) const;
  std::optional<object::Id> id(std::uint32_t row) const;
  bool parents(std::uint32_t row, std::vector<std::uint32_t>& out) const;
  std::optional<std::uint32_t> generation(std::uint32_t row) const;
  std::optional<std::int64_t> time(std::uint32_t row) const;
  std::optional<object::Id> tree(std::uint32_t row) const;
  std::optional<std::uint32_t> find(const object::Id& commit) const;
  // Of the paths that it changed against its first parent; empty where there is none.
  ByteView filter(std::uint32_t row) const;
  // Of its message; empty where it is not known.
  std::string_view subject(std::uint32_t row) const;
  std::uint32_t unfiltered() const;  // rows without one

  std::optional<LayerTag> tag(std::uint32_t place) const;
  std::optional<LayerTag> find_tag(const object::Id& id) const;

  // Git's ids that begin with these digits, in their order, behind those in `out`, until there are
  // `max`.
  void find_git(std::string_view hex_prefix, std::size_t max, std::vector<LayerGit>& out) const;

  // Who sees what a layer alone cannot (rows of another one) says by this that it is damaged.
  void spoil() const noexcept { damaged_ = true; }

  // Reads all pages and all rows, and finds each commit and tag again by its id and by git's.
  bool is_sound() const;

 private:
  LayerView() = default;
  // A sorted table: records that begin with a key of `key` bytes and end with a number of 4.
  struct Table {
    std::uint64_t at = 0;  // in the body
    std::uint32_t count = 0;
    std::uint32_t key = 0;
    std::uint32_t record() const noexcept { return key + 4; }
  };

  ByteView look(std::uint64_t at, std::uint64_t bytes) const noexcept;
  ByteView commit_bytes(std::uint32_t row) const noexcept;
  ByteView record(const Table& table, std::uint32_t place) const noexcept;
  std::uint32_t lower_bound(const Table& table, ByteView key) const noexcept;
  std::optional<object::GitId> git_at(std::uint32_t place, std::uint32_t number) const;
  std::optional<LayerGit> led_to(const Table& table, std::uint32_t place) const;
  bool further_parents(std::uint32_t first, std::uint32_t row,
                       std::vector<std::uint32_t>& out) const;
  bool is_sorted(const Table& table, bool each_once) const;
  std::uint32_t note_end(std::uint32_t row) const;
  ByteView note(std::uint32_t row) const;

  ByteView body_;
  ByteView sums_;
  std::uint64_t name_ = 0;
  std::uint64_t below_ = 0;
  std::uint32_t rows_below_ = 0;
  std::uint32_t commits_ = 0;
  std::uint32_t further_ = 0;
  std::uint32_t tags_ = 0;
  std::uint32_t note_bytes_ = 0;
  Table ids_;
  Table git_sha1_;
  Table git_sha256_;
  Table tag_ids_;
  std::uint64_t further_at_ = 0;
  std::uint64_t notes_at_ = 0;
  mutable std::vector<bool> seen_;  // pages whose checksum was right
  mutable bool damaged_ = false;
};

// The file that says which layers there are, the lowest first.
inline constexpr std::size_t kLayersMax = 64;
Bytes encode_chain(const Hash& repository, const std::vector<std::uint64_t>& names);
Result<std::vector<std::uint64_t>> decode_chain(ByteView bytes, const Hash& repository) noexcept;

}  // namespace hn::store
