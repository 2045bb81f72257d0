#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

#include "hn/base/time.hpp"
#include "hn/crypto/box.hpp"

namespace hn::net {

// What connections with a peer showed of the path to it.
struct PathSeen {
  Duration round_trip{};  // smoothed, of the last one
  double settled = 0;  // packets whose fate is known, each connection counting less than the next
  double lost = 0;     // of these
};

// For the next connection with the same peer, which may be over before it could find out for
// itself. A hint: another path may lead there by then.
class PathHistory {
 public:
  PathSeen of(const crypto::TransportKey& peer) const {
    const auto at = seen_.find(peer);
    return at == seen_.end() ? PathSeen{} : at->second.seen;
  }
  void add(const crypto::TransportKey& peer, const PathSeen& seen) {
    if (seen_.size() >= kPeersMax && !seen_.contains(peer))
      seen_.erase(std::ranges::min_element(seen_, {},
                                           [](const auto& entry) { return entry.second.added; }));
    Entry& entry = seen_[peer];
    entry.seen = {seen.round_trip, entry.seen.settled * kFading + seen.settled,
                  entry.seen.lost * kFading + seen.lost};
    entry.added = ++count_;
  }

 private:
  static constexpr std::size_t kPeersMax = 1024;
  static constexpr double kFading = 0.9375;
  struct Entry {
    PathSeen seen;
    std::uint64_t added = 0;
  };
  std::map<crypto::TransportKey, Entry> seen_;
  std::uint64_t count_ = 0;
};

}  // namespace hn::net
