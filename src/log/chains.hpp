#pragma once

#include <optional>
#include <vector>

#include "hn/log/entry.hpp"

// The chains of all devices as strands: the first successor of an entry goes on in its strand,
// every further one (an equivocation) begins a strand of its own. So an honest log is one array,
// and ancestry on a chain costs a step per fork between two entries, not per entry.
namespace hn::log {

using Index = std::uint32_t;
inline constexpr Index kNoIndex = 0xffffffff;

struct Strand {
  Index device = kNoIndex;
  Index parent = kNoIndex;   // the entry it forks off, or none
  std::uint32_t level = 0;   // strands above it
  std::uint64_t first = 0;   // sequence number of nodes[0]
  std::vector<Index> nodes;  // the last one ends a chain
};

struct Knot {
  Index strand = kNoIndex;
  std::uint64_t seq = 0;
};

class Chains {
 public:
  // Where an entry stands after `prev` (none for a first entry). Entries are numbered in the
  // order of these calls, from 0.
  void append(Index device, Index prev, std::uint64_t seq);

  bool extended(Index node) const noexcept { return after_[node] != kNoIndex; }
  Index strand_of(Index node) const noexcept { return at_[node].strand; }
  const std::vector<Strand>& strands() const noexcept { return strands_; }

  // Both of one device. An entry is its own ancestor.
  bool is_ancestor(Index ancestor, Index of) const noexcept;
  // The last entry that both chains contain.
  std::optional<Index> common(Index a, Index b) const noexcept;

  // Calls sink(strand, first, last) for the parts of the chain that ends in `last_node`, down to
  // sequence number `first`.
  template <class Sink>
  void parts(std::uint64_t first, Index last_node, Sink sink) const {
    for (Index n = last_node; n != kNoIndex && at_[n].seq >= first;) {
      const Strand& s = strands_[at_[n].strand];
      sink(at_[n].strand, std::max(first, s.first), at_[n].seq);
      n = s.parent;
    }
  }

 private:
  std::vector<Knot> at_;      // by node
  std::vector<Index> after_;  // by node: the first successor
  std::vector<Strand> strands_;
};

}  // namespace hn::log
