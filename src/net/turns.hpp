#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>

#include "hn/base/time.hpp"
#include "hn/net/sync_event.hpp"

namespace hn::net {

// So many peers that take much are answered at once: shared by more, an uplink gives each so little
// that nobody has anything to pass on for long.
inline constexpr std::size_t kTurnsAtOnce = 8;
inline constexpr Duration kTurn = std::chrono::seconds(10);
// What a peer may take before it has to wait for a turn.
inline constexpr std::uint64_t kTakenFreely = 256 * 1024;

// Who takes blocks, and what is known of it.
struct Taker {
  SyncId id;
  std::uint64_t gave = 0;  // bytes that came from that peer, ever
  std::uint64_t took = 0;  // and went there
};

// Whose requests are answered where many take at once: hn-sync(7), TURNS.
class Turns {
 public:
  // Of those that take now, the ones to be answered.
  const std::set<SyncId>& choose(Time now, std::span<const Taker> takers);
  // When somebody's turn is over and somebody else waits.
  std::optional<Time> next() const;

 private:
  void forget_others(std::span<const Taker> takers);
  void end_turns(Time now);

  std::set<SyncId> served_;
  struct Place {
    Time since;               // when its turn began, or its waiting
    std::uint64_t turns = 0;  // that it has had
  };
  std::map<SyncId, Place> places_;
  std::uint64_t given_ = 0;  // counts turns
};

}  // namespace hn::net
