// hn-protocol(7), CONGESTION CONTROL.
#include "net/uplink.hpp"

#include <algorithm>
#include <cmath>

#include "net/handshake.hpp"

namespace hn::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Later than twice the least and this much: it waited in a queue, not for an ACK.
constexpr Duration kLate = milliseconds(50);

// Hellos that wait for an answer: at 32 kbit/s a fifth of a second at least; one more for each that
// is answered soon, one less for each that is not.
constexpr std::size_t kHellosMin = 4;
constexpr std::size_t kHellosMax = 256;
// For so long after the last answer of anything a hello without one counts; twice as long where it
// was in vain.
constexpr Duration kPatienceMin = milliseconds(500);
constexpr Duration kPatienceMax = seconds(4);

// A queue stands where so many connections, and none in between, were answered so much later than
// they once were, lately.
constexpr Duration kStands = milliseconds(250);
constexpr std::size_t kConnections = 3;
constexpr std::size_t kLateMax = 16;
constexpr Duration kLateFor = seconds(10);
// The queue that is left: what the uplink delivers in half a second, or three packets.
constexpr Duration kQueue = milliseconds(500);
constexpr double kBytesMin = 3600;
// Acknowledgements come in bursts.
constexpr Duration kRateWindow = seconds(1);
constexpr std::size_t kRateWindows = 4;
// What a queue holds back comes in one window of those.
constexpr Duration kNarrowWindow = seconds(4);
// News is rare where it takes long: the next time this is known before everybody asks at once.
constexpr Duration kNarrowFor = std::chrono::minutes(10);

bool is_late(Duration took, Duration least) noexcept {
  return took > 2 * least + kLate;
}

}  // namespace

std::uint64_t Uplink::hello_sent(Time now) {
  hellos_.push_back({sent(), now});
  return sent_;
}

void Uplink::newest(Time now, std::uint64_t order, std::optional<Duration> took) noexcept {
  answered_ = std::max(answered_, order);
  answer_ = now;
  if (took) {
    took_ = *took;
    patience_ = std::clamp(2 * took_, kPatienceMin, kPatienceMax);
  }
  while (!hellos_.empty() && hellos_.front().order <= answered_) hellos_.pop_front();
}

void Uplink::answered(Time now, std::uint64_t connection, std::uint64_t order, Duration took,
                      Duration least) noexcept {
  newest(now, order, took);
  // A connection that came about while a queue stood knows no better.
  if (crowded(now)) least = std::min(least, least_);
  if (is_late(took, least)) moved_ = now;
  if (took < kStands)
    late_.clear();
  else if (took - least >= kStands)
    note_late({connection, now, least});
}

void Uplink::note_late(const Late& late) {
  std::erase_if(late_, [&](const Late& l) {
    return l.connection == late.connection || late.time - l.time > kLateFor;
  });
  if (late_.size() == kLateMax) late_.erase(late_.begin());
  late_.push_back(late);
  if (late_.size() < kConnections) return;
  const Duration least = std::ranges::min_element(late_, {}, &Late::least)->least;
  least_ = crowded(late.time) ? std::min(least_, least) : least;
  if (!crowded(late.time)) narrow_ = 0;
  crowded_ = late.time;
}

void Uplink::hello_answered(Time now, std::uint64_t order, std::optional<Duration> took) noexcept {
  newest(now, order, took);
  if (!took) return;
  hello_least_ = std::min(hello_least_.value_or(*took), *took);
  if (!is_late(*took, *hello_least_)) {
    hellos_max_ = std::min(hellos_max_ + 1, kHellosMax);
    return;
  }
  moved_ = now;
  hellos_max_ = std::max(hellos_max_ - 1, kHellosMin);
}

void Uplink::delivered(Time now, std::size_t bytes) noexcept {
  delivered_ += bytes;
  window_bytes_ += bytes;
  if (now - long_window_ >= kNarrowWindow) {
    const auto rise = static_cast<double>(delivered_ - long_delivered_);
    narrow_ = std::max(narrow_, rise / std::chrono::duration<double>(now - long_window_).count());
    long_window_ = now;
    long_delivered_ = delivered_;
  }
  const Duration passed = now - window_;
  if (passed < kRateWindow) return;
  rates_.push_back(static_cast<double>(window_bytes_) /
                   std::chrono::duration<double>(passed).count());
  if (rates_.size() > kRateWindows) rates_.pop_front();
  window_ = now;
  window_bytes_ = 0;
}

std::optional<NarrowUplink> Uplink::narrow(Time now) const noexcept {
  if (!crowded_ || now - *crowded_ > kNarrowFor) return std::nullopt;
  return NarrowUplink{std::max(narrow_, rate()), crowded(now)};
}

double Uplink::rate() const noexcept {
  return rates_.empty() ? 0 : *std::ranges::max_element(rates_);
}

std::optional<Time> Uplink::moved(std::uint64_t order, bool known) const noexcept {
  if (order <= answered_) return std::nullopt;
  return known ? moved_ : answer_;
}

Time Uplink::expiry(const Hello& hello) const noexcept {
  return std::max(hello.sent, answer_.value_or(hello.sent)) + patience_;
}

bool Uplink::takes_hello(Time now, std::size_t in_flight) noexcept {
  const auto last = std::ranges::find_if(hellos_, [&](const Hello& h) { return expiry(h) > now; });
  if (last != hellos_.begin()) {
    hellos_.erase(hellos_.begin(), last);
    patience_ = std::min(2 * patience_, kPatienceMax);
  }
  return hellos_.size() < hellos_max_ && takes(now, in_flight);
}

std::optional<Time> Uplink::hello_at() const noexcept {
  return hellos_.empty() ? std::nullopt : std::optional(expiry(hellos_.front()));
}

bool Uplink::takes(Time now, std::size_t in_flight) const noexcept {
  if (!crowded(now)) return true;
  const double seconds = std::chrono::duration<double>(least_ + kQueue).count();
  // What is delivered says little where little was sent: the bound doubles each second, until it
  // proves too wide again.
  const Duration since = std::max(now - *crowded_ - kCrowdedFor, Duration{});
  const double wider = std::exp2(std::chrono::duration<double>(since).count());
  const double calls = static_cast<double>(hellos_.size() * kHelloBytes);
  return static_cast<double>(in_flight) + calls < wider * std::max(rate() * seconds, kBytesMin);
}

}  // namespace hn::net
