#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "hn/net/endpoint.hpp"
#include "net/acks.hpp"
#include "net/congestion.hpp"
#include "net/handshake.hpp"
#include "net/mtu.hpp"
#include "net/noise.hpp"
#include "net/packet.hpp"
#include "net/path_history.hpp"
#include "net/rate_limit.hpp"
#include "net/recovery.hpp"
#include "net/streams.hpp"
#include "net/uplink.hpp"

namespace hn::net {

// What all connections of an endpoint share. Outlives them.
struct ConnectionWorld {
  const crypto::AgreementKey& self;
  Random& random;
  const EndpointConfig& config;
  std::deque<Event>& events;
  Limits& limits;
  PathHistory& paths;
  Uplink& uplink;
  const std::size_t& in_flight;  // of all connections, bytes
};

// One connection: the handshake, then packets over streams. It owns no address book and no ids but
// its own; Endpoint finds it by connection id.
class Connection final : private SentObserver {
 public:
  // Calls `to`; the hello is ready to be polled.
  static std::unique_ptr<Connection> call(const ConnectionWorld& world, ConnectionId id,
                                          std::uint64_t local, Time now, const PeerAddress& to,
                                          const std::optional<crypto::TransportKey>& expected);
  // Answers a hello whose MACs were checked; nullptr where it is not a good one.
  static std::unique_ptr<Connection> answer(const ConnectionWorld& world, ConnectionId id,
                                            std::uint64_t local, Time now, const PeerAddress& from,
                                            const HandshakePacket& hello);

  // Handshake packets for this connection.
  void on_hello_again(const HandshakePacket& hello);
  void on_reply(Time now, const PeerAddress& from, const HandshakePacket& reply);
  void on_finish(Time now, const HandshakePacket& finish);
  void on_cookie(Time now, const CookiePacket& packet);

  void on_data(Time now, const PeerAddress& from, ByteView packet, std::span<Byte> scratch);
  void on_timeout(Time now);
  std::optional<Time> next_timeout() const;
  bool transmit(Time now, Datagram& out);
  void close(Time now, CloseCause cause, std::uint64_t code, std::string_view reason);

  StreamSet& streams() noexcept { return streams_; }
  const StreamSet& streams() const noexcept { return streams_; }
  void set_background(bool background);

  ConnectionId id() const noexcept { return id_; }
  std::uint64_t local_id() const noexcept { return local_; }
  bool over() const noexcept { return state_ == State::closed; }
  // Commands still mean something.
  bool usable() const noexcept { return state_ != State::closed && state_ != State::closing; }
  bool half_open() const noexcept { return state_ == State::answering; }
  void note_called(Time now);  // the reply has come
  bool calling() const noexcept { return state_ == State::calling; }
  // Its turn is over because of what others have in flight.
  bool waits_to_call(Time now) const noexcept;
  bool waits_to_send(Time now) const noexcept;
  bool has_to_send() const noexcept { return streams_.wants_to_send(); }
  // Bytes; none of a peer that seems to be gone.
  std::size_t in_flight() const noexcept {
    return recovery_.timeouts_in_row() > 0 ? 0 : recovery_.in_flight();
  }
  const std::optional<std::pair<PeerAddress, std::uint64_t>>& hello_origin() const noexcept {
    return hello_origin_;
  }
  ConnectionStatistics statistics() const;
  std::size_t memory() const;
  // Of a connection that is over: what it learned of its path is kept for the next.
  void note_path() const;

 private:
  enum class State { calling, answering, established, closing, closed };
  struct Path {
    PeerAddress address;
    bool proven = false;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };
  struct PathReply {
    PeerAddress to;
    PathToken token;
  };

  Connection(const ConnectionWorld& world, ConnectionId id, std::uint64_t local, bool initiator);

  // Handshake (connection_handshake.cpp).
  void send_hello(Time now);
  bool take_parameters(const HandshakePacket& packet, ByteView payload);
  void make_keys();
  Duration hello_interval() const noexcept;
  void recall_path(const crypto::TransportKey& peer);
  void establish(Time now);
  bool transmit_handshake(Time now, Datagram& out);

  // Receiving (connection_receive.cpp).
  Result<void> on_frames(Time now, const PeerAddress& from, ByteView frames, bool& eliciting);
  Result<void> on_frame(Time now, const PeerAddress& from, const Frame& frame);
  void on_address(Time now, const PeerAddress& from, std::size_t bytes, bool highest);
  void begin_migration(Time now, const PeerAddress& from, std::size_t bytes);
  void on_path_response(const PathToken& token);
  void packet_acked(const SentPacket& packet) override;
  void packet_lost(const SentPacket& packet) override;
  void packet_requeued(const SentPacket& packet) override;

