#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/net/endpoint.hpp"
#include "hn/net/sync_event.hpp"

namespace hn::net {

// So many peers that take much are answered at once: shared by more, an uplink gives each so little
// that nobody has anything to pass on for long. More are where that makes more arrive in all, for
// then their own links are what is slow: found out by trying, for so long, and after a pause again.
inline constexpr std::size_t kTurnsAtOnce = 8;
inline constexpr Duration kTurn = std::chrono::seconds(10);
inline constexpr Duration kTrial = std::chrono::seconds(4);
inline constexpr Duration kTrialPause = std::chrono::seconds(20);
// What a peer may take before it has to wait for a turn.
inline constexpr std::uint64_t kTakenFreely = 256 * 1024;
// Over a narrow uplink, what it delivers in half a second, for whatever is larger keeps others
// waiting; but never less than this, which is most of what there is to ask for.
inline constexpr std::uint64_t kTakenFreelyMin = 4096;
// There so many are answered at once that each gets this much in a second: who has all soon, and
// passes it on, helps more than many that have a part each.
inline constexpr std::uint64_t kTurnRate = 64 * 1024;
std::uint64_t taken_freely(std::optional<NarrowUplink> narrow) noexcept;
std::size_t turns_at_once(std::optional<NarrowUplink> narrow) noexcept;

// What has not been counted as taking much is answered freely.
enum class Turn { free, served, off };

// Who takes blocks, and what is known of it.
struct Taker {
  SyncId id;
  std::uint64_t gave = 0;  // bytes that came from that peer, ever
  std::uint64_t took = 0;  // and went there
  bool gave_all = false;   // all that it asked for is on its way
};

// Whose requests are answered where many take at once: hn-sync(7), TURNS.
class Turns {
 public:
  // `seed`: another one for each device, or all that have the same blocks give them to the same
  // peer first.
  explicit Turns(std::uint64_t seed = 0) : lots_(seed) {}

  // Of those that take now, the ones to be answered. `delivered`: bytes that have arrived, of all
  // that ever went out.
  const std::set<SyncId>& choose(Time now, std::span<const Taker> takers, std::uint64_t delivered,
                                 std::optional<NarrowUplink> narrow = {});
  // When somebody's turn is over and somebody else waits, or a trial.
  std::optional<Time> next() const;

 private:
  void forget_others(std::span<const Taker> takers);
  void end_turns(Time now, std::span<const Taker> takers, std::optional<NarrowUplink> narrow);
  void try_more(Time now, std::size_t takers, std::uint64_t delivered,
                std::optional<NarrowUplink> narrow);

  std::size_t begin_with_ = kTurnsAtOnce;  // before any trial
  std::size_t at_once_ = kTurnsAtOnce;
  struct Trial {
    Time begun;
    std::uint64_t delivered = 0;  // when it began
  };
  std::optional<Trial> trial_;
  std::size_t before_ = 0;  // how many were answered before there were more; 0: none are on trial
  double rate_before_ = 0;
  Time trial_again_{};

  std::set<SyncId> served_;
  struct Place {
    Time since;               // when its turn began, or its waiting
    std::uint64_t turns = 0;  // that it has had
    std::uint64_t lot = 0;
  };
  std::map<SyncId, Place> places_;
  SeededRandom lots_;
  std::uint64_t given_ = 0;  // counts turns
};

}  // namespace hn::net
