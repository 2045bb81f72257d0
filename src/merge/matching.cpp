#include "merge/matching.hpp"

#include <algorithm>

// Specified in hn-merge(7), THE LINE DIFF: the histogram diff of JGit, as git's merges use it
// (xdiff/xhistogram.c is where its choices come from). A range is split at the block of equal lines
// that is rarest in the first text, so functions are kept apart where a shortest edit script would
// match their closing braces. Patience diff, which knows lines that stand once alone, was
// rejected: git's merges do not match by it, and people compare.
namespace hn::merge {
namespace {

// Lines that are equal in both texts, with no equal neighbours in the range.
struct Block {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t size = 0;
};

class Matcher {
 public:
  Matcher(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, std::uint32_t count)
      : a_(a), b_(b), match_(a.size(), kUnmatched), seen_(count), next_(a.size()) {}

  std::vector<std::uint32_t> run() {
    todo_.push_back(
        {0, static_cast<std::uint32_t>(a_.size()), 0, static_cast<std::uint32_t>(b_.size())});
    while (!todo_.empty() && work_ <= kSearchWorkMax) {
      const Range range = todo_.back();
      todo_.pop_back();
      if (range.a_size() > 0 && range.b_size() > 0) match(range);
    }
    return std::move(match_);
  }

 private:
  // Where a line stands in the range of a: first, and how often.
  struct Seen {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };

  void match(const Range& r) {
    work_ += r.a_size() + r.b_size();
    index(r);
    const bool any = search(r);
    for (auto i = r.a_begin; i < r.a_end; ++i) seen_[a_[i]] = {};
    if (work_ > kSearchWorkMax) return;
    if (best_.size == 0) {
      if (any) match_shortest(a_, b_, r, match_);
      return;
    }
    for (std::uint32_t i = 0; i < best_.size; ++i) match_[best_.a + i] = best_.b + i;
    todo_.push_back({best_.a + best_.size, r.a_end, best_.b + best_.size, r.b_end});
    todo_.push_back({r.a_begin, best_.a, r.b_begin, best_.b});
  }

  void index(const Range& r) {
    for (auto i = r.a_end; i-- > r.a_begin;) {
      Seen& seen = seen_[a_[i]];
      next_[i] = seen.count == 0 ? kUnmatched : seen.first;
      seen.first = i;
      ++seen.count;
    }
  }

  // Leaves in best_ the block to split at. Whether any line stands on both sides.
  bool search(const Range& r) {
    best_ = {};
    rarity_ = kRarityMax + 1;
    bool any = false;
    for (auto j = r.b_begin; j < r.b_end && work_ <= kSearchWorkMax;) {
      const Seen& seen = seen_[b_[j]];
      any = any || seen.count > 0;
      j = seen.count > 0 && seen.count <= rarity_ ? try_blocks(r, seen.first, j) : j + 1;
    }
    return any;
  }

  // The blocks around line j of b and each line of a that equals it; a line of a that lies in a
  // block tried before is passed over. Answers where to go on in b.
  std::uint32_t try_blocks(const Range& r, std::uint32_t first, std::uint32_t j) {
    auto go_on = j + 1;
    for (auto i = first; i != kUnmatched && work_ <= kSearchWorkMax;) {
      std::uint32_t rarity = seen_[a_[i]].count;
      const Block block = grow(r, i, j, rarity);
      go_on = std::max(go_on, block.b + block.size);
      if (block.size > best_.size || rarity < rarity_) {
        best_ = block;
        rarity_ = rarity;
      }
      while (i != kUnmatched && i < block.a + block.size) i = next_[i];
    }
    return go_on;
  }

  Block grow(const Range& r, std::uint32_t i, std::uint32_t j, std::uint32_t& rarity) {
    Block out{i, j, 1};
    while (out.a > r.a_begin && out.b > r.b_begin && a_[out.a - 1] == b_[out.b - 1]) {
      --out.a, --out.b, ++out.size;
      rarity = std::min(rarity, seen_[a_[out.a]].count);
    }
    while (out.a + out.size < r.a_end && out.b + out.size < r.b_end &&
           a_[out.a + out.size] == b_[out.b + out.size]) {
      rarity = std::min(rarity, seen_[a_[out.a + out.size]].count);
      ++out.size;
    }
    work_ += out.size;
    return out;
  }

  std::span<const std::uint32_t> a_;
  std::span<const std::uint32_t> b_;
  std::vector<std::uint32_t> match_;
  std::vector<Seen> seen_;           // by number
  std::vector<std::uint32_t> next_;  // where the same line stands again in the range of a
  std::vector<Range> todo_;
  Block best_;
  std::uint32_t rarity_ = 0;
  std::uint64_t work_ = 0;
};

}  // namespace

std::vector<std::uint32_t> match_lines(std::span<const std::uint32_t> a,
                                       std::span<const std::uint32_t> b, std::uint32_t count) {
  return Matcher(a, b, count).run();
}

}  // namespace hn::merge
