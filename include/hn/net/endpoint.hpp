#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"
#include "hn/crypto/box.hpp"
#include "hn/net/event.hpp"

namespace hn::net {

inline constexpr std::size_t kMaxCloseReason =
    256;  // a line of text, so that CLOSE fits any datagram

// Bytes of a datagram that passes nearly everywhere: everybody takes that many.
inline constexpr std::size_t kDatagramMin = 1200;

// What an owner may choose. The defaults serve 100 Mbit/s at 600 ms round trip.
struct EndpointConfig {
  // Bytes of a datagram. Paths that carry more are found by probing up to datagram_bytes_max
  // (1,452: Ethernet less IPv6, UDP and PPPoE).
  std::size_t datagram_bytes = kDatagramMin;
  std::size_t datagram_bytes_max = 1452;

  Duration handshake_timeout = std::chrono::seconds(20);
  Duration idle_timeout = std::chrono::seconds(30);  // the lesser of both ends' holds; zero: never
  Duration gone_timeout = std::chrono::seconds(10);  // without any answer to what was sent
  Duration keep_alive =
      std::chrono::seconds(20);  // PING after this much silence, ±25 %; zero: never

  // Receive windows: what a peer may have us hold. They start small and double while half
  // of one is read within four round trips; the maxima are 100 Mbit/s × 600 ms, twice and some.
  std::size_t stream_window = 1024 * 1024;
  std::size_t stream_window_max = 16 * 1024 * 1024;
  std::size_t connection_window = 1024 * 1024;
  std::size_t connection_window_max = 24 * 1024 * 1024;
  // Of streams that this end began: what comes there was asked for. Lost packets hold up what is
  // behind them for several round trips; this much is 10 Mbit/s × 600 ms, ten times.
  std::size_t own_stream_window = 8 * 1024 * 1024;
  std::size_t send_buffer_max = 16 * 1024 * 1024;  // unacknowledged bytes of one stream
  std::uint64_t streams_max = 256;  // at least 16: open streams that the peer began, at once

  std::size_t connections_max = 4096;  // established
  std::size_t half_open_max = 1024;    // handshakes answered and not yet confirmed
  std::size_t half_open_busy = 128;    // from here on a cookie is asked for first

  // One key of one direction serves for so many packets or so long, whichever ends first.
  std::uint64_t key_update_packets = std::uint64_t{1} << 26;
  Duration key_update_interval = std::chrono::minutes(10);

  // Answer callers who do not know our key (XX). Without it a port is silent to scanners.
  bool answer_strangers = true;
  // Give way to everything else on the path.
  bool background = false;
};

// Bytes per second, each way; 0: no limit. What is sent keeps to it but for a burst of a fiftieth
// of a second (3,000 bytes at least); what comes is asked for at that rate, with at most two
// seconds of it (16 KiB at least) outstanding.
struct RateLimits {
  std::uint64_t all = 0;  // with all peers together
  std::map<crypto::TransportKey, std::uint64_t> peers;
};

// An uplink in which a queue of all connections stood lately.
struct NarrowUplink {
  double rate = 0;    // bytes a second that it delivered, at most
  bool full = false;  // the queue stands
};

struct ConnectionStatistics {
  Duration round_trip{};  // smoothed
  Duration round_trip_min{};
  double rate = 0;               // bytes per second that congestion control believes in
  double loss = 0;               // share of the packets sent that was declared lost, smoothed
  std::uint64_t bytes_sent = 0;  // whole datagrams
  std::uint64_t bytes_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_lost = 0;
  std::uint64_t bytes_retransmitted = 0;  // of streams
  std::uint64_t key_updates = 0;
  std::size_t datagram_bytes = 0;  // what the path is known to carry
};

struct ReadResult {
  std::size_t bytes = 0;
  bool end = false;  // the peer finished and everything has been read; the stream will not be
                     // readable again
};

// One UDP port (or one pipe) that speaks the transport of hn-protocol(7): many connections, each
// with many reliable, ordered byte streams in both directions, encrypted and bound to the peers'
// transport keys.
//
// Sans-IO: it has no socket, clock or thread. Its owner does this, for ever:
//
//   handle_datagram(now, from, bytes)      for each datagram that came
//   handle_timeout(now)                    when next_timeout() has come
//   commands: connect, open_stream, write, finish, read, close ...
//   while poll_event() ...                 look at what happened
//   while poll_transmit(now, datagram) ... put it on the wire
//   sleep until a datagram, a command or next_timeout()
//
// Sending is paced: poll_transmit gives nothing before its time, and next_timeout says when to come
// back. After any call of the first three kinds poll_event and poll_transmit are called until they
// give nothing; next_timeout is valid only then. One thread at a time; events and output never call
// back. Commands that name a connection or stream which is gone do nothing (write and read give 0).
class Endpoint {
 public:
  // `random` makes keys and connection ids: the operating system's generator outside tests. It must
  // outlive the endpoint.
  Endpoint(crypto::AgreementKey key, Random& random, EndpointConfig config = {});
  ~Endpoint();
  Endpoint(Endpoint&&) noexcept;
  Endpoint& operator=(Endpoint&&) noexcept;

