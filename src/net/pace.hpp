#pragma once

#include <algorithm>
#include <optional>

#include "hn/base/time.hpp"

namespace hn::net {

// How fast one peer answers: plain bytes in a second, and how long the first byte of an answer
// takes. Time is what its owner says.
class Pace {
 public:
  // Something is asked for where nothing was.
  void begin(Time now) {
    begun_ = now;
    window_bytes_ = 0;
    first_ = true;
  }
  // Bytes of an answer are here.
  void heard(Time now) {
    heard_ = now;
    if (!first_) return;
    first_ = false;
    const Duration took = now - begun_;
    latency_ = known_ ? std::min(latency_, took) : took;
    known_ = true;
    window_ = now;
  }
  // A block has come.
  void came(Time now, std::uint64_t plain_bytes) {
    window_bytes_ += plain_bytes;
    if (now - window_ < kWindow) return;
    const double sample = in_window(now);
    rate_ = rate_ ? (*rate_ + sample) / 2 : sample;
    window_ = now;
    window_bytes_ = 0;
  }

  // Bytes a second. One that stops sending becomes slower by it.
  std::optional<double> rate(Time now) const {
    const bool waits = !first_ && now - window_ > 2 * kWindow;
    if (!waits) return rate_;
    return rate_ ? std::min(*rate_, in_window(now)) : in_window(now);
  }
  Duration latency() const noexcept { return known_ ? latency_ : kUnknownLatency; }
  // When bytes were last heard of, or asked for.
  Time since() const noexcept { return first_ ? begun_ : heard_; }

 private:
  static constexpr Duration kWindow = std::chrono::milliseconds(200);
  static constexpr Duration kUnknownLatency = std::chrono::milliseconds(300);

  double in_window(Time now) const {
    return static_cast<double>(window_bytes_) /
           std::chrono::duration<double>(now - window_).count();
  }

  Time begun_, heard_, window_;
  std::uint64_t window_bytes_ = 0;
  std::optional<double> rate_;
  Duration latency_{};
  bool known_ = false;
  bool first_ = true;
};

}  // namespace hn::net
