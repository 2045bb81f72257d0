// hn-protocol(7), DATA PACKETS.
#include <algorithm>
#include <cmath>

#include "hn/base/assert.hpp"
#include "net/connection.hpp"

namespace hn::net {
namespace {

constexpr std::size_t kSmallest =
    kDataOverhead + 64;  // room for the frames that keep a connection alive
constexpr std::uint64_t kAmplification = 3;
// Packets that leave at once: timers cannot wake for each, and larger bursts overflow short queues.
constexpr std::size_t kBurstPackets = 8;
constexpr Duration kBurstMax = std::chrono::milliseconds(1);
// Larger packets are looked for where much is sent at once.
constexpr std::size_t kBulk = 8 * 1200;
constexpr std::size_t kLargeLosses = 16;
constexpr int kSuspectSizeAfter = 2;

}  // namespace

bool Connection::transmit(Time now, Datagram& out) {
  time_ = now;
  if (state_ == State::closed) return false;
  if (state_ == State::closing) return transmit_close(now, out);
  if (waits_to_call(now)) return false;
  if (transmit_handshake(now, out)) {
    if (state_ == State::calling) {
      last_order_ = world_.uplink.hello_sent(now);
      if (first_hello_ == 0) first_hello_ = last_order_;
    }
    return true;
  }
  if (state_ != State::established) return false;
  if (recovery_.next_number() + 1 >= kPacketNumberMax) {
    close(now, CloseCause::exhausted, 0, "packet numbers");
    return false;
  }
  update_keys(now);
  return transmit_path(now, out) || transmit_probe(now, out) || transmit_frames(now, out);
}

FrameWriter Connection::begin_packet(Datagram& out, std::size_t bytes) {
  out.bytes.resize(bytes);
  recovery_.draft();
  return FrameWriter(std::span(out.bytes).subspan(kDataHeader, bytes - kDataOverhead));
}

void Connection::end_packet(Time now, Datagram& out, FrameWriter& writer, const PeerAddress& to) {
  const std::size_t size = kDataOverhead + writer.size();
  out.bytes.resize(size);
  out.to = to;
  sealer_->seal(remote_, recovery_.next_number(), out.bytes);
  bytes_sent_ += size;
  if (to == path_.address) path_.sent += size;
  last_sent_ = now;
  world_.limits.sent(now, peer_, size);
}

std::size_t Connection::path_allowance() const noexcept {
  if (path_.proven) return path_size_.current();
  const std::uint64_t most = kAmplification * path_.received;
  const std::uint64_t left = most > path_.sent ? most - path_.sent : 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(left, path_size_.current()));
}

bool Connection::mute() const noexcept {
  return path_allowance() < kSmallest;
}

bool Connection::transmit_close(Time now, Datagram& out) {
  if (!close_due_) return false;
  close_due_ = false;
  if (path_allowance() < kSmallest + close_reason_.size()) return false;
  ++closes_sent_;
  received_while_closing_ = 0;
  FrameWriter writer = begin_packet(out, path_size_.current());
  writer.put(CloseFrame{close_code_, as_bytes(close_reason_)});
  end_packet(now, out, writer, path_.address);
  recovery_.sent(now, *congestion_);
  return true;
}

// Challenges and their answers: small, unpaced, and to the address that they are about.
bool Connection::transmit_path(Time now, Datagram& out) {
  PeerAddress to = path_.address;
  const bool reply = !path_replies_.empty();
  if (!reply && !challenge_previous_due_ && (!challenge_due_ || mute())) return false;
  FrameWriter writer = begin_packet(out, kSmallest);
  if (reply) {
    to = path_replies_.front().to;
    writer.put(PathResponseFrame{path_replies_.front().token});
    path_replies_.pop_front();
  } else if (challenge_previous_due_) {
    // If the peer is still there its answer, newer than the packet that seemed to move it, brings
    // it back.
    challenge_previous_due_ = false;
    to = previous_path_ ? previous_path_->address : to;
    PathToken other{};
    world_.random.fill(other);
    writer.put(PathChallengeFrame{other});
  } else {
    challenge_due_ = false;
    ++challenges_sent_;
    writer.put(PathChallengeFrame{*challenge_});
  }
  end_packet(now, out, writer, to);
  SentPacket& p = recovery_.draft();
  p.bytes = static_cast<std::uint32_t>(out.bytes.size());
  recovery_.sent(now, *congestion_);
  return true;
}

Duration Connection::burst() const noexcept {
  const double packets =
      static_cast<double>(kBurstPackets * path_size_.current()) / congestion_->pacing_rate();
  return std::min(kBurstMax, std::chrono::duration_cast<Duration>(
                                 std::chrono::duration<double>(std::min(packets, 1.0))));
}

bool Connection::waits_to_call(Time now) const noexcept {
  return state_ == State::calling && handshake_due_ > 0 &&
         !world_.uplink.takes_hello(now, world_.in_flight);
}

bool Connection::waits_to_send(Time now) const noexcept {
  return state_ == State::established && streams_.wants_to_send() && path_takes_data(now) &&
         !world_.uplink.takes(now, world_.in_flight);
}

void Connection::note_called(Time now) {
  const auto took =
      handshake_sent_ == 1 && hello_time_ ? std::optional(now - *hello_time_) : std::nullopt;
  world_.uplink.hello_answered(now, first_hello_, took);
}

void Connection::note_order(SentPacket& packet) {
  packet.order = last_order_ = world_.uplink.sent();
}

