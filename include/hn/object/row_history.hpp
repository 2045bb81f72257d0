#pragma once

#include <span>
#include <unordered_map>

#include "hn/object/history.hpp"

namespace hn::object {

// A history that remembers what it was asked, as rows: for who compares thousands of commits. Some
// 100 bytes a commit. One thread at a time.
class RowHistory final : public History {
 public:
  // `below` outlives this; what it said stays true.
  explicit RowHistory(const History& below) : below_(below) {}

  Result<std::vector<Id>> parents(const Id& commit) const override;
  Result<std::uint64_t> generation(const Id& commit) const override;
  // As object::common_ancestors().
  Result<std::vector<Id>> common_ancestors(std::span<const Id> a, std::span<const Id> b) const;

 private:
  using Row = std::uint32_t;
  struct Node {
    Id id;
    std::uint64_t generation = 0;
    std::vector<Row> parents;
    bool has_parents = false;  // they were asked for
  };
  class Walk;

  Result<Row> row_of(const Id& commit) const;
  Result<void> ask_parents(Row row) const;

  const History& below_;
  mutable std::unordered_map<Id, Row> rows_;
  mutable std::vector<Node> nodes_;
  mutable std::vector<std::uint8_t> marks_;  // by row, all 0 between walks
};

}  // namespace hn::object
