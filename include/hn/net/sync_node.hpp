#pragma once

#include <memory>
#include <optional>
#include <set>

#include "hn/log/link.hpp"
#include "hn/net/endpoint.hpp"
#include "hn/net/sync_event.hpp"
#include "hn/net/sync_host.hpp"

namespace hn::net {

// An Endpoint, the repositories it serves and the sessions about them: everything that syncs, as
// one machine without I/O. The same code runs behind a socket, behind a pipe and in the simulator.
//
// Driven like an Endpoint: after any handle_...() or command, poll_event() and poll_transmit()
// until they give nothing, then sleep until a datagram, a command or next_timeout(). A turn of work
// is bounded (a big answer is continued at the next call, and next_timeout() then says "now"), so
// that no peer keeps the others waiting. One thread at a time.
//
// Between peers nothing is master: both ends of a session pull what they lack. A session stays open
// after SyncSettled and carries later news until one end says end().
class SyncNode {
 public:
  // `random` must outlive the node.
  SyncNode(crypto::AgreementKey key, Random& random, EndpointConfig config = {});
  ~SyncNode();
  SyncNode(SyncNode&&) noexcept;
  SyncNode& operator=(SyncNode&&) noexcept;

  const crypto::TransportKey& public_key() const noexcept;

  // Begins to serve a repository. The host must outlive the node or its removal; one host for each
  // repository and device (asserted).
  void add_host(SyncHost& host);
  // Ends its sessions with SyncFailed{ended}.
  void remove_host(SyncHost& host);

  // Calls a peer about the repository of `host`, which has been added. A connection to the same
  // address and key is shared. SyncPeer, SyncRefused or SyncFailed follows.
  SyncId sync(Time now, const PeerAddress& to, const std::optional<crypto::TransportKey>& expected,
              SyncHost& host);
  // The same for a newcomer: asks the inviter for a grant first. The host is the new, empty store,
  // with its own device key. A device that has been granted already just syncs.
  SyncId join(Time now, const PeerAddress& to, const log::Link& link, SyncHost& host,
              std::string_view label);

  // The repository has entries or blocks that no session brought (another process committed):
  // sessions about it tell their peers.
  void host_changed(SyncHost& host);

  // SyncHost::places() has changed: sessions about it tell their peers.
  void places_changed(SyncHost& host);

  // The host has verdicts on what was submitted to it.
  void host_judged(Time now, SyncHost& host);

  // How fast, from now on; what is kept to and how well says endpoint.hpp.
  void limit(Time now, const RateLimits& rates);
  // What is sent gives way to everything else on its path.
  void set_background(bool background);

  // Says goodbye; SyncEnded at the peer. The connection closes when the last session that this end
  // called for is over and what was said has arrived.
  void end(Time now, SyncId session);
  // Peers that get no session: connections to them are closed, now and whenever they come about.
  void ban(Time now, std::set<crypto::TransportKey> keys);

  // Closes every connection, as one who leaves: SyncEnded at the peers.
  void leave(Time now);

  // Looked at by the next poll_event(): cheap for many that came together.
  void handle_datagram(Time now, const PeerAddress& from, ByteView bytes);
  void handle_timeout(Time now);
  bool poll_transmit(Time now, Datagram& out);
  std::optional<Time> next_timeout() const;
  std::optional<SyncEvent> poll_event();

  std::size_t session_count() const noexcept;
  const Endpoint& endpoint() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::net
