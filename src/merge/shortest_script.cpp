#include <algorithm>

#include "merge/matching.hpp"

// Specified in hn-merge(7), THE LINE DIFF: for ranges whose common lines are all frequent. Eugene
// Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), section 4, the
// plain forward search with all its rows kept. Its linear-space form, which git falls back to, was
// rejected: it has more choices to pin down, and the limit on D bounds the rows anyway.
namespace hn::merge {
namespace {

class Myers {
 public:
  Myers(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
        std::vector<std::uint32_t>& match)
      : a_(a), b_(b), match_(match) {}

  void run(Range r) {
    trim(r);
    if (r.a_size() > 0 && r.b_size() > 0) myers(r);
  }

 private:
  // Equal lines at the beginning match, then equal lines at the end.
  void trim(Range& r) {
    while (r.a_size() > 0 && r.b_size() > 0 && a_[r.a_begin] == b_[r.b_begin]) {
      match_[r.a_begin++] = r.b_begin++;
    }
    while (r.a_size() > 0 && r.b_size() > 0 && a_[r.a_end - 1] == b_[r.b_end - 1]) {
      match_[--r.a_end] = --r.b_end;
    }
  }

  static std::int64_t distance_max(const Range& r) {
    const std::uint64_t lines = std::uint64_t{r.a_size()} + r.b_size();
    return static_cast<std::int64_t>(
        std::clamp(kMyersWorkMax / lines, kMyersDistanceMin, kMyersDistanceMax));
  }

  // Row d holds, for its diagonals -d, -d+2 ... d, the furthest x after d steps.
  using Row = std::vector<std::int32_t>;
  static std::int64_t furthest(const Row& row, std::int64_t k) {
    const auto d = static_cast<std::int64_t>(row.size()) - 1;
    return row[static_cast<std::size_t>((k + d) / 2)];
  }

  // The diagonal of the row before from which diagonal k of row d is reached: k + 1 by a line of b,
  // k - 1 by a line of a.
  static std::int64_t origin(const Row& before, std::int64_t d, std::int64_t k) {
    if (k == -d || (k != d && furthest(before, k - 1) < furthest(before, k + 1))) return k + 1;
    return k - 1;
  }

  static std::int64_t step(const Row& before, std::int64_t d, std::int64_t k) {
    const auto from = origin(before, d, k);
    return furthest(before, from) + (from < k ? 1 : 0);
  }

  // Where the limit on D is met first, nothing in the range matches.
  void myers(const Range& r) {
    const std::int64_t n = r.a_size(), m = r.b_size();
    const auto limit = distance_max(r);
    std::vector<Row> rows;
    for (std::int64_t d = 0; d <= limit; ++d) {
      rows.emplace_back(static_cast<std::size_t>(d + 1));
      for (std::int64_t k = -d; k <= d; k += 2) {
        auto x = d == 0 ? 0 : step(rows[static_cast<std::size_t>(d - 1)], d, k);
        auto y = x - k;
        while (x < n && y < m && line_a(r, x) == line_b(r, y)) ++x, ++y;
        rows.back()[static_cast<std::size_t>((k + d) / 2)] = static_cast<std::int32_t>(x);
        if (x >= n && y >= m) return trace(r, rows);
      }
    }
  }

  // Back from the end, through the rows, along the points that were chosen on the way.
  void trace(const Range& r, const std::vector<Row>& rows) {
    std::int64_t x = r.a_size(), y = r.b_size();
    for (auto d = static_cast<std::int64_t>(rows.size()) - 1; d >= 0; --d) {
      const auto k = x - y;
      const auto start = d == 0 ? 0 : step(rows[static_cast<std::size_t>(d - 1)], d, k);
      for (; x > start; --x, --y) {
        match_[r.a_begin + static_cast<std::uint32_t>(x - 1)] =
            r.b_begin + static_cast<std::uint32_t>(y - 1);
      }
      if (d == 0) return;
      const auto& before = rows[static_cast<std::size_t>(d - 1)];
      const auto from = origin(before, d, k);
      x = furthest(before, from);
      y = x - from;
    }
  }

  std::uint32_t line_a(const Range& r, std::int64_t x) const {
    return a_[r.a_begin + static_cast<std::uint32_t>(x)];
  }
  std::uint32_t line_b(const Range& r, std::int64_t y) const {
    return b_[r.b_begin + static_cast<std::uint32_t>(y)];
  }

  std::span<const std::uint32_t> a_;
  std::span<const std::uint32_t> b_;
  std::vector<std::uint32_t>& match_;
};

}  // namespace

void match_shortest(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, Range range,
                    std::vector<std::uint32_t>& match) {
  Myers(a, b, match).run(range);
}

}  // namespace hn::merge
