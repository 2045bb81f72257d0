#pragma once

#include <memory>
#include <span>

#include "hn/store/history_index.hpp"

namespace hn::store {

// The commit graph over a reader of blocks and, where there is one, the history index. What the
// index does not have is read and decoded once and then remembered (some 200 bytes for a commit).
// The answers are the same with and without the index as long as no block is lost. Depth of the
// graph costs no stack. One thread at a time.
//
// Answers Code::absent with the commit as subject where a commit, or for its generation one beneath
// it, is not here, and Code::invalid where one does not decode.
class BlockHistory final : public object::History {
 public:
  // Both outlive this.
  explicit BlockHistory(const object::BlockReader& reader, const HistoryIndex* index = nullptr);
  ~BlockHistory() override;

  Result<std::vector<object::Id>> parents(const object::Id& commit) const override;
  Result<std::uint64_t> generation(const object::Id& commit) const override;
  // The committer's, seconds since 1970.
  Result<std::int64_t> time(const object::Id& commit) const;

  // How many commits object::reachable() would list, at some nanoseconds each.
  Result<std::uint64_t> count_reachable(std::span<const object::Id> from,
                                        std::span<const object::Id> without) const;
  // Whether `commit` is one of `from` or an ancestor of one.
  Result<bool> is_reachable(const object::Id& commit, std::span<const object::Id> from) const;

  // nullptr where there is none.
  const HistoryIndex* index() const noexcept;

  // Git's id of a commit or tag that carries one.
  Result<std::optional<object::GitId>> git_id_of(object::Kind kind, const object::Id& id) const;
  // Commits and tags whose id in git begins with these hexadecimal digits, by that id: those in the
  // index, and those that this object was asked about before (generation() of a commit makes it and
  // all beneath it known, git_id_of() a tag). They need not be reachable from anything, and the
  // claim is that of their blocks, which only a check of git's ids verifies.
  std::vector<GitNamed> find_git(std::string_view hex_prefix, std::size_t max) const;

  // Filters of changed paths that the index has not would be of use (HistoryIndex::add_filters):
  // somebody asked for them in vain, or keep() left out too many.
  void want_filters() const noexcept;
  bool wants_filters() const noexcept;

  // Makes these commits known to the index, each after its parents, in parts: however many they
  // are, memory holds one part, some 80 MB. As keep().
  void learn(std::span<const object::Id> commits,
             std::size_t part = std::size_t{1} << 17) const noexcept;

  // At the end of a command: writes to the index what had to be read from blocks, if that was more
  // than kKeepMin commits and tags, or if the index was found damaged. The reader must be the store
  // itself: what a batch holds may never come to be. Never throws.
  void keep() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reading so many commits again costs each command less than a millisecond, and a file for each
// commit would be a file for each command.
inline constexpr std::size_t kKeepMin = 64;
// Up to so many commits get their filters of changed paths when they are written, a tenth of a
// second of work; those of more are made by a process that nobody waits for.
inline constexpr std::size_t kFilterAtOnceMax = 1000;

}  // namespace hn::store
