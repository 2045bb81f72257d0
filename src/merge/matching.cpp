#include "merge/matching.hpp"

#include <algorithm>

// Specified in hn-merge(7), THE LINE DIFF. Anchors are the lines that stand exactly once on both
// sides, by the longest increasing run of them (Bram Cohen's patience diff), which keeps functions
// apart where a shortest edit script would match their closing braces. Between anchors: Eugene
// Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), section 4, the
// plain forward search with all its rows kept. Its linear-space form was rejected: it has more
// choices to pin down, and the limit on D bounds the rows anyway.
namespace hn::merge {
namespace {

struct Range {
  std::uint32_t a_begin, a_end, b_begin, b_end;
  int depth;
  std::uint32_t a_size() const { return a_end - a_begin; }
  std::uint32_t b_size() const { return b_end - b_begin; }
};

struct Anchor {
  std::uint32_t a, b;
};

class Matcher {
 public:
  Matcher(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, std::uint32_t count)
      : a_(a), b_(b), match_(a.size(), kUnmatched), seen_(count) {}

  std::vector<std::uint32_t> run() {
    todo_.push_back(
        {0, static_cast<std::uint32_t>(a_.size()), 0, static_cast<std::uint32_t>(b_.size()), 0});
    while (!todo_.empty()) {
      const Range range = todo_.back();
      todo_.pop_back();
      match(range);
    }
    return std::move(match_);
  }

 private:
  struct Seen {
    std::uint32_t in_a = 0, in_b = 0, place_b = 0;
  };

  void match(Range r) {
    trim(r);
    if (r.a_size() == 0 || r.b_size() == 0) return;
    const auto anchors = r.depth < kAnchorDepthMax ? find_anchors(r) : std::vector<Anchor>{};
    if (anchors.empty()) return myers(r);
    Range rest = r;
    for (const auto& anchor : anchors) {
      match_[anchor.a] = anchor.b;
      todo_.push_back({rest.a_begin, anchor.a, rest.b_begin, anchor.b, r.depth + 1});
      rest.a_begin = anchor.a + 1;
      rest.b_begin = anchor.b + 1;
    }
    rest.depth = r.depth + 1;
    todo_.push_back(rest);
  }

  // Equal lines at the beginning match, then equal lines at the end.
  void trim(Range& r) {
    while (r.a_size() > 0 && r.b_size() > 0 && a_[r.a_begin] == b_[r.b_begin]) {
      match_[r.a_begin++] = r.b_begin++;
    }
    while (r.a_size() > 0 && r.b_size() > 0 && a_[r.a_end - 1] == b_[r.b_end - 1]) {
      match_[--r.a_end] = --r.b_end;
    }
  }

  std::vector<Anchor> find_anchors(const Range& r) {
    for (auto i = r.a_begin; i < r.a_end; ++i) ++seen_[a_[i]].in_a;
    for (auto j = r.b_begin; j < r.b_end; ++j) {
      ++seen_[b_[j]].in_b;
      seen_[b_[j]].place_b = j;
    }
    std::vector<Anchor> unique;
    for (auto i = r.a_begin; i < r.a_end; ++i) {
      const auto& seen = seen_[a_[i]];
      if (seen.in_a == 1 && seen.in_b == 1) unique.push_back({i, seen.place_b});
    }
    for (auto i = r.a_begin; i < r.a_end; ++i) seen_[a_[i]] = {};
    for (auto j = r.b_begin; j < r.b_end; ++j) seen_[b_[j]] = {};
    return longest_increasing(unique);
  }

  // Patience sorting: each anchor, in order of a, goes on the leftmost pile whose top is greater
  // in b; the run is read back from the last pile's top.
  static std::vector<Anchor> longest_increasing(const std::vector<Anchor>& anchors) {
    std::vector<std::size_t> tops;
    std::vector<std::size_t> before(anchors.size(), anchors.size());
    for (std::size_t i = 0; i < anchors.size(); ++i) {
      const auto pile =
          std::lower_bound(tops.begin(), tops.end(), anchors[i].b,
                           [&](std::size_t top, std::uint32_t b) { return anchors[top].b < b; });
      if (pile != tops.begin()) before[i] = *(pile - 1);
      if (pile == tops.end()) {
        tops.push_back(i);
      } else {
        *pile = i;
      }
    }
    std::vector<Anchor> run(tops.size());
    auto at = tops.empty() ? anchors.size() : tops.back();
    for (auto out = run.rbegin(); out != run.rend(); ++out) {
      *out = anchors[at];
      at = before[at];
    }
    return run;
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
  std::vector<std::uint32_t> match_;
  std::vector<Seen> seen_;
  std::vector<Range> todo_;
};

}  // namespace

std::vector<std::uint32_t> match_lines(std::span<const std::uint32_t> a,
                                       std::span<const std::uint32_t> b, std::uint32_t count) {
  return Matcher(a, b, count).run();
}

}  // namespace hn::merge