  // Sending (connection_send.cpp).
  bool transmit_close(Time now, Datagram& out);
  bool transmit_path(Time now, Datagram& out);
  bool transmit_probe(Time now, Datagram& out);
  bool transmit_frames(Time now, Datagram& out);
  // A packet of at most `bytes`: build between begin and end.
  FrameWriter begin_packet(Datagram& out, std::size_t bytes);
  void end_packet(Time now, Datagram& out, FrameWriter& writer, const PeerAddress& to);
  std::size_t path_allowance() const noexcept;
  bool mute() const noexcept;  // what the address not yet proven may get is used up
  bool may_send_data(Time now) const noexcept;
  Duration burst() const noexcept;
  void pace(Time now, std::size_t bytes);
  void raise_limits(Time now);
  void update_keys(Time now);
  void note_limits();
  PathSeen seen_here() const noexcept;
  double loss_share() const noexcept;
  bool lossy() const noexcept;
  bool path_takes_data(Time now) const noexcept;
  void note_order(SentPacket& packet);

  // Timers (connection.cpp).
  std::optional<Time> gone_at() const;
  std::optional<Time> idle_at() const;
  std::optional<Time> keep_alive_at() const;
  std::optional<Time> tail_at() const;
  // From when on it is worth while to know what the path carries: a command's few messages gain
  // nothing by it.
  Time lasting_at() const noexcept { return begun_ + std::chrono::seconds(1); }
  void allow_for_queue();
  void on_tail(Time now);
  void on_path_timeout(Time now);

  ConnectionWorld world_;
  ConnectionId id_;
  std::uint64_t local_;
  std::uint64_t remote_ = 0;
  bool initiator_;
  State state_;

  NoisePattern pattern_ = NoisePattern::ik;
  std::optional<NoiseHandshake> noise_;
  std::optional<crypto::TransportKey> expected_;
  Bytes hello_noise_;
  Bytes handshake_packet_;  // hello, reply or finish, as last sent
  int handshake_due_ = 0;   // copies of the handshake packet to send
  int handshake_sent_ = 0;
  std::optional<Time> handshake_again_;
  Duration handshake_interval_{};
  std::optional<Time> hello_time_;
  Time begun_{};
  std::uint64_t first_hello_ = 0;  // its place in the endpoint's order
  std::optional<std::pair<PeerAddress, std::uint64_t>> hello_origin_;
  Hash hello_digest_{};
  std::optional<Mac> cookie_;
  crypto::TransportKey peer_;

  std::optional<PacketSealer> sealer_;
  std::optional<PacketOpener> opener_;
  std::uint64_t phase_begin_ = 0;
  bool phase_confirmed_ = false;
  Time phase_time_{};
  std::uint64_t key_updates_ = 0;

  SeededRandom jitter_;  // pacing needs speed, not secrecy
  Path path_;
  std::optional<Path> previous_path_;
  std::optional<PathToken> challenge_;
  bool challenge_due_ = false;
  bool challenge_previous_due_ = false;
  int challenges_sent_ = 0;
  std::optional<Time> challenge_again_;
  std::deque<PathReply> path_replies_;
  PathSize path_size_;

  PathSeen path_seen_;  // by connections before this one
  Recovery recovery_;
  AckTracker acks_;
  std::unique_ptr<CongestionController> congestion_;
  StreamSet streams_;
  bool background_ = false;
  bool ping_due_ = false;
  Time release_{};                // pacing: when the next packet is due
  std::optional<Time> grant_at_;  // when more may be asked for
  Time time_{};                   // of the call under way
  std::optional<Time> unanswered_since_;
  Time last_received_{};
  Time last_sent_{};
  double keep_alive_factor_ = 1;
  Duration idle_timeout_{};
  bool tail_sent_ = false;
  std::uint64_t last_order_ = 0;  // of what was sent and asks for an answer
  struct Acked {
    std::uint64_t number, order;
    Time sent;
  };
  std::optional<Acked> newest_acked_;  // by the ACK at hand

  std::uint64_t close_code_ = 0;
  std::string close_reason_;
  bool close_due_ = false;
  unsigned closes_sent_ = 0;
  unsigned received_while_closing_ = 0;
  std::optional<Time> close_until_;

  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace hn::net
