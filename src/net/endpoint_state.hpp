#pragma once

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "net/connection.hpp"

namespace hn::net {

// Finds the connection for what comes, decides who gets a handshake, keeps timers and turns.
struct Endpoint::State {
  State(crypto::AgreementKey k, Random& r, EndpointConfig c);

  void receive(Time now, const PeerAddress& from, ByteView bytes);
  void timeout(Time now);
  bool transmit(Time now, Datagram& out);
  std::optional<Time> next_timeout() const;

  void limit(const RateLimits& rates);

  ConnectionWorld world() {
    return {key, random, config, events, limits, paths, uplink, in_flight};
  }
  Connection& add(std::unique_ptr<Connection> c);
  Connection* find(ConnectionId id) const;
  // A connection that a command may still act on.
  Connection* usable(ConnectionId id) const;
  // After anything that may have changed what a connection wants: it gets a turn to send, and its
  // timer.
  void touch(Connection& c);

  // By value and here for good: connections refer to them.
  crypto::AgreementKey key;
  Random& random;
  EndpointConfig config;
  std::deque<Event> events;
  Limits limits;
  PathHistory paths;
  Uplink uplink;
  std::size_t in_flight = 0;
  std::uint64_t next_id = 1;

 private:
  void receive_handshake(Time now, const PeerAddress& from, ByteView bytes);
  void receive_hello(Time now, const PeerAddress& from, ByteView bytes,
                     const HandshakePacket& hello);
  bool admitted(Time now, const PeerAddress& from, ByteView bytes, const HandshakePacket& hello);
  void receive_cookie(Time now, ByteView bytes);
  std::array<Byte, 32>& cookie_secret(Time now);
  Connection* by_local(std::uint64_t local) const;
  std::uint64_t fresh_local();
  void reschedule(Connection& c);
  void account(Connection& c, std::size_t in_flight_now);
  void wait_for_uplink(Time now, Connection& c);
  bool pass_turn(Time now);
  void settle(Connection& c);  // forgets it if it is over, else touches it
  void note_half_open(Connection& c);

  friend class Endpoint;
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::optional<Time> timer;
    std::size_t in_flight = 0;
    bool ready = false;
    bool waiting = false;  // in one of the queues for the uplink
    std::size_t sent = 0;  // since it had nothing to send, bytes
    bool counted_half_open = false;
  };
  std::map<std::uint64_t, Slot> connections_;
  std::unordered_map<std::uint64_t, std::uint64_t> local_;  // looked up only, never walked
  std::map<std::pair<PeerAddress, std::uint64_t>, std::uint64_t> half_open_;
  std::set<std::pair<Time, std::uint64_t>> timers_;
  std::deque<std::uint64_t> ready_;
  std::size_t touched_ = 0;  // of those at its end, since one sent
  SeededRandom shuffle_;
  std::deque<std::uint64_t> calls_waiting_, senders_waiting_;  // for the uplink
  std::uint64_t served_ = 0;                                   // which connection sent last
  std::size_t connection_window_;
  std::deque<Datagram> cookies_;
  std::array<Byte, 32> cookie_secret_{};
  std::array<Byte, 32> cookie_secret_before_{};
  std::optional<Time> cookie_secret_time_;
  Bytes scratch_;
};

}  // namespace hn::net
