#pragma once

#include <algorithm>
#include <map>
#include <unordered_map>
#include <vector>

#include "log/chains.hpp"

// Sets of grants, each distinct set kept once and named by a number. Which grants an entry has in
// its causal past is asked for every entry; neighbours nearly always share the answer, so an entry
// costs four bytes, and a set a bit per grant.
namespace hn::log {

using GrantSet = std::uint32_t;

class GrantSets {
 public:
  GrantSets() { intern({}); }

  static constexpr GrantSet kEmpty = 0;

  GrantSet with(GrantSet set, Index grant);
  GrantSet unite(GrantSet a, GrantSet b);
  bool has(GrantSet set, Index grant) const noexcept;

 private:
  using Bits = std::vector<std::uint64_t>;
  // Not std::less: libstdc++ 12 compares vectors of words by too few bytes where the greatest byte
  // of a word comes first (GCC bug 113960).
  struct Less {
    bool operator()(const Bits& a, const Bits& b) const {
      if (a.size() != b.size()) return a.size() < b.size();
      const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin());
      return in_a != a.end() && *in_a < *in_b;
    }
  };
  GrantSet intern(Bits bits);

  std::vector<Bits> sets_;
  std::map<Bits, GrantSet, Less> numbers_;
  std::unordered_map<std::uint64_t, GrantSet> unions_;  // look-up only
};

}  // namespace hn::log
