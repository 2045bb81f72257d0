#include "hn/object/history_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace hn::object {
namespace {

enum : std::uint8_t { kReached = 1, kBelow = 2 };  // below a common one

}  // namespace

Result<HistoryTable> HistoryTable::of(const History& history, std::span<const Id> tips) {
  HN_TRY(auto all, reachable(history, tips, {}, SIZE_MAX));
  if (all.size() > UINT32_MAX) return fail(Code::refused, "too many commits");
  HistoryTable out;
  std::vector<std::pair<std::uint64_t, Id>> order;
  order.reserve(all.size());
  for (const Id& id : all) {
    HN_TRY(const std::uint64_t generation, history.generation(id));
    order.emplace_back(generation, id);
  }
  std::ranges::sort(order);
  out.rows_.reserve(order.size());
  for (const auto& [generation, id] : order) {
    out.rows_.emplace(id, static_cast<Row>(out.ids_.size()));
    out.ids_.push_back(id);
    out.generations_.push_back(generation);
    HN_TRY(const auto parents, history.parents(id));
    for (const Id& parent : parents) out.parents_.push_back(out.rows_.at(parent));
    out.begins_.push_back(out.parents_.size());
  }
  return out;
}

std::optional<HistoryTable::Row> HistoryTable::row_of(const Id& commit) const {
  const auto at = rows_.find(commit);
  return at == rows_.end() ? std::nullopt : std::optional(at->second);
}

// The last row with a mark in [begin, end), or `begin`.
std::size_t HistoryTable::Earlier::last_marked(const Marks& marks, std::size_t end,
                                               std::size_t begin) {
  std::uint64_t eight = 0;
  for (; end >= begin + sizeof eight; end -= sizeof eight) {
    std::memcpy(&eight, marks.data() + end - sizeof eight, sizeof eight);
    if (eight != 0) break;
  }
  while (end > begin && marks[end - 1] == 0) --end;
  return end > begin ? end - 1 : begin;
}

void HistoryTable::Earlier::add(Row commit) {
  above_.push_back(commit);
  while (!above_.empty()) {
    const Row row = above_.back();
    above_.pop_back();
    if (std::exchange(earlier_[row], kReached) != 0 || row < until_) continue;
    for (const Row parent : table_.parents(row)) above_.push_back(parent);
  }
}

void HistoryTable::Earlier::go_down_to(std::size_t row) {
  while (until_ > row) {
    until_ = last_marked(earlier_, until_, row);
    if (earlier_[until_] == 0) continue;
    for (const Row parent : table_.parents(static_cast<Row>(until_))) earlier_[parent] = kReached;
  }
}

// One pass from the commit down: a row has its turn when all its descendants that were reached have
// had theirs, so its marks are complete. There is no queue: rows without a mark cost less than
// keeping the others in order.
std::vector<HistoryTable::Row> HistoryTable::Earlier::common_with(Row commit) {
  std::size_t waiting = 1;  // of the rows that were reached, those not below a common one
  marks_[commit] = kReached;
  std::size_t at = std::size_t{commit} + 1;
  std::size_t lowest = commit;
  std::vector<Row> found;
  while (waiting > 0) {
    at = last_marked(marks_, at, 0);
    const auto row = static_cast<Row>(at);
    std::uint8_t passed_on = marks_[row];
    if (passed_on == kReached) {
      --waiting;
      go_down_to(row);
      if (earlier_[row] != 0) {
        found.push_back(row);
        passed_on = kBelow;
      }
    }
    for (const Row parent : table_.parents(row)) {
      std::uint8_t& marks = marks_[parent];
      if (marks == 0 && passed_on == kReached) ++waiting;
      if (marks == kReached && passed_on == kBelow) --waiting;
      marks = std::max(marks, passed_on);
      lowest = std::min<std::size_t>(lowest, parent);
    }
  }
  std::fill(marks_.begin() + static_cast<std::ptrdiff_t>(lowest),
            marks_.begin() + static_cast<std::ptrdiff_t>(commit) + 1, std::uint8_t{0});
  return found;
}

}  // namespace hn::object
