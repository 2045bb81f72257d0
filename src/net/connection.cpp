// hn-protocol(7), CONNECTIONS.
#include "net/connection.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"

namespace hn::net {
namespace {

constexpr int kGoneProbes = 12;  // a slow path is given at least so many probe timeouts
constexpr int kCloseProbes = 3;  // how long a closed connection answers stragglers
constexpr std::size_t kTailPackets = 10;
constexpr double kLossy = 0.08;
constexpr double kLossesEnough = 5;  // fewer may be chance
constexpr int kChallenges = 5;

std::optional<Time> earliest(std::optional<Time> a, std::optional<Time> b) noexcept {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

Connection::Connection(const ConnectionWorld& world, ConnectionId id, std::uint64_t local,
                       bool initiator)
    : world_(world),
      id_(id),
      local_(local),
      initiator_(initiator),
      state_(initiator ? State::calling : State::answering),
      jitter_(world.random.u64()),
      path_size_(world.config.datagram_bytes, world.config.datagram_bytes_max),
      recovery_(*this),
      streams_(id, initiator, world.config, world.events),
      idle_timeout_(world.config.idle_timeout) {
  congestion_ = make_congestion_controller(jitter_, recovery_.round_trip.smoothed(),
                                           world.config.datagram_bytes);
  streams_.set_slow(world.limits.receiving_rate(peer_) > 0);
}

void Connection::set_background(bool background) {
  background_ = background;
  congestion_->set_background(background);
}

void Connection::close(Time now, CloseCause cause, std::uint64_t code, std::string_view reason) {
  if (!usable()) return;
  const bool announced = state_ != State::answering;
  const bool tell_peer = state_ == State::established &&
                         (cause == CloseCause::local || cause == CloseCause::violation);
  close_code_ = code;
  close_reason_ = std::string(reason.substr(0, kMaxCloseReason));
  state_ = tell_peer ? State::closing : State::closed;
  close_due_ = tell_peer;
  close_until_ = now + kCloseProbes * recovery_.round_trip.probe_timeout();
  if (announced) world_.events.push_back(ConnectionClosed{id_, cause, code, close_reason_});
}

std::optional<Time> Connection::gone_at() const {
  if (!unanswered_since_) return std::nullopt;
  return std::max(*unanswered_since_, recovery_.left_after()) +
         std::max(world_.config.gone_timeout, kGoneProbes * recovery_.round_trip.probe_timeout());
}

std::optional<Time> Connection::idle_at() const {
  if (idle_timeout_.count() == 0) return std::nullopt;
  return last_received_ + std::max(idle_timeout_, 3 * recovery_.round_trip.probe_timeout());
}

std::optional<Time> Connection::keep_alive_at() const {
  if (world_.config.keep_alive.count() == 0 || recovery_.packets_in_flight() > 0)
    return std::nullopt;
  const auto interval =
      std::chrono::duration_cast<Duration>(world_.config.keep_alive * keep_alive_factor_);
  return std::max(last_received_, last_sent_) + interval;
}

// The last packets of a request have nothing behind them whose ACK would show their loss: on a
// lossy path they are sent twice instead of waiting for a probe.
std::optional<Time> Connection::tail_at() const {
  if (tail_sent_ || recovery_.packets_in_flight() == 0 ||
      recovery_.packets_in_flight() > kTailPackets)
    return std::nullopt;
  if (!lossy() || !recovery_.last_eliciting_sent() || streams_.data_pending() ||
      streams_.data_waiting())
    return std::nullopt;
  return *recovery_.last_eliciting_sent() + recovery_.round_trip.smoothed() / 4;
}

// What was sent last may still be in the host's own queue: its time begins anew.
void Connection::allow_for_queue() {
  const bool known = recovery_.round_trip.known();
  const auto moved = world_.uplink.moved(last_order_, known);
  if (!moved) return;
  recovery_.left_after(*moved);
  if (!known && recovery_.last_eliciting_sent())
    recovery_.left_after(*recovery_.last_eliciting_sent() + world_.uplink.took());
  if (state_ == State::calling && handshake_again_)
    handshake_again_ = std::max(*handshake_again_, *moved + handshake_interval_);
}

void Connection::on_tail(Time now) {
  const auto due = tail_at();
  if (!due || *due > now) return;
  tail_sent_ = true;
  recovery_.requeue_oldest(kTailPackets);
}

void Connection::on_path_timeout(Time now) {
  if (!challenge_again_ || *challenge_again_ > now) return;
  if (challenges_sent_ < kChallenges) {
    challenge_due_ = true;
    challenge_again_ = now + recovery_.round_trip.probe_timeout();
    return;
  }
  challenge_.reset();
  challenge_again_.reset();
  if (previous_path_) path_ = *previous_path_;
  previous_path_.reset();
}

// Of those whose fate is known: what was sent to a peer that had gone says nothing of the path.
PathSeen Connection::seen_here() const noexcept {
  const auto lost = static_cast<double>(recovery_.packets_lost());
  return {recovery_.round_trip.smoothed(), static_cast<double>(recovery_.packets_acked()) + lost,
          lost};
}

double Connection::loss_share() const noexcept {
  constexpr double kEnough = 32;
  const PathSeen here = seen_here();
  return here.settled < kEnough ? 0 : here.lost / here.settled;
}

bool Connection::lossy() const noexcept {
  const PathSeen here = seen_here();
  const double lost = path_seen_.lost + here.lost;
  return lost >= kLossesEnough && lost >= kLossy * (path_seen_.settled + here.settled);
}

void Connection::note_path() const {
  if (recovery_.round_trip.known()) world_.paths.add(peer_, seen_here());
}

std::optional<Time> Connection::next_timeout() const {
  if (state_ == State::closed) return std::nullopt;
  if (state_ == State::closing) return close_until_;
  if (state_ == State::calling || state_ == State::answering) {
    if (waits_to_call(time_)) return std::nullopt;
    return earliest(begun_ + world_.config.handshake_timeout, handshake_again_);
  }
  std::optional<Time> t = earliest(gone_at(), idle_at());
  t = earliest(t, challenge_again_);
  if (mute()) return t;  // nothing may be sent to an address not proven: only waiting is left
  t = earliest(t, recovery_.next_timeout());
  t = earliest(t, acks_.deadline());
  t = earliest(t, keep_alive_at());
  t = earliest(t, tail_at());
  t = earliest(t, handshake_again_);
  t = earliest(t, grant_at_);
  if (lasting_at() > time_) t = earliest(t, lasting_at());
  const bool room = recovery_.in_flight() + path_size_.current() <= congestion_->in_flight_limit();
  const Time free = std::max(release_, world_.limits.sending_opens(peer_));
  if (room && free > time_ && streams_.wants_to_send()) t = earliest(t, free);
  return t;
}

void Connection::on_timeout(Time now) {
  time_ = now;
  const auto passed = [&](std::optional<Time> t) { return t && *t <= now; };
  if (state_ == State::closing && passed(close_until_)) state_ = State::closed;
  if (!usable()) return;
  allow_for_queue();
  if (passed(handshake_again_)) {
    handshake_due_ = 1;
    handshake_again_.reset();
  }
  if (state_ != State::established) {
    if (!waits_to_call(now) && now >= begun_ + world_.config.handshake_timeout)
      close(now, CloseCause::handshake, 0, "no answer");
    return;
  }
  if (passed(idle_at())) return close(now, CloseCause::idle, 0, "idle");
  if (passed(gone_at())) return close(now, CloseCause::gone, 0, "no answer");
  recovery_.on_timeout(now, *congestion_);
  if (passed(keep_alive_at())) {
    ping_due_ = true;
    keep_alive_factor_ = 0.75 + static_cast<double>(jitter_.below(501)) / 1000;
  }
  on_tail(now);
  on_path_timeout(now);
}

ConnectionStatistics Connection::statistics() const {
  ConnectionStatistics s;
  s.round_trip = recovery_.round_trip.smoothed();
  s.round_trip_min = recovery_.round_trip.minimum();
  s.rate = congestion_->bandwidth();
  s.loss = loss_share();
  s.bytes_sent = bytes_sent_;
  s.bytes_received = bytes_received_;
  s.packets_sent = recovery_.packets_sent();
  s.packets_lost = recovery_.packets_lost();
  s.bytes_retransmitted = streams_.bytes_retransmitted();
  s.key_updates = key_updates_;
  s.datagram_bytes = path_size_.current();
  return s;
}

std::size_t Connection::memory() const {
  return sizeof(*this) + streams_.memory() + recovery_.memory();
}

}  // namespace hn::net