bool Connection::may_send_data(Time now) const noexcept {
  if (recovery_.probes_due() > 0) return true;
  return path_takes_data(now) && world_.uplink.takes(now, world_.in_flight);
}

bool Connection::path_takes_data(Time now) const noexcept {
  return recovery_.in_flight() + path_size_.current() <= congestion_->in_flight_limit() &&
         release_ <= now + burst() && world_.limits.may_send(now, peer_);
}

// Each interval is drawn from 0.4 to 1.6 of its mean: flows that pace evenly lock phases at a short
// queue, and the later one starves.
void Connection::pace(Time now, std::size_t bytes) {
  const double factor = 0.4 + static_cast<double>(jitter_.next() >> 11) * 0x1p-53 * 1.2;
  const double interval = static_cast<double>(bytes) / congestion_->pacing_rate() * factor * 1e9;
  release_ = std::max(release_, now - kBurstMax) + Duration(std::llround(std::min(interval, 1e9)));
}

void Connection::raise_limits(Time now) {
  const Duration round_trip = recovery_.round_trip.smoothed();
  const std::uint64_t rate = world_.limits.receiving_rate(peer_);
  streams_.set_slow(rate > 0);
  grant_at_.reset();
  if (rate == 0) return streams_.raise_limits(now, round_trip);
  const std::size_t window = std::min(window_at(rate), world_.config.connection_window_max);
  const std::size_t least = std::min(grant_at(rate), window / 4);
  const std::uint64_t granted = streams_.raise_limits_slowly(
      now, round_trip, {world_.limits.receivable(now, peer_), least, window});
  world_.limits.granted(now, peer_, granted);
  if (streams_.wants_grant(least)) grant_at_ = world_.limits.receivable_at(peer_, least);
}

bool Connection::transmit_frames(Time now, Datagram& out) {
  raise_limits(now);
  // An overflowing queue also takes many in a row, but then others still arrive and no probe is
  // due.
  if (recovery_.large_lost_in_row() >= kLargeLosses && recovery_.timeouts_in_row() > 0) {
    path_size_.black_hole(now);
    recovery_.forget_large_losses();
  }
  const bool data = may_send_data(now);
  const bool probing = recovery_.probes_due() > 0;
  if (probing && !streams_.control_pending()) recovery_.requeue_oldest(1);
  const bool content = data && streams_.wants_to_send();
  const bool ping = ping_due_ || (probing && !content);
  // Samples say little of the path where there is nothing to send, nor where there was nothing
  // until now, nor where an owner holds back.
  const bool idle = recovery_.in_flight() == 0 && release_ + kBurstMax < now;
  const bool held_back = !world_.limits.may_send(now, peer_);
  if (!probing && (!streams_.wants_to_send() || idle || held_back)) recovery_.application_limited();
  if (!content && !ping && !acks_.due(now)) return false;

  if (mute()) return false;
  std::size_t room = path_allowance();
  if (recovery_.timeouts_in_row() >= kSuspectSizeAfter)
    room = std::min(room, world_.config.datagram_bytes);
  const std::uint64_t new_before = streams_.data_sent();
  FrameWriter writer = begin_packet(out, room);
  SentPacket& packet = recovery_.draft();
  if (acks_.anything_to_say()) acks_.write(now, writer);
  if (content) streams_.fill(writer, packet);
  if (ping && packet.frame_count == 0) {
    writer.put(PingFrame{});
    packet.eliciting = true;
  }
  ping_due_ = false;
  if (writer.size() == 0) return false;
  end_packet(now, out, writer, path_.address);
  packet.bytes = static_cast<std::uint32_t>(out.bytes.size());
  packet.key_phase = sealer_->phase();
  if (packet.eliciting) {
    note_order(packet);
    pace(now, packet.bytes);
    recovery_.probe_sent();
    if (!unanswered_since_) unanswered_since_ = now;
    if (streams_.data_sent() != new_before) tail_sent_ = false;
  }
  recovery_.sent(now, *congestion_);
  return true;
}

bool Connection::transmit_probe(Time now, Datagram& out) {
  if (!path_.proven || !recovery_.round_trip.known() || world_.uplink.crowded(now)) return false;
  // Over a narrow uplink only where much is sent: thirty probes take it for seconds.
  if (recovery_.in_flight() < kBulk && (now < lasting_at() || world_.uplink.narrow(now)))
    return false;
  const auto size = path_size_.probe(now);
  if (!size || !may_send_data(now) || recovery_.timeouts_in_row() > 0) return false;
  FrameWriter writer = begin_packet(out, *size);
  writer.put(PingFrame{});
  writer.pad_to(*size - kDataOverhead);
  end_packet(now, out, writer, path_.address);
  SentPacket& p = recovery_.draft();
  p.bytes = static_cast<std::uint32_t>(out.bytes.size());
  p.eliciting = p.probe = true;
  note_order(p);
  path_size_.probe_sent();
  pace(now, p.bytes);
  recovery_.sent(now, *congestion_);
  return true;
}

// A new key only once the peer has shown that it followed the last one.
void Connection::update_keys(Time now) {
  const auto& config = world_.config;
  const bool worn = recovery_.next_number() - phase_begin_ >= config.key_update_packets ||
                    now - phase_time_ >= config.key_update_interval;
  if (!worn || !phase_confirmed_) return;
  sealer_->update();
  ++key_updates_;
  phase_begin_ = recovery_.next_number();
  phase_time_ = now;
  phase_confirmed_ = false;
}

}  // namespace hn::net
