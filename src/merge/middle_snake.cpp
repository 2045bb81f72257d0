// Myers' divide and conquer: paths grow from both corners of a box until they meet; the box is
// split there. Where that becomes too dear git splits earlier, at a diagonal that got far on a long
// run of equal lines, or at whatever got furthest; one of the two halves then need not be searched
// to the end either. The limits are git's, since they show in the result.
#include "merge/middle_snake.hpp"

#include <algorithm>
#include <vector>

namespace hn::merge {
namespace {

constexpr std::int64_t kLongRun = 20;    // equal lines that make a diagonal worth a split
constexpr std::int64_t kPatience = 256;  // steps before such a split is looked for
constexpr std::int64_t kCostMin = 256;   // steps before the search is given up, at least
constexpr std::int64_t kFarEnough = 4;   // lines for each step, for such a split
constexpr std::int64_t kNever = INT64_MAX / 4;

struct Box {
  std::int64_t a_begin, a_end, b_begin, b_end;
  bool thorough;  // search to the end, whatever it costs
};

struct Split {
  std::int64_t a, b;
  bool thorough_before, thorough_behind;
};

// The furthest place on side a that was reached, by diagonal (a - b), with a margin.
class Diagonals {
 public:
  Diagonals(std::size_t a, std::size_t b)
      : reached_(a + b + 3), offset_(static_cast<std::int64_t>(b) + 1) {}
  std::int64_t& operator[](std::int64_t diagonal) {
    return reached_[static_cast<std::size_t>(diagonal + offset_)];
  }

 private:
  std::vector<std::int64_t> reached_;
  std::int64_t offset_;
};

// Diagonals that a search has reached, every second of them.
struct Span {
  std::int64_t min, max;

  // One further at each end, or one less where that would leave the box.
  void grow(const Span& box, Diagonals& reached, std::int64_t outside) {
    if (min > box.min)
      reached[--min - 1] = outside;
    else
      ++min;
    if (max < box.max)
      reached[++max + 1] = outside;
    else
      --max;
  }
  bool contains(std::int64_t diagonal) const { return min <= diagonal && diagonal <= max; }
};

class Finder {
 public:
  Finder(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
         const std::function<void(Side, std::size_t)>& changed)
      : a_(a),
        b_(b),
        changed_(changed),
        forward_(a.size(), b.size()),
        backward_(a.size(), b.size()),
        cost_max_(std::max<std::int64_t>(
            static_cast<std::int64_t>(rough_root(a.size() + b.size() + 3)), kCostMin)) {}

  void run() {
    std::vector<Box> todo{
        {0, static_cast<std::int64_t>(a_.size()), 0, static_cast<std::int64_t>(b_.size()), false}};
    while (!todo.empty()) {
      Box box = todo.back();
      todo.pop_back();
      shrink(box);
      if (box.a_begin == box.a_end || box.b_begin == box.b_end) {
        report(box);
        continue;
      }
      const Split at = split(box);
      todo.push_back({at.a, box.a_end, at.b, box.b_end, at.thorough_behind});
      todo.push_back({box.a_begin, at.a, box.b_begin, at.b, at.thorough_before});
    }
  }

 private:
  bool same(std::int64_t i, std::int64_t j) const {
    return a_[static_cast<std::size_t>(i)] == b_[static_cast<std::size_t>(j)];
  }

  void shrink(Box& box) const {
    while (box.a_begin < box.a_end && box.b_begin < box.b_end && same(box.a_begin, box.b_begin))
      ++box.a_begin, ++box.b_begin;
    while (box.a_begin < box.a_end && box.b_begin < box.b_end && same(box.a_end - 1, box.b_end - 1))
      --box.a_end, --box.b_end;
  }

  void report(const Box& box) const {
    for (auto i = box.a_begin; i < box.a_end; ++i) changed_(Side::a, static_cast<std::size_t>(i));
    for (auto j = box.b_begin; j < box.b_end; ++j) changed_(Side::b, static_cast<std::size_t>(j));
  }

  Split split(const Box& box) {
    const Span bounds{box.a_begin - box.b_end, box.a_end - box.b_begin};
    const std::int64_t from = box.a_begin - box.b_begin;
    const std::int64_t to = box.a_end - box.b_end;
    const bool odd = ((from - to) & 1) != 0;
    Span ahead{from, from};
    Span back{to, to};
    forward_[from] = box.a_begin;
    backward_[to] = box.a_end;
    for (std::int64_t cost = 1;; ++cost) {
      bool long_run = false;
      ahead.grow(bounds, forward_, -1);
      for (auto d = ahead.max; d >= ahead.min; d -= 2) {
        long_run |= step_ahead(box, d);
        if (odd && back.contains(d) && backward_[d] <= forward_[d])
          return {forward_[d], forward_[d] - d, true, true};
      }
      back.grow(bounds, backward_, kNever);
      for (auto d = back.max; d >= back.min; d -= 2) {
        long_run |= step_back(box, d);
        if (!odd && ahead.contains(d) && backward_[d] <= forward_[d])
          return {backward_[d], backward_[d] - d, true, true};
      }
      if (box.thorough) continue;
      Split found{};
      if (long_run && cost > kPatience &&
          (good_ahead(box, ahead, cost, found) || good_back(box, back, cost, found)))
        return found;
      if (cost >= cost_max_) return furthest(box, ahead, back);
    }
  }

