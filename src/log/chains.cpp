#include "log/chains.hpp"

#include <algorithm>

namespace hn::log {

void Chains::append(Index device, Index prev, std::uint64_t seq) {
  const Index node = static_cast<Index>(at_.size());
  Index strand = kNoIndex;
  if (prev != kNoIndex && !extended(prev)) {
    strand = at_[prev].strand;
  } else {
    strand = static_cast<Index>(strands_.size());
    Strand s;
    s.device = device;
    s.parent = prev;
    s.level = prev == kNoIndex ? 0 : strands_[at_[prev].strand].level + 1;
    s.first = seq;
    strands_.push_back(std::move(s));
  }
  if (prev != kNoIndex && !extended(prev)) after_[prev] = node;
  strands_[strand].nodes.push_back(node);
  at_.push_back({strand, seq});
  after_.push_back(kNoIndex);
}

bool Chains::is_ancestor(Index ancestor, Index of) const noexcept {
  const Knot& up = at_[ancestor];
  while (at_[of].strand != up.strand) {
    of = strands_[at_[of].strand].parent;
    if (of == kNoIndex) return false;
  }
  return up.seq <= at_[of].seq;
}

std::optional<Index> Chains::common(Index a, Index b) const noexcept {
  while (at_[a].strand != at_[b].strand) {
    Index& deeper = strands_[at_[a].strand].level >= strands_[at_[b].strand].level ? a : b;
    deeper = strands_[at_[deeper].strand].parent;
    if (deeper == kNoIndex) return std::nullopt;
  }
  return at_[a].seq <= at_[b].seq ? a : b;
}

}  // namespace hn::log
