// hn-protocol(7), LOSS RECOVERY.
#include "net/acks.hpp"

#include <algorithm>
#include <array>

namespace hn::net {
namespace {
constexpr std::uint64_t kEarly =
    128;  // so many packets are acknowledged by twos: start-up lives on ACKs
constexpr unsigned kEveryEarly = 2;
constexpr unsigned kEvery = 8;
constexpr unsigned kAgain = 3;
}  // namespace

void AckTracker::received(Time now, std::uint64_t number, bool eliciting, Duration round_trip) {
  const bool highest = numbers_.empty() || number >= numbers_.back().end;
  const bool gap =
      !numbers_.empty() && (number > numbers_.back().end || number < numbers_.back().begin);
  numbers_.add({number, number + 1});
  numbers_.keep_highest(kAckRangesMax);
  if (highest) largest_time_ = now;
  if (!eliciting) return;
  ++eliciting_seen_;
  ++eliciting_pending_;
  const unsigned every = eliciting_seen_ < kEarly ? kEveryEarly : kEvery;
  if (eliciting_pending_ >= every || (gap && eliciting_pending_ >= kEveryEarly)) immediate_ = true;
  if (!deadline_) deadline_ = now + std::min(round_trip / 8, kAckDelayMax);
}

bool AckTracker::write(Time now, FrameWriter& out) {
  if (numbers_.empty()) return false;
  std::array<Range, kAckRangesMax> highest_first{};
  const auto ranges = numbers_.ranges();
  std::reverse_copy(ranges.begin(), ranges.end(), highest_first.begin());
  const auto delay =
      std::chrono::duration_cast<std::chrono::microseconds>(now - largest_time_).count();
  if (!out.put(AckFrame{std::span(highest_first).first(ranges.size()),
                        static_cast<std::uint64_t>(std::max<std::int64_t>(delay, 0))})) {
    return false;
  }
  if (eliciting_pending_ > 0) {
    again_ = kAgain;
  } else if (again_ > 0) {
    --again_;
  }
  eliciting_pending_ = 0;
  deadline_.reset();
  immediate_ = false;
  return true;
}

}  // namespace hn::net
