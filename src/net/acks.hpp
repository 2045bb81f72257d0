#pragma once

#include <optional>

#include "hn/base/time.hpp"
#include "net/frame.hpp"
#include "net/rtt.hpp"

namespace hn::net {

// Which packets came, and when to say so: every second packet at first, every eighth later, within
// an eighth of a round trip (at most 25 ms), sooner where a gap opens.
class AckTracker {
 public:
  void received(Time now, std::uint64_t number, bool eliciting, Duration round_trip);
  bool due(Time now) const noexcept { return immediate_ || (deadline_ && *deadline_ <= now); }
  // Something new, or something lately said that rides along once more: a lost acknowledgement of
  // the last packets would cost the peer a whole probe timeout.
  bool anything_to_say() const noexcept { return eliciting_pending_ > 0 || again_ > 0; }
  std::optional<Time> deadline() const noexcept {
    return eliciting_pending_ > 0 ? deadline_ : std::nullopt;
  }
  // Writes the frame; what was pending is said.
  bool write(Time now, FrameWriter& out);

 private:
  RangeSet numbers_;
  Time largest_time_{};
  std::uint64_t eliciting_seen_ = 0;
  unsigned eliciting_pending_ = 0;
  unsigned again_ = 0;  // packets that still repeat what was said
  std::optional<Time> deadline_;
  bool immediate_ = false;
};

}  // namespace hn::net
