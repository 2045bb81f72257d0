#include "hn/store/commit_numbers.hpp"

namespace hn::store {

CommitNumbers::CommitNumbers(const BlockHistory& history, bool by_index)
    : history_(&history), index_(history.index()) {
  if (by_index && index_ != nullptr && !index_->is_damaged()) rows_ = index_->size();
}

CommitNumber CommitNumbers::of(const object::Id& commit) {
  if (rows_ > 0) {
    if (const auto row = index_->row_of(commit)) return *row;
  }
  const auto [at, is_new] =
      number_of_other_.try_emplace(commit, rows_ + static_cast<CommitNumber>(others_.size()));
  if (is_new) others_.push_back(commit);
  return at->second;
}

object::Id CommitNumbers::id(CommitNumber commit) const {
  if (!is_row(commit)) return others_[commit - rows_];
  return index_->id_of(commit).value_or(object::Id());
}

void CommitNumbers::parents(CommitNumber commit, std::vector<CommitNumber>& out) {
  out.clear();
  if (is_row(commit)) {
    if (!index_->parent_rows(commit, out)) out.clear();
    return;
  }
  const auto found = history_->parents(id(commit));
  if (!found) return;
  for (const object::Id& parent : *found) out.push_back(of(parent));
}

std::uint64_t CommitNumbers::generation(CommitNumber commit) const {
  if (is_row(commit)) return index_->generation_of(commit);
  const auto found = history_->generation(id(commit));
  return found ? *found : kUnknown;
}

std::int64_t CommitNumbers::time(CommitNumber commit) const {
  if (is_row(commit)) return index_->time_of(commit);
  const auto found = history_->time(id(commit));
  return found ? *found : INT64_MIN;
}

}  // namespace hn::store
