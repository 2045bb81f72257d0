#include "hn/object/row_history.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <utility>

namespace hn::object {

template <class Visit>
void RowHistory::each_parent(Row row, const Visit& visit) const {
  const Node node = nodes_[row];
  if (node.second == kMore) {
    for (const Row parent : more_.at(row)) visit(parent);
    return;
  }
  if (node.first != kNone) visit(node.first);
  if (node.second != kNone) visit(node.second);
}

// As in history.cpp by generation, greatest first, until only ancestors of common ones wait; but
// these are not queued: there are tens of thousands of them where one side began at an old commit,
// and of each a turn in the queue costs more than its mark. They lie in a list for each generation,
// and are marked down to that of what comes out of the queue next, which needs no more.
class RowHistory::Walk {
 public:
  explicit Walk(const RowHistory& history) : history_(history) {}
  ~Walk() {
    for (const Row row : reached_) {
      history_.marks_[row] = 0;
      history_.lists_[history_.nodes_[row].generation] = kNone;
    }
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  Result<void> start(std::span<const Id> commits, std::uint8_t marks) {
    for (const Id& id : commits) {
      HN_TRY(const Row row, history_.row_of(id));
      mark(row, marks);
    }
    return {};
  }

  Result<std::vector<Id>> run() {
    std::vector<Row> found;
    while (interesting_ > 0 && !queue_.empty()) {
      const auto [generation, row] = queue_.top();
      HN_CHECK(mark_below(generation));
      queue_.pop();
      const unsigned marks = history_.marks_[row];
      if ((marks & kBelow) != 0) continue;
      --interesting_;
      if ((marks & kCommon) == kCommon) {
        found.push_back(row);
        add_below(row);
        continue;
      }
      HN_CHECK(history_.ask_parents(row));
      history_.each_parent(row, [&](Row parent) { mark(parent, marks & kCommon); });
    }
    std::ranges::sort(found, std::greater<>(), [&](Row row) {
      return std::pair(history_.nodes_[row].generation, history_.ids_[row]);
    });
    std::vector<Id> out;
    out.reserve(found.size());
    for (const Row row : found) out.push_back(history_.ids_[row]);
    return out;
  }

  static constexpr std::uint8_t kOfA = 1;
  static constexpr std::uint8_t kOfB = 2;

 private:
  static constexpr std::uint8_t kCommon = kOfA | kOfB;
  static constexpr std::uint8_t kBelow = 4;    // a common one, or an ancestor of one
  static constexpr std::uint8_t kWaiting = 8;  // in the queue, or had its turn

  void mark(Row row, unsigned marks) {
    std::uint8_t& at = history_.marks_[row];
    const unsigned before = at;
    if ((before & kBelow) != 0) return;
    at = static_cast<std::uint8_t>(before | marks | kWaiting);
    if (before != 0) return;
    reached_.push_back(row);
    queue_.emplace(history_.nodes_[row].generation, row);
    ++interesting_;
  }

  // To the list of its generation.
  void add_below(Row row) {
    std::uint8_t& at = history_.marks_[row];
    if ((at & kBelow) != 0) return;
    if (at == 0) reached_.push_back(row);
    at |= kBelow;
    const std::uint64_t generation = history_.nodes_[row].generation;
    history_.next_[row] = std::exchange(history_.lists_[generation], row);
    below_ = std::max(below_, generation);
  }

  // All that is below a common one and of `generation` or more.
  Result<void> mark_below(std::uint64_t generation) {
    for (; below_ > generation; --below_) {
      Row row = std::exchange(history_.lists_[below_], kNone);
      for (; row != kNone; row = history_.next_[row]) {
        HN_CHECK(history_.ask_parents(row));
        history_.each_parent(row, [&](Row parent) {
          // Those in the queue wait in vain from now on.
          if ((history_.marks_[parent] & (kWaiting | kBelow)) == kWaiting) --interesting_;
          add_below(parent);
        });
      }
      if (interesting_ == 0) return {};
    }
    return {};
  }

  const RowHistory& history_;
  std::priority_queue<std::pair<std::uint64_t, Row>> queue_;
  std::vector<Row> reached_;
  std::size_t interesting_ = 0;  // in the queue and not below a common one
  std::uint64_t below_ = 0;      // the greatest generation with a list
};

Result<RowHistory::Row> RowHistory::row_of(const Id& commit) const {
  const auto at = rows_.find(commit);
  if (at != rows_.end()) return at->second;
  HN_TRY(const std::uint64_t generation, below_.generation(commit));
  const auto row = static_cast<Row>(nodes_.size());
  if (row >= kMore || generation >= kMore)
    return fail(Code::refused, "too many commits", commit.bytes);
  ids_.push_back(commit);
  nodes_.push_back({generation, kUnasked, kNone});
  marks_.push_back(0);
  next_.push_back(kNone);
  if (generation >= lists_.size()) lists_.resize(generation + 1, kNone);
  rows_.emplace(commit, row);
  return row;
}

Result<void> RowHistory::ask_parents(Row row) const {
  if (nodes_[row].first != kUnasked) return {};
  HN_TRY(const auto parents, below_.parents(ids_[row]));
  std::vector<Row> rows;
  for (const Id& parent : parents) {
    HN_TRY(const Row of_parent, row_of(parent));
    rows.push_back(of_parent);
  }
  nodes_[row].first = rows.empty() ? kNone : rows.front();
  if (rows.size() == 2) nodes_[row].second = rows.back();
  if (rows.size() > 2) {
    nodes_[row].second = kMore;
    more_.emplace(row, std::move(rows));
  }
  return {};
}

Result<std::vector<Id>> RowHistory::parents(const Id& commit) const {
  HN_TRY(const Row row, row_of(commit));
  HN_CHECK(ask_parents(row));
  std::vector<Id> out;
  each_parent(row, [&](Row parent) { out.push_back(ids_[parent]); });
  return out;
}

Result<std::uint64_t> RowHistory::generation(const Id& commit) const {
  HN_TRY(const Row row, row_of(commit));
  return nodes_[row].generation;
}

Result<std::vector<Id>> RowHistory::common_ancestors(std::span<const Id> a,
                                                     std::span<const Id> b) const {
  Walk walk(*this);
  HN_CHECK(walk.start(a, Walk::kOfA));
  HN_CHECK(walk.start(b, Walk::kOfB));
  return walk.run();
}

// By the table as long as all commits are in it.
class RowHistory::Earlier final : public CommonWithEarlier {
 public:
  explicit Earlier(const RowHistory& history) : history_(history) {
    if (history.table_ != nullptr) rows_.emplace(*history.table_);
  }

  Result<std::vector<Id>> common_with(const Id& commit) override {
    const auto row = rows_ ? history_.table_->row_of(commit) : std::nullopt;
    if (!row) return history_.common_ancestors(added_, {&commit, 1});
    std::vector<Id> out;
    for (const Row found : rows_->common_with(*row)) out.push_back(history_.table_->ids()[found]);
    return out;
  }

  Result<void> add(const Id& commit) override {
    added_.push_back(commit);
    const auto row = rows_ ? history_.table_->row_of(commit) : std::nullopt;
    if (row)
      rows_->add(*row);
    else
      rows_.reset();
    return {};
  }

 private:
  const RowHistory& history_;
  std::vector<Id> added_;
  std::optional<HistoryTable::Earlier> rows_;
};

std::unique_ptr<CommonWithEarlier> RowHistory::common_with_earlier() const {
  return std::make_unique<Earlier>(*this);
}

}  // namespace hn::object
