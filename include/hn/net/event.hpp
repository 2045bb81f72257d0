#pragma once

#include <compare>
#include <string>
#include <variant>

#include "hn/crypto/box.hpp"
#include "hn/net/address.hpp"

// What an Endpoint tells its owner, and the names it uses for connections and streams.
namespace hn::net {

// A connection of one Endpoint. Local, counts up from 1, never used twice.
struct ConnectionId {
  std::uint64_t value = 0;
  friend auto operator<=>(const ConnectionId&, const ConnectionId&) = default;
};

// A stream of one connection, the same number at both ends: even where the initiator of the
// connection opened it, odd where the responder did.
struct StreamId {
  std::uint64_t value = 0;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

// Noise's h at the end of the handshake: the same at both ends and nowhere else.
using HandshakeHash = std::array<Byte, 64>;

// The peer has shown that it holds `peer`. Streams may be opened and written before this.
struct Connected {
  ConnectionId connection;
  crypto::TransportKey peer;
  HandshakeHash handshake_hash{};
  bool initiator = false;  // whether this end began the connection
  PeerAddress address;     // where the peer is now; it may move
};

// The peer opened a stream.
struct StreamOpened {
  ConnectionId connection;
  StreamId stream;
};

// There is something to read: bytes, or the end. Not repeated until a read has emptied the stream.
struct StreamReadable {
  ConnectionId connection;
  StreamId stream;
};

// A write that had been cut short would now be taken. Sent only after such a write.
struct StreamWritable {
  ConnectionId connection;
  StreamId stream;
};

// Everything that was written, the end included, has reached the peer's transport.
struct StreamDelivered {
  ConnectionId connection;
  StreamId stream;
};

// The peer gave up sending (`by_sender`), bytes not yet read are gone; or it does not want what
// this end sends, and what was not yet sent is dropped.
struct StreamAborted {
  ConnectionId connection;
  StreamId stream;
  std::uint64_t code = 0;
  bool by_sender = false;
};

enum class CloseCause {
  local,      // close() was called
  peer,       // the peer closed it; `code` and `reason` are the peer's
  idle,       // nothing came for the idle timeout
  gone,       // no answer to what was sent, in spite of retransmissions
  handshake,  // no handshake was completed in time
  violation,  // the peer broke the protocol (hn-protocol(7)); `reason` names the rule
  exhausted,  // the packet numbers are used up
};

// The connection is over; its id and those of its streams are no longer valid.
struct ConnectionClosed {
  ConnectionId connection;
  CloseCause cause = CloseCause::local;
  std::uint64_t code = 0;
  std::string reason;  // at most kMaxCloseReason bytes, unchecked text of the peer where it is its
};

// The peer is now reached at another address, which has been proven.
struct PeerMoved {
  ConnectionId connection;
  PeerAddress address;
};

using Event = std::variant<Connected, StreamOpened, StreamReadable, StreamWritable, StreamDelivered,
                           StreamAborted, PeerMoved, ConnectionClosed>;

}  // namespace hn::net
