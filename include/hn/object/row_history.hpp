#pragma once

#include <memory>
#include <span>
#include <unordered_map>

#include "hn/object/history_table.hpp"

namespace hn::object {

// A history that remembers what it was asked, as rows: for who compares thousands of commits. Some
// 100 bytes a commit. One thread at a time.
class RowHistory final : public History {
 public:
  // `below` outlives this; what it said stays true.
  explicit RowHistory(const History& below) : below_(below) {}
  // What stands in the table is asked there from now on.
  void use(std::shared_ptr<const HistoryTable> table) { table_ = std::move(table); }

  Result<std::vector<Id>> parents(const Id& commit) const override;
  Result<std::uint64_t> generation(const Id& commit) const override;
  // As object::common_ancestors().
  Result<std::vector<Id>> common_ancestors(std::span<const Id> a, std::span<const Id> b) const;
  // This outlives it.
  std::unique_ptr<CommonWithEarlier> common_with_earlier() const;

 private:
  class Earlier;
  using Row = std::uint32_t;
  static constexpr Row kNone = UINT32_MAX;
  static constexpr Row kUnasked = UINT32_MAX - 1;  // in place of the first parent
  static constexpr Row kMore = UINT32_MAX - 2;     // in place of the second: more_ has them

  // Short, as a walk goes through tens of thousands of them.
  struct Node {
    std::uint64_t generation = 0;
    Row first = kUnasked;
    Row second = kNone;
  };
  class Walk;

  Result<Row> row_of(const Id& commit) const;
  Result<void> ask_parents(Row row) const;
  // Of a row whose parents were asked for.
  template <class Visit>
  void each_parent(Row row, const Visit& visit) const;

  const History& below_;
  std::shared_ptr<const HistoryTable> table_;
  mutable std::unordered_map<Id, Row> rows_;
  mutable std::vector<Id> ids_;  // by row, as the next one
  mutable std::vector<Node> nodes_;
  // Of the walk that goes on: marks by row, and lists of rows by generation. All 0, and empty,
  // else.
  mutable std::vector<std::uint8_t> marks_;
  mutable std::vector<Row> next_;
  mutable std::vector<Row> lists_;
  mutable std::unordered_map<Row, std::vector<Row>> more_;
};

}  // namespace hn::object
