// hn-protocol(7), CONGESTION CONTROL.
#include "net/bbr.hpp"

#include <algorithm>

namespace hn::net {
namespace {

constexpr double kStartupGain = 2.885;  // 2/ln 2: doubles each round
constexpr double kDrainGain = 0.35;
constexpr double kUpGain = 1.25;
constexpr double kDownGain = 0.75;
constexpr double kHeadRoomGain = 0.94;
constexpr double kHeadRoomFromLoss = 0.02;
constexpr double kBackgroundPackets = 10;  // in the first round trip
constexpr Duration kBackgroundQueue = std::chrono::milliseconds(25);
constexpr double kQueueRatio = 1.05;
constexpr double kQueueYieldMax = 0.25;
constexpr int kCycle = 8;
constexpr std::uint64_t kFilterRounds = 10;
constexpr Duration kRoundTripWindow = std::chrono::seconds(10);
constexpr int kFullRounds = 3;
// Less may be the noise of machines and radios.
constexpr Duration kStandingQueue = std::chrono::milliseconds(20);
// Nor does one stand in the queue of others with a few packets in flight.
constexpr double kQueuePackets = 128;
constexpr Duration kProbeRoundTrip = std::chrono::milliseconds(200);
constexpr double kFlightGain = 2.0;
constexpr double kFlightExtraPackets = 16;  // ACKs come for eight packets at a time
constexpr double kFlightMinPackets = 8;
constexpr double kInitialPackets = 32;
constexpr double kLossMax = 0.4;
constexpr double kLossWeight = 0.2;
constexpr double kOwnLossDecay = 0.85;
constexpr double kElastic = 0.5;
// A phase must hold enough packets for its share of losses to mean something.
constexpr double kPhasePackets = 32;
constexpr Duration kPhaseMin = std::chrono::milliseconds(2);
constexpr Duration kPhaseMax = std::chrono::milliseconds(400);
constexpr std::size_t kPhasesKept = 32;

double seconds(Duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

std::unique_ptr<CongestionController> make_congestion_controller(Random& random,
                                                                 Duration round_trip,
                                                                 std::size_t datagram_bytes) {
  return std::make_unique<Bbr>(random, round_trip, datagram_bytes);
}

Bbr::Bbr(Random& random, Duration round_trip, std::size_t datagram_bytes)
    : random_(random),
      datagram_bytes_(static_cast<double>(datagram_bytes)),
      round_trip_min_(std::max(round_trip, Duration(std::chrono::microseconds(50)))) {
  begin_phase({}, Phase::Kind::other);
}

double Bbr::product() const noexcept {
  return bandwidth_ * seconds(round_trip_min_);
}

double Bbr::cruise_gain() const noexcept {
  double g = ambient_loss_ > kHeadRoomFromLoss ? kHeadRoomGain : 1.0;
  g -= std::clamp((queue_ratio_ - kQueueRatio) / 2, 0.0, kQueueYieldMax);
  return g;
}

double Bbr::gain() const noexcept {
  switch (mode_) {
    case Mode::startup:
      return kStartupGain;
    case Mode::drain:
      return kDrainGain;
    case Mode::probe_round_trip:
      return 1.0;
    case Mode::probe_bandwidth:
      break;
  }
  if (cycle_ == 0) return kUpGain;
  return cycle_ == 1 ? kDownGain : cruise_gain();
}

void Bbr::set_background(bool background) {
  if (background && !background_) {
    yielding_.begin(std::max(bandwidth_ / 2, kBackgroundPackets * datagram_bytes_ /
                                                 std::max(seconds(round_trip_min_), 0.001)));
  }
  background_ = background;
}

double Bbr::pacing_rate() const {
  if (background_) return yielding_.rate();
  const double rate = std::max(gain() * bandwidth_ / (1 - ambient_loss_), datagram_bytes_ * 4);
  if (mode_ != Mode::startup) return rate;
  // The first samples are of a few packets, perhaps over a timeout: they say what was sent, not
  // what the path carries. Until the pipe was full the first guess is the least.
  return std::max(rate, kStartupGain * kInitialPackets * datagram_bytes_ /
                            std::max(seconds(round_trip_min_), 0.001));
}

std::size_t Bbr::in_flight_limit() const {
  if (background_) {
    const double flight = yielding_.rate() * seconds(round_trip_min_ + kBackgroundQueue);
    return static_cast<std::size_t>(flight + kFlightMinPackets * datagram_bytes_);
  }
  double limit = kInitialPackets * datagram_bytes_;
  if (bandwidth_ > 0) {
    const double g = mode_ == Mode::startup ? kStartupGain : kFlightGain;
    limit = std::max(mode_ == Mode::startup ? limit : 0.0,
                     g * product() / (1 - ambient_loss_) + kFlightExtraPackets * datagram_bytes_);
  }
  if (mode_ == Mode::probe_round_trip) limit = product() / 2;
  return static_cast<std::size_t>(std::max(limit, kFlightMinPackets * datagram_bytes_));
}

Bbr::Phase* Bbr::find(std::uint32_t tag) noexcept {
  if (phases_.empty() || tag < phases_.front().tag) return nullptr;
  const std::size_t i = tag - phases_.front().tag;
  return i < phases_.size() ? &phases_[i] : nullptr;
}

void Bbr::begin_phase(Time now, Phase::Kind kind) {
  if (!phases_.empty()) {
    phases_.back().closed = true;
    phases_.back().end = now;
  }
  Phase p;
  p.tag = next_tag_++;
  p.kind = kind;
  p.begin = now;
  phases_.push_back(p);
  if (phases_.size() > kPhasesKept) phases_.pop_front();
}

std::uint32_t Bbr::on_sent(Time now, std::size_t bytes) {
  if (mode_ == Mode::probe_bandwidth && now - gain_begin_ > gain_duration()) next_gain(now);
  phases_.back().sent += static_cast<double>(bytes);
  return phases_.back().tag;
}

void Bbr::on_delivered(std::uint32_t tag, std::size_t bytes) {
  if (Phase* p = find(tag)) p->delivered += static_cast<double>(bytes);
}

void Bbr::on_lost(Time, std::uint32_t tag, std::size_t bytes) {
  if (Phase* p = find(tag)) p->lost += static_cast<double>(bytes);
}

void Bbr::on_revived(std::uint32_t tag, std::size_t bytes) {
  if (Phase* p = find(tag)) {
    p->lost -= static_cast<double>(bytes);
    p->delivered += static_cast<double>(bytes);
  }
}

void Bbr::update_bandwidth(const AckSample& s) {
  round_started_ = s.delivered_at_send >= round_end_;
  if (round_started_) {
    round_end_ = s.delivered;
    ++round_;
  }
  if (s.delivery_rate <= 0 || (s.application_limited && s.delivery_rate <= bandwidth_)) return;
  while (!filter_.empty() && filter_.back().rate <= s.delivery_rate) filter_.pop_back();
  filter_.push_back({round_, s.delivery_rate});
  while (filter_.front().round + kFilterRounds < round_) filter_.pop_front();
  bandwidth_ = filter_.front().rate;
}

void Bbr::update_round_trip(const AckSample& s) {
  const bool expired = round_trip_known_ && s.now - round_trip_min_time_ > kRoundTripWindow;
  if (!round_trip_known_ || s.round_trip_latest <= round_trip_min_ || expired) {
    round_trip_min_ = std::max(s.round_trip_latest, Duration(std::chrono::microseconds(50)));
    round_trip_min_time_ = s.now;
    round_trip_known_ = true;
  }
  if (expired && mode_ == Mode::probe_bandwidth && !s.application_limited) {
    mode_ = Mode::probe_round_trip;
    probe_until_ = s.now + std::max(kProbeRoundTrip, s.round_trip_smoothed);
    begin_phase(s.now, Phase::Kind::other);
  }
  // Jitter raises the mean as well; what a standing queue adds shows even in the quick packets.
  const Duration quick = s.round_trip_smoothed - 2 * s.round_trip_variation;
  queue_ratio_ = seconds(quick) / seconds(round_trip_min_);
}

// Three rounds without growth, as in the paper; but one where packets wait in a queue by now: two
// more of them at this gain would overflow it, and what is then missing at the other end holds up
// all behind it. The sender may be held up by that too, so this counts whatever it had to send.
void Bbr::check_full_pipe(const AckSample& s) {
  if (mode_ != Mode::startup || !round_started_) return;
  const Duration queue = s.round_trip_latest - round_trip_min_;
  const bool is_ours = static_cast<double>(s.in_flight) > kQueuePackets * datagram_bytes_;
  const bool queue_stands = is_ours && queue > round_trip_min_ / 2 && queue > kStandingQueue;
  if (s.application_limited && !queue_stands) return;
  if (bandwidth_ >= full_bandwidth_ * 1.25) {
    full_bandwidth_ = bandwidth_;
    full_rounds_ = 0;
  } else if (++full_rounds_ >= kFullRounds || queue_stands) {
    mode_ = Mode::drain;
    begin_phase(s.now, Phase::Kind::other);
  }
}

void Bbr::advance_mode(const AckSample& s) {
  if (mode_ == Mode::drain && static_cast<double>(s.in_flight) <= product() / (1 - ambient_loss_)) {
    enter_probe_bandwidth(s.now);
  } else if (mode_ == Mode::probe_round_trip && s.now >= *probe_until_) {
    round_trip_min_time_ = s.now;
    enter_probe_bandwidth(s.now);
  } else if (mode_ == Mode::probe_bandwidth && s.now - gain_begin_ > gain_duration()) {
    next_gain(s.now);
  }
}

// Flows that share a queue must not probe in step, hence the random start; never at the lower gain.
void Bbr::enter_probe_bandwidth(Time now) {
  mode_ = Mode::probe_bandwidth;
  cycle_ = 2 + static_cast<int>(random_.below(kCycle - 2));
  gain_begin_ = now;
  begin_phase(now, Phase::Kind::other);
}

Duration Bbr::gain_duration() const noexcept {
  const double enough = kPhasePackets * datagram_bytes_ / std::max(bandwidth_, 1.0);
  const auto for_packets =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(enough, 10.0)));
  return std::max({round_trip_min_, kPhaseMin, std::min(for_packets, kPhaseMax)});
}

void Bbr::next_gain(Time now) {
  cycle_ = (cycle_ + 1) % kCycle;
  gain_begin_ = now;
  if (cycle_ == 0) begin_phase(now, Phase::Kind::up);
  if (cycle_ == 1) begin_phase(now, Phase::Kind::down);
  if (cycle_ == 2) begin_phase(now, Phase::Kind::cruise);
  judge_phases();
}

void Bbr::judge_phases() {
  while (phases_.size() > 2) {
    const auto down = std::ranges::find(phases_, Phase::Kind::down, &Phase::kind);
    if (down == phases_.end() || std::next(down) == phases_.end()) return;
    const auto cruise = std::next(down);
    if (cruise->kind == Phase::Kind::cruise) {
      if (!down->settled() || !cruise->settled()) return;
      judge(*down, *cruise);
    }
    phases_.erase(phases_.begin(), cruise);  // judged, or cut short
  }
}

void Bbr::judge(const Phase& down, const Phase& cruise) {
  if (down.limited || cruise.limited || down.sent < kPhasePackets * datagram_bytes_ / 4) return;
  if (down.seconds() <= 0 || cruise.seconds() <= 0) return;
  const double sent_more = cruise.sent / cruise.seconds() - down.sent / down.seconds();
  const double delivered_more =
      cruise.delivered / cruise.seconds() - down.delivered / down.seconds();
  const double share = down.delivered / down.sent;
  if (sent_more > 0.05 * down.sent / down.seconds() && share > 0.05) {
    const double relative = std::clamp(delivered_more / sent_more / share, -1.0, 2.0);
    elasticity_ = 0.8 * elasticity_ + 0.2 * relative;
  }
  if (background_) return;
  if (elasticity_ > kElastic) {
    ++loss_samples_;
    const double weight = std::max(kLossWeight, 1.0 / loss_samples_);
    ambient_loss_ = std::min((1 - weight) * ambient_loss_ + weight * (1 - share), kLossMax);
  } else {
    ambient_loss_ *= kOwnLossDecay;
  }
}

void Bbr::on_ack(const AckSample& s) {
  if (s.application_limited && !phases_.empty()) phases_.back().limited = true;
  update_bandwidth(s);
  update_round_trip(s);
  check_full_pipe(s);
  advance_mode(s);
  if (background_) yielding_.on_ack(s, round_trip_min_, datagram_bytes_);
}

}  // namespace hn::net