  const crypto::TransportKey& public_key() const noexcept;

  // Begins a connection: one round trip where the peer's key is known (IK), one and a half where
  // only an address is (XX; the key then comes with Connected and is for the owner to judge).
  ConnectionId connect(Time now, const PeerAddress& to,
                       const std::optional<crypto::TransportKey>& expected);

  void handle_datagram(Time now, const PeerAddress& from, ByteView bytes);
  void handle_timeout(Time now);
  // The next datagram that is due now; `out` keeps its memory from call to call.
  bool poll_transmit(Time now, Datagram& out);
  std::optional<Datagram> poll_transmit(Time now);
  std::optional<Time> next_timeout() const;
  std::optional<Event> poll_event();

  // nullopt where the peer allows no further stream now; a stream that ends makes room for another.
  std::optional<StreamId> open_stream(ConnectionId connection);
  // Takes what fits the send buffer and says how much; StreamWritable follows if that was not all.
  std::size_t write(ConnectionId connection, StreamId stream, ByteView bytes);
  // No more will be written. StreamDelivered follows when the peer has it all. A stream is over,
  // and makes room for another, once both ends have finished it (or given it up) and read its end.
  void finish(ConnectionId connection, StreamId stream);
  ReadResult read(ConnectionId connection, StreamId stream, std::span<Byte> out);
  std::size_t readable(ConnectionId connection,
                       StreamId stream) const;  // bytes that a read would give
  // Gives up what was not yet delivered (the peer sees StreamAborted by_sender) ...
  void reset(ConnectionId connection, StreamId stream, std::uint64_t code);
  // ... or asks the peer to stop sending; what comes all the same is dropped.
  void stop(ConnectionId connection, StreamId stream, std::uint64_t code);

  // At once: bytes that were not yet delivered are dropped. ConnectionClosed{local} follows.
  void close(Time now, ConnectionId connection, std::uint64_t code, std::string_view reason);

  // Background: what is sent gives way to other traffic (seeding, replication); one connection, or
  // all that are and will be.
  void set_background(ConnectionId connection, bool background);
  void set_background(bool background);

  // From now on. A connection that came about before was told of a wider window, once.
  void limit(const RateLimits& rates);

  std::optional<ConnectionStatistics> statistics(ConnectionId connection) const;
  std::size_t connection_count() const noexcept;
  // Bytes of packets that peers acknowledged, of all connections that ever were.
  std::uint64_t bytes_delivered() const noexcept;
  // The uplink, where what leaves waited not long ago in a queue that all connections share.
  std::optional<NarrowUplink> narrow(Time now) const noexcept;
  std::size_t half_open_count() const noexcept;
  // Bytes held for this connection: buffers of streams and records of packets in flight.
  std::size_t memory_of(ConnectionId connection) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::net
