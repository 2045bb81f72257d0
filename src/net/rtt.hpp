#pragma once

#include <algorithm>
#include <chrono>

#include "hn/base/time.hpp"

namespace hn::net {

inline constexpr Duration kAckDelayMax = std::chrono::milliseconds(25);
inline constexpr Duration kTimerGranularity = std::chrono::milliseconds(1);

// Round trip estimates (RFC 6298, as RFC 9002 section 5 uses them).
class RoundTrip {
 public:
  void sample(Duration rtt, Duration ack_delay) noexcept {
    latest_ = rtt;
    if (!known_) {
      known_ = true;
      smoothed_ = minimum_ = rtt;
      variation_ = rtt / 2;
      return;
    }
    minimum_ = std::min(minimum_, rtt);
    const Duration delay = std::min(ack_delay, kAckDelayMax);
    const Duration adjusted = rtt - delay >= minimum_ ? rtt - delay : rtt;
    const Duration off = smoothed_ > adjusted ? smoothed_ - adjusted : adjusted - smoothed_;
    variation_ = (3 * variation_ + off) / 4;
    smoothed_ = (7 * smoothed_ + adjusted) / 8;
  }

  // Of a message that was sent more than once, or whose answer may have been sent more than once:
  // better than the guess of RFC 9002, and gone with the first sample. It is not over `most`.
  void guess(Duration rtt, Duration most) noexcept {
    if (known_ || rtt >= smoothed_) return;
    smoothed_ = rtt;
    variation_ = std::max(rtt / 2, (most - rtt) / 4);
  }

  Duration smoothed() const noexcept { return smoothed_; }
  Duration variation() const noexcept { return variation_; }
  Duration minimum() const noexcept { return minimum_; }
  Duration latest() const noexcept { return latest_; }
  bool known() const noexcept { return known_; }
  Duration probe_timeout() const noexcept {
    return smoothed_ + std::max(4 * variation_, kTimerGranularity) + kAckDelayMax;
  }

 private:
  bool known_ = false;
  Duration smoothed_ = std::chrono::milliseconds(333);  // RFC 9002's guess before the first sample
  Duration variation_ = std::chrono::milliseconds(166);
  Duration minimum_ = std::chrono::milliseconds(333);
  Duration latest_ = std::chrono::milliseconds(333);
};

}  // namespace hn::net
