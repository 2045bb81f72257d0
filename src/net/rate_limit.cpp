// hn-protocol(7), CONGESTION CONTROL.
#include "net/rate_limit.hpp"

#include <limits>

namespace hn::net {
namespace {

// What a timer that wakes late leaves over has to fit, and two datagrams.
std::size_t burst_at(std::uint64_t bytes_per_second) noexcept {
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(bytes_per_second / 50, 3000, 65536));
}

}  // namespace

std::size_t window_at(std::uint64_t bytes_per_second) noexcept {
  constexpr std::uint64_t kLeast = 16 * 1024;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  return static_cast<std::size_t>(std::clamp(std::min(bytes_per_second, kMost) * 2, kLeast, kMost));
}

std::size_t grant_at(std::uint64_t bytes_per_second) noexcept {
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(bytes_per_second / 20, 2048, 1 << 20));
}

void Limits::Both::set(std::uint64_t rate) noexcept {
  out.set(rate, burst_at(rate));
  in.set(rate, 2 * grant_at(rate));
}

// What a bucket owes it owes under another rate as well.
void Limits::set(const RateLimits& rates) {
  all_.set(rates.all);
  std::map<crypto::TransportKey, Both> before = std::exchange(peers_, {});
  for (const auto& [key, rate] : rates.peers) {
    if (rate == 0) continue;
    Both& one = peers_[key] = before[key];
    one.set(rate);
  }
}

const Limits::Both* Limits::of(const crypto::TransportKey& peer) const noexcept {
  if (peers_.empty()) return nullptr;
  const auto it = peers_.find(peer);
  return it == peers_.end() ? nullptr : &it->second;
}

Limits::Both* Limits::of(const crypto::TransportKey& peer) noexcept {
  return const_cast<Both*>(std::as_const(*this).of(peer));
}

bool Limits::may_send(Time now, const crypto::TransportKey& peer) const noexcept {
  const Both* one = of(peer);
  return all_.out.allows(now) && (one == nullptr || one->out.allows(now));
}

Time Limits::sending_opens(const crypto::TransportKey& peer) const noexcept {
  const Both* one = of(peer);
  return one == nullptr ? all_.out.opens() : std::max(all_.out.opens(), one->out.opens());
}

void Limits::sent(Time now, const crypto::TransportKey& peer, std::size_t bytes) noexcept {
  all_.out.spend(now, bytes);
  if (Both* one = of(peer)) one->out.spend(now, bytes);
}

std::uint64_t Limits::receiving_rate(const crypto::TransportKey& peer) const noexcept {
  const Both* one = of(peer);
  if (one == nullptr) return all_.in.rate();
  return all_.in.rate() == 0 ? one->in.rate() : std::min(all_.in.rate(), one->in.rate());
}

std::uint64_t Limits::receivable(Time now, const crypto::TransportKey& peer) const noexcept {
  const Both* one = of(peer);
  return std::min(all_.in.tokens(now),
                  one == nullptr ? std::numeric_limits<std::uint64_t>::max() : one->in.tokens(now));
}

Time Limits::receivable_at(const crypto::TransportKey& peer, std::size_t bytes) const noexcept {
  const Both* one = of(peer);
  const Time all = all_.in.holds_at(bytes);
  return one == nullptr ? all : std::max(all, one->in.holds_at(bytes));
}

void Limits::granted(Time now, const crypto::TransportKey& peer, std::size_t bytes) noexcept {
  all_.in.spend(now, bytes);
  if (Both* one = of(peer)) one->in.spend(now, bytes);
}

}  // namespace hn::net
