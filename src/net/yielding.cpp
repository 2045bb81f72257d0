// hn-protocol(7), CONGESTION CONTROL.
#include "net/yielding.hpp"

namespace hn::net {
namespace {

constexpr Duration kLeastQueue = std::chrono::milliseconds(3);
constexpr double kOwnPackets = 4;
// Who gets so much of what it ever got has the path for itself.
constexpr double kAlone = 0.8;

}  // namespace

void Yielding::on_ack(const AckSample& s, Duration round_trip_min, double datagram_bytes) noexcept {
  peak_ = std::max(peak_, s.delivery_rate);
  const Duration packets =
      peak_ > 0 ? std::chrono::duration_cast<Duration>(
                      std::chrono::duration<double>(kOwnPackets * datagram_bytes / peak_))
                : round_trip_min;
  const Duration target =
      std::max({kLeastQueue, round_trip_min / 6, std::min(packets, round_trip_min / 3)}) +
      s.round_trip_variation;
  // One late packet is no queue.
  const Duration quick = std::min(before_, s.round_trip_latest);
  before_ = s.round_trip_latest;
  if (quick > round_trip_min + target) {
    step_back(s.now, s.round_trip_latest, s.delivery_rate);
  } else if (!s.application_limited) {
    grow(s.now, s.round_trip_latest);
  }
  const double seconds = std::chrono::duration<double>(round_trip_min).count();
  rate_ = std::max(rate_, datagram_bytes / 2 / seconds);
}

// At most once in a round trip: what was sent before it shows the old rate.
void Yielding::step_back(Time now, Duration round_trip, double delivered) noexcept {
  if (backed_ && now - *backed_ < 2 * round_trip) return;
  const bool others = backed_ && now - *backed_ < 4 * round_trip && delivered < kAlone * peak_;
  if (delivered > 0) rate_ = std::min(rate_, delivered);
  rate_ *= others ? kOthersQueue : kOwnQueue;
  growth_ = kLeastGrowth;
  clean_rounds_ = 0;
  backed_ = round_ = now;
}

void Yielding::grow(Time now, Duration round_trip) noexcept {
  if (now - round_ < round_trip) return;
  round_ = now;
  rate_ *= 1 + growth_;
  if (++clean_rounds_ % kProbePeriod == 0 && growth_ < kMostGrowth) growth_ *= 2;
}

}  // namespace hn::net
