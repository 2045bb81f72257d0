#include "log/grant_sets.hpp"

#include <algorithm>

namespace hn::log {

GrantSet GrantSets::intern(Bits bits) {
  const auto [at, fresh] = numbers_.emplace(bits, static_cast<GrantSet>(sets_.size()));
  if (fresh) sets_.push_back(std::move(bits));
  return at->second;
}

GrantSet GrantSets::with(GrantSet set, Index grant) {
  Bits bits = sets_[set];
  if (bits.size() <= grant / 64) bits.resize(grant / 64 + 1);
  bits[grant / 64] |= std::uint64_t{1} << (grant % 64);
  return intern(std::move(bits));
}

GrantSet GrantSets::unite(GrantSet a, GrantSet b) {
  if (a == b || b == kEmpty) return a;
  if (a == kEmpty) return b;
  if (a > b) std::swap(a, b);
  const std::uint64_t key = (std::uint64_t{a} << 32) | b;
  if (const auto known = unions_.find(key); known != unions_.end()) return known->second;
  Bits bits = sets_[a];
  const Bits& more = sets_[b];
  bits.resize(std::max(bits.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) bits[i] |= more[i];
  const GrantSet out = intern(std::move(bits));
  unions_.emplace(key, out);
  return out;
}

bool GrantSets::has(GrantSet set, Index grant) const noexcept {
  const Bits& bits = sets_[set];
  return grant / 64 < bits.size() && ((bits[grant / 64] >> (grant % 64)) & 1) != 0;
}

}  // namespace hn::log