  // Whether there was a long run of equal lines.
  bool step_ahead(const Box& box, std::int64_t d) {
    auto i = std::max(forward_[d - 1] + 1, forward_[d + 1]);
    const auto start = i;
    while (i < box.a_end && i - d < box.b_end && same(i, i - d)) ++i;
    forward_[d] = i;
    return i - start > kLongRun;
  }

  bool step_back(const Box& box, std::int64_t d) {
    auto i = std::min(backward_[d - 1], backward_[d + 1] - 1);
    const auto start = i;
    while (i > box.a_begin && i - d > box.b_begin && same(i - 1, i - d - 1)) --i;
    backward_[d] = i;
    return start - i > kLongRun;
  }

  // The diagonal that got furthest from the corner and stands behind a long run.
  bool good_ahead(const Box& box, const Span& span, std::int64_t cost, Split& out) {
    std::int64_t best = 0;
    for (auto d = span.max; d >= span.min; d -= 2) {
      const auto i = forward_[d];
      const auto j = i - d;
      const auto far =
          (i - box.a_begin) + (j - box.b_begin) - std::abs(d - (box.a_begin - box.b_begin));
      if (far <= kFarEnough * cost || far <= best || i < box.a_begin + kLongRun || i >= box.a_end ||
          j < box.b_begin + kLongRun || j >= box.b_end)
        continue;
      std::int64_t k = 1;
      while (k <= kLongRun && same(i - k, j - k)) ++k;
      if (k <= kLongRun) continue;
      best = far;
      out = {i, j, true, false};
    }
    return best > 0;
  }

  bool good_back(const Box& box, const Span& span, std::int64_t cost, Split& out) {
    std::int64_t best = 0;
    for (auto d = span.max; d >= span.min; d -= 2) {
      const auto i = backward_[d];
      const auto j = i - d;
      const auto far = (box.a_end - i) + (box.b_end - j) - std::abs(d - (box.a_end - box.b_end));
      if (far <= kFarEnough * cost || far <= best || i <= box.a_begin || i > box.a_end - kLongRun ||
          j <= box.b_begin || j > box.b_end - kLongRun)
        continue;
      std::int64_t k = 0;
      while (k < kLongRun && same(i + k, j + k)) ++k;
      if (k < kLongRun) continue;
      best = far;
      out = {i, j, false, true};
    }
    return best > 0;
  }

  Split furthest(const Box& box, const Span& ahead, const Span& back) {
    std::int64_t ahead_sum = -1;
    std::int64_t ahead_a = -1;
    for (auto d = ahead.max; d >= ahead.min; d -= 2) {
      auto i = std::min(forward_[d], box.a_end);
      if (i - d > box.b_end) i = box.b_end + d;
      if (ahead_sum < i + i - d) ahead_sum = i + i - d, ahead_a = i;
    }
    std::int64_t back_sum = kNever;
    std::int64_t back_a = kNever;
    for (auto d = back.max; d >= back.min; d -= 2) {
      auto i = std::max(backward_[d], box.a_begin);
      if (i - d < box.b_begin) i = box.b_begin + d;
      if (i + i - d < back_sum) back_sum = i + i - d, back_a = i;
    }
    const bool ahead_is_further =
        box.a_end + box.b_end - back_sum < ahead_sum - (box.a_begin + box.b_begin);
    if (ahead_is_further) return {ahead_a, ahead_sum - ahead_a, true, false};
    return {back_a, back_sum - back_a, false, true};
  }

  std::span<const std::uint32_t> a_;
  std::span<const std::uint32_t> b_;
  const std::function<void(Side, std::size_t)>& changed_;
  Diagonals forward_;
  Diagonals backward_;
  std::int64_t cost_max_;
};

}  // namespace

void find_changes(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                  const std::function<void(Side, std::size_t)>& changed) {
  Finder(a, b, changed).run();
}

std::uint64_t rough_root(std::uint64_t n) noexcept {
  std::uint64_t root = 1;
  for (; n > 0; n >>= 2U) root <<= 1U;
  return root;
}

}  // namespace hn::merge
