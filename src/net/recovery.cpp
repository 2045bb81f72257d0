// hn-protocol(7), LOSS RECOVERY.
#include "net/recovery.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/net/endpoint.hpp"

namespace hn::net {
namespace {

constexpr std::uint64_t kPacketThresholdMax = 256;
constexpr int kProbes = 2;
constexpr int kBackoffSteps = 4;
// After this without any acknowledgement the backoff may go on: the path is down, not lossy.
constexpr Duration kProgressHorizon = std::chrono::seconds(10);
constexpr int kBackoffStepsDown = 7;

}  // namespace

SentPacket& Recovery::draft() {
  draft_.emplace();
  draft_->number = next_number();
  return *draft_;
}

void Recovery::sent(Time now, CongestionController& congestion) {
  SentPacket& p = *draft_;
  p.sent = now;
  ++packets_sent_;
  if (p.eliciting) {
    if (in_flight_ == 0) first_sent_time_ = delivered_time_ = now;
    const std::uint32_t tag = congestion.on_sent(now, p.bytes);
    p.mark = {delivered_, delivered_time_, first_sent_time_, delivered_ < limited_until_, tag};
    p.fate = SentPacket::Fate::in_flight;
    in_flight_ += p.bytes;
    ++packets_in_flight_;
    last_eliciting_ = now;
  }
  packets_.push_back(p);
  draft_.reset();
  if (packets_.size() == 1 && !packets_.front().eliciting) forget_settled(now);
}

Duration Recovery::loss_delay() const noexcept {
  const Duration rtt = std::max(round_trip.smoothed(), round_trip.latest());
  return std::max(rtt * 9 / 8, kTimerGranularity);
}

Duration Recovery::probe_timeout() const noexcept {
  Duration d = round_trip.probe_timeout();
  const bool lossy_only =
      last_progress_ && last_eliciting_ && *last_eliciting_ - *last_progress_ < kProgressHorizon;
  const int steps = std::min(timeouts_in_row_, lossy_only ? kBackoffSteps : kBackoffStepsDown);
  for (int i = 0; i < steps; ++i) d = d * 3 / 2;
  return d;
}

void Recovery::acked(SentPacket& p, std::uint64_t largest, Time now,
                     CongestionController& congestion, Progress& progress) {
  using Fate = SentPacket::Fate;
  if (p.fate == Fate::acked || p.fate == Fate::none) return;
  if (p.fate == Fate::lost) {
    // It was only late: from now on so much reordering is expected.
    packet_threshold_ =
        std::min(std::max(packet_threshold_, largest - p.number + 1), kPacketThresholdMax);
    congestion.on_revived(p.mark.phase, p.bytes);
    --packets_lost_;
  } else {
    in_flight_ -= p.bytes;
    --packets_in_flight_;
    congestion.on_delivered(p.mark.phase, p.bytes);
  }
  ++packets_acked_;
  p.fate = Fate::acked;
  if (p.bytes > kDatagramMin) large_lost_in_row_ = 0;
  delivered_ += p.bytes;
  delivered_time_ = now;
  progress.bytes += p.bytes;
  if (p.number == largest) progress.largest_is_new = true;
  if (!progress.newest || p.number > progress.newest->number) progress.newest = p;
  observer_.packet_acked(p);
}

Result<void> Recovery::on_ack(Time now, const AckFrame& ack, CongestionController& congestion) {
  const std::uint64_t largest = ack.ranges[0].end - 1;
  if (largest >= next_number()) return fail(Code::protocol, "ACK of a packet that was not sent");
  Progress progress;
  for (const Range& r : ack.ranges) {
    if (r.end <= base_) break;
    for (std::uint64_t n = std::max(r.begin, base_); n < r.end; ++n) {
      acked(packets_[static_cast<std::size_t>(n - base_)], largest, now, congestion, progress);
    }
  }
  largest_acked_ = std::max(largest_acked_.value_or(0), largest);
  if (!progress.newest) return {};
  if (progress.largest_is_new) {
    round_trip.sample(now - progress.newest->sent,
                      std::chrono::microseconds(std::min<std::uint64_t>(ack.delay_us, 1'000'000)));
  }
  timeouts_in_row_ = 0;
  probes_due_ = 0;
  last_progress_ = now;
  detect_losses(now, congestion);
  sample_rate(now, progress, congestion);
  forget_settled(now);
  return {};
}

void Recovery::sample_rate(Time now, const Progress& progress, CongestionController& congestion) {
  const SentPacket& p = *progress.newest;
  first_sent_time_ = p.sent;
  const Duration interval = std::max(p.sent - p.mark.first_sent_time, now - p.mark.delivered_time);
  AckSample s;
  s.now = now;
  if (interval >= round_trip.minimum() && interval.count() > 0) {
    s.delivery_rate = static_cast<double>(delivered_ - p.mark.delivered) * 1e9 /
                      static_cast<double>(interval.count());
  }
  s.application_limited = p.mark.application_limited;
  s.round_trip_latest = round_trip.latest();
  s.round_trip_smoothed = round_trip.smoothed();
  s.round_trip_variation = round_trip.variation();
  s.delivered = delivered_;
  s.delivered_at_send = p.mark.delivered;
  s.in_flight = in_flight_;
  congestion.on_ack(s);
}

void Recovery::lose(SentPacket& p, Time now, CongestionController& congestion) {
  p.fate = SentPacket::Fate::lost;
  in_flight_ -= p.bytes;
  --packets_in_flight_;
  ++packets_lost_;
  if (p.bytes > kDatagramMin && !p.probe) ++large_lost_in_row_;
  if (!p.probe) congestion.on_lost(now, p.mark.phase, p.bytes);
  observer_.packet_lost(p);
}

void Recovery::detect_losses(Time now, CongestionController& congestion) {
  loss_time_.reset();
  if (!largest_acked_) return;
  const Duration delay = loss_delay();
  first_open_ = std::max(first_open_, base_);
  bool open_seen = false;
  for (std::uint64_t n = first_open_; n < *largest_acked_ && n < next_number(); ++n) {
    SentPacket& p = packets_[static_cast<std::size_t>(n - base_)];
    if (p.fate == SentPacket::Fate::in_flight) {
      if (*largest_acked_ - n >= packet_threshold_ || p.sent + delay <= now) {
        lose(p, now, congestion);
      } else {
        // Packets leave in order of their numbers: the first that is still open is due first.
        if (!loss_time_) loss_time_ = p.sent + delay;
        open_seen = true;
      }
    }
    if (!open_seen) first_open_ = n + 1;
    if (open_seen && *largest_acked_ - n < packet_threshold_) break;
  }
}

void Recovery::forget_settled(Time now) {
  const Duration memory = 2 * round_trip.smoothed() + 4 * round_trip.variation();
  while (!packets_.empty()) {
    const SentPacket& p = packets_.front();
    if (p.fate == SentPacket::Fate::in_flight) break;
    if (p.fate == SentPacket::Fate::lost && p.sent + memory > now)
      break;  // may yet prove to be late
    packets_.pop_front();
    ++base_;
  }
}

std::optional<Time> Recovery::next_timeout() const {
  if (loss_time_) return loss_time_;
  if (packets_in_flight_ == 0 || probes_due_ > 0) return std::nullopt;
  return std::max(*last_eliciting_, left_after_) + probe_timeout();
}

void Recovery::on_timeout(Time now, CongestionController& congestion) {
  const auto due = next_timeout();
  if (!due || *due > now) return;
  if (loss_time_) {
    detect_losses(now, congestion);
    return;
  }
  ++timeouts_in_row_;
  probes_due_ = kProbes;
}

std::size_t Recovery::requeue_oldest(std::size_t packets) {
  std::size_t done = 0;
  for (SentPacket& p : packets_) {
    if (done == packets) break;
    if (p.fate != SentPacket::Fate::in_flight || p.frame_count == 0) continue;
    observer_.packet_requeued(p);
    p.requeued = true;
    ++done;
  }
  return done;
}

}  // namespace hn::net
