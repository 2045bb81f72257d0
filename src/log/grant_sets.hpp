#pragma once

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
  GrantSet intern(Bits bits);

  std::vector<Bits> sets_;
  std::map<Bits, GrantSet> numbers_;
  std::unordered_map<std::uint64_t, GrantSet> unions_;  // look-up only
};

}  // namespace hn::log
