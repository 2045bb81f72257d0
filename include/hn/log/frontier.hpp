#pragma once

#include "hn/log/view.hpp"

// What a device holds, said shortly (hn-log(5), FRONTIERS).
namespace hn::log {

// The end of one chain. A device that equivocated has several.
struct ChainTip {
  Device device;
  std::uint64_t seq = 0;
  EntryId id;
  friend auto operator<=>(const ChainTip&, const ChainTip&) = default;
};

// Sorted, each once. Says: I hold these entries and their whole causal past.
struct Frontier {
  std::vector<ChainTip> tips;
  friend bool operator==(const Frontier&, const Frontier&) = default;
};

// Chains in one frontier. A frontier with more is exchanged in parts by the wire protocol.
inline constexpr std::size_t kTipsMax = 1u << 16;

// Of the complete, valid entries; rejected ones too.
Frontier frontier_of(const View& view);

Bytes encode_frontier(const Frontier& frontier);
Result<Frontier> decode_frontier(ByteView bytes);
// Equal exactly where both hold the same entries.
Hash digest(const Frontier& frontier);

// What the view holds and a peer with that frontier lacks, in log order (so every entry after its
// past). Where a tip of theirs is not known here and lies beyond all that is held of its device,
// they are taken to hold that device's entries; if theirs is a fork, the exchange after they sent
// it shows that. Where it lies within, it is a fork, and the device's chains are sent whole.
std::vector<EntryId> missing(const View& view, const Frontier& theirs);

}  // namespace hn::log
