#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "hn/base/time.hpp"

namespace hn::net {

// Finds how large a datagram the path carries (RFC 8899). Six probes per size, not three: where a
// fifth of the packets is lost each way, three give up wrongly in one case of twenty.
class PathSize {
 public:
  PathSize(std::size_t base, std::size_t most) : base_(base), most_(most), current_(base) {}

  std::size_t current() const noexcept { return current_; }

  // The size to probe now, if it is time for a probe.
  std::optional<std::size_t> probe(Time now) const noexcept {
    if (outstanding_ || now < next_) return std::nullopt;
    return target();
  }
  void probe_sent() noexcept { outstanding_ = true; }
  void probe_acked() noexcept {
    if (const auto t = target()) current_ = *t;
    outstanding_ = false;
    failures_ = 0;
  }
  void probe_lost(Time now) noexcept {
    outstanding_ = false;
    if (++failures_ < kProbes) return;
    failures_ = 0;
    next_ = now + kRaiseTimer;
  }
  // Large datagrams have stopped passing.
  void black_hole(Time now) noexcept {
    current_ = base_;
    failures_ = 0;
    next_ = now + kBlackHoleTimer;
  }
  void limit(std::size_t most) noexcept {
    most_ = std::max(base_, std::min(most_, most));
    current_ = std::min(current_, most_);
  }

 private:
  static constexpr int kProbes = 6;
  static constexpr Duration kRaiseTimer = std::chrono::seconds(600);
  static constexpr Duration kBlackHoleTimer = std::chrono::seconds(60);
  // IPv6's minimum, tunnels, Ethernet behind PPPoE with IPv6; the last passes only where asked for.
  static constexpr std::array<std::size_t, 5> kSizes = {1232, 1400, 1452, 1472, 8952};

  std::optional<std::size_t> target() const noexcept {
    // Straight to the largest first: most paths carry Ethernet frames.
    std::optional<std::size_t> best;
    for (const std::size_t s : kSizes) {
      if (s <= current_ || s > most_) continue;
      if (failures_ < kProbes / 2 || !best) best = s;
    }
    return best;
  }

  std::size_t base_;
  std::size_t most_;
  std::size_t current_;
  bool outstanding_ = false;
  int failures_ = 0;
  Time next_{};
};

}  // namespace hn::net
