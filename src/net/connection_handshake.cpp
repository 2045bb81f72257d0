// hn-protocol(7), HANDSHAKE.
#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"
#include "net/connection.hpp"

namespace hn::net {
namespace {

// Most round trips are shorter than the first; a hello too many on the others costs little.
constexpr Duration kFirstRetry = std::chrono::milliseconds(100);
constexpr Duration kLeastRetry = std::chrono::milliseconds(10);
constexpr Duration kRetry = std::chrono::milliseconds(250);
constexpr int kQuickRetries = 2;  // by what is known of the round trip
constexpr int kEvenRetries = 4;   // before the intervals grow
// Who says hello again has lost packets; one more small reply saves it the next interval. So it
// does on a path that is known to lose them.
constexpr int kReplyCopies = 2;
constexpr Duration kRetryMax = std::chrono::seconds(2);

Hash digest_of(ByteView noise) noexcept {
  return crypto::hash(crypto::Purpose("hn.hello"), noise);
}

}  // namespace

std::unique_ptr<Connection> Connection::call(const ConnectionWorld& world, ConnectionId id,
                                             std::uint64_t local, Time now, const PeerAddress& to,
                                             const std::optional<crypto::TransportKey>& expected) {
  std::unique_ptr<Connection> c(new Connection(world, id, local, true));
  c->begun_ = c->last_received_ = c->last_sent_ = now;
  c->path_ = {to, true, 0, 0};
  c->expected_ = expected;
  c->handshake_interval_ = kRetry;
  c->pattern_ = expected ? NoisePattern::ik : NoisePattern::xx;
  c->noise_.emplace(c->pattern_, true, world.self, world.random, as_bytes(kPrologue), expected);
  const Bytes parameters = encode_parameters(parameters_of(world.config, local));
  if (expected) c->recall_path(*expected);
  // A key of small order cannot be called; it stays silent until the handshake times out.
  if (c->noise_->write(world.self, parameters, c->hello_noise_)) c->send_hello(now);
  return c;
}

void Connection::send_hello(Time) {
  HandshakePacket p;
  p.type = pattern_ == NoisePattern::ik ? HandshakeType::hello_ik : HandshakeType::hello_xx;
  p.sender = local_;
  p.noise = hello_noise_;
  handshake_packet_ = encode_hello(p, expected_.value_or(crypto::TransportKey{}), cookie_);
  handshake_due_ = 1;
}

std::unique_ptr<Connection> Connection::answer(const ConnectionWorld& world, ConnectionId id,
                                               std::uint64_t local, Time now,
                                               const PeerAddress& from,
                                               const HandshakePacket& hello) {
  const bool ik = hello.type == HandshakeType::hello_ik;
  NoiseHandshake noise(ik ? NoisePattern::ik : NoisePattern::xx, false, world.self, world.random,
                       as_bytes(kPrologue), std::nullopt);
  const auto payload = noise.read(world.self, hello.noise);
  if (!payload) return nullptr;
  std::unique_ptr<Connection> c(new Connection(world, id, local, false));
  c->begun_ = c->last_received_ = c->last_sent_ = now;
  c->pattern_ = ik ? NoisePattern::ik : NoisePattern::xx;
  c->path_ = {from, false, 0, 0};
  if (!c->take_parameters(hello, *payload)) return nullptr;
  Bytes message;
  if (!noise.write(world.self, encode_parameters(parameters_of(world.config, local)), message))
    return nullptr;
  HandshakePacket p;
  p.type = ik ? HandshakeType::reply_ik : HandshakeType::reply_xx;
  p.sender = local;
  p.receiver = hello.sender;
  p.noise = message;
  c->handshake_packet_ = encode_answer(p);
  if (ik) c->recall_path(*noise.remote_static());
  c->handshake_due_ = c->lossy() ? kReplyCopies : 1;
  c->hello_origin_.emplace(from, hello.sender);
  c->hello_digest_ = digest_of(hello.noise);
  c->noise_.emplace(std::move(noise));
  if (ik) c->make_keys();
  return c;
}

// A reply goes out once for each hello that comes, never by a timer: so it cannot amplify.
void Connection::on_hello_again(const HandshakePacket& hello) {
  if (state_ == State::answering && digest_of(hello.noise) == hello_digest_)
    handshake_due_ = kReplyCopies;
}

bool Connection::take_parameters(const HandshakePacket& packet, ByteView payload) {
  const auto p = decode_parameters(payload);
  if (!p || p->connection_id != packet.sender) return false;
  remote_ = packet.sender;
  streams_.set_peer_limits(p->connection_window, p->stream_window, p->streams_max);
  path_size_.limit(static_cast<std::size_t>(p->datagram_bytes_max));
  const Duration theirs = std::chrono::milliseconds(p->idle_timeout_ms);
  if (theirs.count() > 0 && (idle_timeout_.count() == 0 || theirs < idle_timeout_))
    idle_timeout_ = theirs;
  return true;
}

void Connection::make_keys() {
  const auto keys = noise_->split();
  sealer_.emplace(initiator_ ? keys.first : keys.second);
  opener_.emplace(initiator_ ? keys.second : keys.first);
  peer_ = *noise_->remote_static();
}

void Connection::recall_path(const crypto::TransportKey& peer) {
  path_seen_ = world_.paths.of(peer);
  if (path_seen_.round_trip.count() > 0)
    recovery_.round_trip.guess(path_seen_.round_trip, path_seen_.round_trip);
}

void Connection::establish(Time now) {
  state_ = State::established;
  ping_due_ = true;  // shows the other side that its last message of the handshake came
  phase_time_ = last_received_ = last_sent_ = now;
  congestion_ =
      make_congestion_controller(jitter_, recovery_.round_trip.smoothed(), path_size_.current());
  congestion_->set_background(background_);
  world_.events.push_back(Connected{id_, peer_, noise_->hash(), initiator_, path_.address});
}

void Connection::on_cookie(Time now, const CookiePacket& packet) {
  if (state_ != State::calling) return;
  const auto cookie = open_cookie(packet, hello_mac1(handshake_packet_),
                                  expected_.value_or(crypto::TransportKey{}));
  if (!cookie || cookie == cookie_) return;
  cookie_ = cookie;
  send_hello(now);
}

void Connection::on_reply(Time now, const PeerAddress& from, const HandshakePacket& reply) {
  const auto type =
      pattern_ == NoisePattern::ik ? HandshakeType::reply_ik : HandshakeType::reply_xx;
  if (state_ != State::calling || reply.type != type || from != path_.address) return;
  const auto payload = noise_->read(world_.self, reply.noise);
  if (!payload) return;  // forged: the real one may still come
  if (!take_parameters(reply, *payload))
    return close(now, CloseCause::handshake, 0, "transport parameters");
  if (handshake_sent_ == 1 && hello_time_) recovery_.round_trip.sample(now - *hello_time_, {});
  recovery_.round_trip.guess(now - last_sent_, now - *hello_time_);
  handshake_again_.reset();
  handshake_due_ = 0;
  if (pattern_ == NoisePattern::xx) {
    Bytes message;
    if (!noise_->write(world_.self, {}, message))
      return close(now, CloseCause::handshake, 0, "key of small order");
    HandshakePacket p;
    p.type = HandshakeType::finish_xx;
    p.sender = local_;
    p.receiver = remote_;
    p.noise = message;
    handshake_packet_ = encode_answer(p);
    handshake_due_ = 1;
    handshake_interval_ = std::max(kRetry, recovery_.round_trip.probe_timeout());
  }
  make_keys();
  establish(now);
}

void Connection::on_finish(Time now, const HandshakePacket& finish) {
  if (state_ != State::answering || pattern_ != NoisePattern::xx || finish.sender != remote_)
    return;
  const auto payload = noise_->read(world_.self, finish.noise);
  if (!payload) return;
  path_.proven = true;  // whoever wrote it has read our reply
  make_keys();
  establish(now);
}

Duration Connection::hello_interval() const noexcept {
  if (handshake_sent_ > kQuickRetries) return handshake_interval_;
  const bool first = handshake_sent_ == 1;
  const Duration seen = path_seen_.round_trip;
  if (seen.count() == 0) return first ? kFirstRetry : kRetry;
  return std::clamp(first && lossy() ? seen / 4 : seen * 3 / 2, kLeastRetry, kRetry);
}

bool Connection::transmit_handshake(Time now, Datagram& out) {
  if (handshake_due_ == 0) return false;
  --handshake_due_;
  ++handshake_sent_;
  out.to = path_.address;
  out.bytes = handshake_packet_;
  bytes_sent_ += out.bytes.size();
  last_sent_ = now;
  if (initiator_) {
    if (!hello_time_) hello_time_ = now;
    if (handshake_sent_ > kEvenRetries)
      handshake_interval_ = std::min(handshake_interval_ * 3 / 2, kRetryMax);
    handshake_again_ = now + (state_ == State::calling ? hello_interval() : handshake_interval_);
  }
  return true;
}

}  // namespace hn::net
