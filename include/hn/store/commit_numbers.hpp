#pragma once

#include <unordered_map>

#include "hn/store/history.hpp"

namespace hn::store {

using CommitNumber = std::uint32_t;

// The commits of a history as numbers, for walks over many of them: rows of the index where there
// is one, and above them what was asked for otherwise. A look at a row costs some nanoseconds, and
// no table of ids is needed to know a commit again. One thread at a time.
//
// What turns out damaged in the index makes numbers mean nothing: then has_failed(), and the walk
// begins anew with numbers that do without the index.
class CommitNumbers {
 public:
  // The history outlives this.
  explicit CommitNumbers(const BlockHistory& history, bool by_index = true);

  CommitNumber of(const object::Id& commit);
  object::Id id(CommitNumber commit) const;
  // None where the commit is not here.
  void parents(CommitNumber commit, std::vector<CommitNumber>& out);
  // kUnknown of a commit that stands on one that is not here.
  static constexpr std::uint64_t kUnknown = UINT64_MAX;
  std::uint64_t generation(CommitNumber commit) const;
  // INT64_MIN where it is not here.
  std::int64_t time(CommitNumber commit) const;

  bool is_row(CommitNumber commit) const noexcept { return commit < rows_; }
  bool has_failed() const { return rows_ > 0 && index_->is_damaged(); }

 private:
  const BlockHistory* history_;
  const HistoryIndex* index_;
  std::uint32_t rows_ = 0;
  std::vector<object::Id> others_;
  std::unordered_map<object::Id, CommitNumber> number_of_other_;
};

}  // namespace hn::store
