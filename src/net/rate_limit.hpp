#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "hn/base/time.hpp"
#include "hn/crypto/box.hpp"
#include "hn/net/endpoint.hpp"

namespace hn::net {

// A bucket of tokens, one for a byte, that fills at a rate (the generic cell rate algorithm: ITU-T
// I.371, 2004, annex A): what is spent in any time is at most the rate times that time, and one
// burst. It may be overdrawn by what is spent at once.
class RateLimit {
 public:
  // 0: no limit. A bucket that was never used is full.
  void set(std::uint64_t bytes_per_second, std::size_t burst_bytes) noexcept {
    rate_ = bytes_per_second;
    burst_ = rate_ == 0 ? Duration{} : time_of(burst_bytes);
  }
  std::uint64_t rate() const noexcept { return rate_; }
  bool allows(Time now) const noexcept { return rate_ == 0 || opens() <= now; }
  // When something may be spent again.
  Time opens() const noexcept { return rate_ == 0 ? Time{} : full_ - burst_; }
  void spend(Time now, std::size_t bytes) noexcept {
    if (rate_ != 0) full_ = std::max(full_, now) + time_of(bytes);
  }
  // What may be spent now without overdrawing.
  std::uint64_t tokens(Time now) const noexcept {
    if (rate_ == 0) return std::numeric_limits<std::uint64_t>::max();
    const double seconds = std::chrono::duration<double>(now - opens()).count();
    const double most = std::chrono::duration<double>(burst_).count();
    return static_cast<std::uint64_t>(std::clamp(seconds, 0.0, most) * static_cast<double>(rate_));
  }
  // When it holds so many, which fit it.
  Time holds_at(std::size_t bytes) const noexcept {
    constexpr Duration kRounding = std::chrono::microseconds(1);
    return rate_ == 0 ? Time{} : opens() + time_of(bytes) + kRounding;
  }

 private:
  Duration time_of(std::size_t bytes) const noexcept {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate_)));
  }

  std::uint64_t rate_ = 0;
  Duration burst_{};
  Time full_{};  // when the bucket will be full
};

// What an endpoint may send and ask for: in all, and to and from each peer.
class Limits {
 public:
  void set(const RateLimits& rates);

  bool may_send(Time now, const crypto::TransportKey& peer) const noexcept;
  Time sending_opens(const crypto::TransportKey& peer) const noexcept;
  void sent(Time now, const crypto::TransportKey& peer, std::size_t bytes) noexcept;

  // The lowest rate that holds for what comes from a peer; 0: none does.
  std::uint64_t receiving_rate(const crypto::TransportKey& peer) const noexcept;
  std::uint64_t receivable(Time now, const crypto::TransportKey& peer) const noexcept;
  // When that is at least so much.
  Time receivable_at(const crypto::TransportKey& peer, std::size_t bytes) const noexcept;
  void granted(Time now, const crypto::TransportKey& peer, std::size_t bytes) noexcept;

 private:
  struct Both {
    void set(std::uint64_t rate) noexcept;
    RateLimit out;
    RateLimit in;
  };
  const Both* of(const crypto::TransportKey& peer) const noexcept;
  Both* of(const crypto::TransportKey& peer) noexcept;

  Both all_;
  std::map<crypto::TransportKey, Both> peers_;
};

// What a receiver holds out at once where a rate holds: enough for round trips of two seconds.
std::size_t window_at(std::uint64_t bytes_per_second) noexcept;
// It is not told of every byte: by so much at least.
std::size_t grant_at(std::uint64_t bytes_per_second) noexcept;

}  // namespace hn::net
