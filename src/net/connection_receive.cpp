// hn-protocol(7), CONNECTIONS.
#include <algorithm>

#include "hn/base/assert.hpp"
#include "net/connection.hpp"

namespace hn::net {
namespace {

constexpr std::uint64_t kViolation = 1;  // the code of CLOSE for a broken protocol
constexpr std::size_t kPathRepliesMax = 4;

bool asks_for_ack(const Frame& f) noexcept {
  return !std::holds_alternative<AckFrame>(f) && !std::holds_alternative<PaddingFrame>(f) &&
         !std::holds_alternative<CloseFrame>(f);
}

}  // namespace

void Connection::on_data(Time now, const PeerAddress& from, ByteView packet,
                         std::span<Byte> scratch) {
  time_ = now;
  if (!opener_ || state_ == State::calling || state_ == State::closed) return;
  const auto opened = opener_->open(packet, scratch);
  if (!opened) return;
  bytes_received_ += packet.size();
  last_received_ = now;
  unanswered_since_.reset();
  if (state_ == State::closing) {
    // Say it again, ever more rarely, to a peer that has not heard.
    if (++received_while_closing_ >= (1U << std::min(closes_sent_, 16U))) close_due_ = true;
    return;
  }
  if (state_ == State::answering) {
    path_.proven = from == path_.address;  // it has read our reply, so it is there
    recovery_.round_trip.guess(now - last_sent_, now - begun_);
    establish(now);
  }
  if (initiator_) handshake_again_.reset();
  on_address(now, from, packet.size(), opened->highest);
  bool eliciting = false;
  const auto result = on_frames(now, from, opened->frames, eliciting);
  if (!result) return close(now, CloseCause::violation, kViolation, result.error().rule);
  acks_.received(now, opened->number, eliciting, recovery_.round_trip.smoothed());
}

Result<void> Connection::on_frames(Time now, const PeerAddress& from, ByteView frames,
                                   bool& eliciting) {
  FrameReader reader(frames);
  for (;;) {
    HN_TRY(const auto frame, reader.next());
    if (!frame) return {};
    eliciting = eliciting || asks_for_ack(*frame);
    HN_CHECK(on_frame(now, from, *frame));
    if (!usable()) return {};
  }
}

Result<void> Connection::on_frame(Time now, const PeerAddress& from, const Frame& frame) {
  if (const auto* f = std::get_if<StreamFrame>(&frame)) return streams_.on_frame(*f);
  if (const auto* f = std::get_if<AckFrame>(&frame)) {
    newest_acked_.reset();
    HN_CHECK(recovery_.on_ack(now, *f, *congestion_));
    if (newest_acked_ && newest_acked_->number + 1 == f->ranges[0].end)
      world_.uplink.answered(now, id_.value, newest_acked_->order, now - newest_acked_->sent,
                             recovery_.round_trip.minimum());
    note_limits();
    return {};
  }
  if (const auto* f = std::get_if<ResetFrame>(&frame)) return streams_.on_frame(*f);
  if (const auto* f = std::get_if<StopFrame>(&frame)) return streams_.on_frame(*f);
  if (const auto* f = std::get_if<MaxStreamDataFrame>(&frame)) return streams_.on_frame(*f);
  if (const auto* f = std::get_if<MaxDataFrame>(&frame)) streams_.on_frame(*f);
  if (const auto* f = std::get_if<MaxStreamsFrame>(&frame)) streams_.on_frame(*f);
  if (const auto* f = std::get_if<PathResponseFrame>(&frame)) on_path_response(f->token);
  if (const auto* f = std::get_if<PathChallengeFrame>(&frame)) {
    if (path_replies_.size() < kPathRepliesMax) path_replies_.push_back({from, f->token});
  }
  if (const auto* f = std::get_if<CloseFrame>(&frame)) {
    close(now, CloseCause::peer, f->code, as_text(f->reason));
  }
  return {};
}

void Connection::on_address(Time now, const PeerAddress& from, std::size_t bytes, bool highest) {
  if (from == path_.address) {
    path_.received += bytes;
  } else if (highest) {
    begin_migration(now, from, bytes);
  }
}

// The peer is elsewhere, or someone replays its packets from elsewhere: until the new address has
// answered a challenge it gets at most three times what came from it.
void Connection::begin_migration(Time now, const PeerAddress& from, std::size_t bytes) {
  if (previous_path_ && previous_path_->address == from) {
    path_ = *previous_path_;
    previous_path_.reset();
    challenge_.reset();
    challenge_again_.reset();
    return;
  }
  if (path_.proven) previous_path_ = path_;
  path_ = {from, false, bytes, 0};
  challenge_.emplace();
  world_.random.fill(*challenge_);
  challenge_due_ = true;
  challenge_previous_due_ = previous_path_.has_value();
  challenges_sent_ = 0;
  challenge_again_ = now + recovery_.round_trip.probe_timeout();
}

void Connection::on_path_response(const PathToken& token) {
  if (!challenge_ || !crypto::equal_in_constant_time(*challenge_, token) || path_.proven) return;
  path_.proven = true;
  previous_path_.reset();
  challenge_.reset();
  challenge_again_.reset();
  challenge_due_ = false;
  // Another path, another capacity.
  path_size_.black_hole(time_);
  congestion_ =
      make_congestion_controller(jitter_, recovery_.round_trip.smoothed(), path_size_.current());
  congestion_->set_background(background_);
  world_.events.push_back(PeerMoved{id_, path_.address});
}

void Connection::packet_acked(const SentPacket& packet) {
  if (packet.number >= phase_begin_) phase_confirmed_ = true;
  if (packet.probe) path_size_.probe_acked();
  world_.uplink.delivered(time_, packet.bytes);
  if (!newest_acked_ || packet.number > newest_acked_->number)
    newest_acked_ = {packet.number, packet.order, packet.sent};
  for (std::size_t i = 0; i < packet.frame_count; ++i) streams_.acked(packet.frames[i]);
}

void Connection::packet_lost(const SentPacket& packet) {
  if (packet.probe) path_size_.probe_lost(time_);
  if (packet.requeued) return;
  for (std::size_t i = 0; i < packet.frame_count; ++i) streams_.lost(packet.frames[i]);
}

void Connection::packet_requeued(const SentPacket& packet) {
  for (std::size_t i = 0; i < packet.frame_count; ++i) streams_.lost(packet.frames[i]);
}

// A stream may hold what the path can have in flight, twice over, and what waits behind it.
void Connection::note_limits() {
  const std::size_t wanted = 4 * congestion_->in_flight_limit();
  const std::size_t most = world_.config.send_buffer_max;
  streams_.set_send_buffer(std::clamp(wanted, std::min(kSendBufferMin, most), most));
}

}  // namespace hn::net
