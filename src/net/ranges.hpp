#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hn::net {

// Half open: [begin, end).
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

// A set of numbers (packets, bytes of a stream) as sorted ranges that neither touch nor overlap.
// Adding at the upper end, which is what a network does, costs O(1); elsewhere O(number of ranges).
class RangeSet {
 public:
  void add(Range r);
  void remove(Range r);
  // The parts of `r` that are not in the set.
  std::vector<Range> missing(Range r) const;
  bool contains(std::uint64_t v) const noexcept;
  bool covers(Range r) const noexcept;
  // Drops the lowest ranges until at most `n` are left.
  void keep_highest(std::size_t n);
  // Drops everything under `v`.
  void remove_below(std::uint64_t v) { remove({0, v}); }

  bool empty() const noexcept { return ranges_.empty(); }
  std::size_t size() const noexcept { return ranges_.size(); }
  const Range& front() const noexcept { return ranges_.front(); }
  const Range& back() const noexcept { return ranges_.back(); }
  std::span<const Range> ranges() const noexcept { return ranges_; }
  void clear() noexcept { ranges_.clear(); }

 private:
  std::vector<Range> ranges_;
};

}  // namespace hn::net
