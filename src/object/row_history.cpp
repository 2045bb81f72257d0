#include "hn/object/row_history.hpp"

#include <algorithm>
#include <queue>

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
// all ancestors of a common one are marked as soon as it is found, without the queue. What began at
// an old commit would else wait until the walk has come down to it by way of everything between:
// tens of thousands of commits, and of each a turn in the queue costs more than the mark.
class RowHistory::Walk {
 public:
  explicit Walk(const RowHistory& history) : history_(history) {}
  ~Walk() {
    for (const Row row : reached_) history_.marks_[row] = 0;
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
      const Row row = queue_.top().second;
      queue_.pop();
      unsigned marks = history_.marks_[row];
      if ((marks & kBelow) == 0) --interesting_;
      if ((marks & kCommon) == kCommon) {
        if ((marks & kBelow) == 0) found.push_back(row);
        marks |= kBelow;
        mark_below(row);
      }
      if ((marks & kBelow) != 0 && marked_all_) continue;
      HN_CHECK(history_.ask_parents(row));
      history_.each_parent(row, [&](Row parent) { mark(parent, marks & (kCommon | kBelow)); });
    }
    std::ranges::sort(found, {}, [&](Row row) {
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
  static constexpr std::uint8_t kBelow = 4;   // an ancestor of a common one
  static constexpr std::uint8_t kQueued = 8;  // it waits, or had its turn
  static constexpr std::uint8_t kParentsMarked = 16;

  void mark(Row row, unsigned marks) {
    const unsigned before = add_marks(row, marks | kQueued);
    if ((before & kQueued) != 0) return;
    queue_.emplace(history_.nodes_[row].generation, row);
    if (((before | marks) & kBelow) == 0) ++interesting_;
  }

  // Answers the marks that it had.
  unsigned add_marks(Row row, unsigned marks) {
    std::uint8_t& at = history_.marks_[row];
    const unsigned before = at;
    at = static_cast<std::uint8_t>(before | marks);
    if (before == 0) reached_.push_back(row);
    if ((before & kQueued) != 0 && (before & kBelow) == 0 && (marks & kBelow) != 0) --interesting_;
    return before;
  }

  // First parents first, for old commits are mostly among them, and no more than are asked for.
  // What is not here ends it, as the answer may not depend on that commit; then the queue goes on.
  void mark_below(Row from) {
    std::vector<Row> stack{from};
    while (interesting_ > 0 && !stack.empty()) {
      const Row row = stack.back();
      stack.pop_back();
      if ((add_marks(row, kParentsMarked) & kParentsMarked) != 0) continue;
      if (!history_.ask_parents(row)) {
        marked_all_ = false;
        continue;
      }
      const std::size_t before = stack.size();
      history_.each_parent(row, [&](Row parent) {
        add_marks(parent, kBelow);
        stack.push_back(parent);
      });
      std::reverse(stack.begin() + static_cast<std::ptrdiff_t>(before), stack.end());
    }
  }

  const RowHistory& history_;
  std::priority_queue<std::pair<std::uint64_t, Row>> queue_;
  std::vector<Row> reached_;
  std::size_t interesting_ = 0;  // in the queue and not below a common one
  bool marked_all_ = true;       // what is below a common one is marked so
};

Result<RowHistory::Row> RowHistory::row_of(const Id& commit) const {
  const auto at = rows_.find(commit);
  if (at != rows_.end()) return at->second;
  HN_TRY(const std::uint64_t generation, below_.generation(commit));
  const auto row = static_cast<Row>(nodes_.size());
  if (row >= kMore) return fail(Code::refused, "too many commits", commit.bytes);
  ids_.push_back(commit);
  nodes_.push_back({generation, kUnasked, kNone});
  marks_.push_back(0);
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

}  // namespace hn::object
