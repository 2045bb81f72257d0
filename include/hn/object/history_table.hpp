#pragma once

#include <span>
#include <unordered_map>

#include "hn/object/history.hpp"

namespace hn::object {

// The commit graph as a table: a row for each commit, by generation and then by id, so that parents
// have lesser rows. Some 120 bytes a commit. Immutable; for any number of threads.
class HistoryTable {
 public:
  using Row = std::uint32_t;
  HistoryTable() = default;
  // Of these commits and all their ancestors.
  static Result<HistoryTable> of(const History& history, std::span<const Id> tips);

  std::size_t size() const noexcept { return ids_.size(); }
  std::span<const Id> ids() const noexcept { return ids_; }
  std::optional<Row> row_of(const Id& commit) const;
  std::uint64_t generation(Row row) const { return generations_[row]; }
  std::span<const Row> parents(Row row) const {
    return std::span(parents_).subspan(begins_[row], begins_[row + 1] - begins_[row]);
  }

  // As CommonWithEarlier, by rows. One thread at a time.
  class Earlier {
   public:
    // The table outlives this.
    explicit Earlier(const HistoryTable& table)
        : table_(table), earlier_(table.size()), marks_(table.size()), until_(table.size()) {}
    // The last row first.
    std::vector<Row> common_with(Row commit);
    void add(Row commit);

   private:
    using Marks = std::vector<std::uint8_t>;
    static std::size_t last_marked(const Marks& marks, std::size_t end, std::size_t begin);
    void go_down_to(std::size_t row);

    const HistoryTable& table_;
    Marks earlier_;      // what was added and its ancestors, from `until_` on all of them
    Marks marks_;        // of one walk; all 0 else
    std::size_t until_;  // all rows from here on had their turn
    std::vector<Row> above_;
  };

 private:
  std::vector<Id> ids_;
  std::vector<std::uint64_t> generations_;
  std::vector<std::size_t> begins_{0};  // in parents_, and the end
  std::vector<Row> parents_;
  std::unordered_map<Id, Row> rows_;  // never iterated
};

}  // namespace hn::object
