#pragma once

#include <map>
#include <memory>

#include "hn/log/link.hpp"
#include "net/sync_session.hpp"

namespace hn::net {

// Sessions of one connection, both ends' calls together.
inline constexpr std::size_t kSessionsPerConnection = 32;
// Sessions of all connections.
inline constexpr std::size_t kSessionsMax = 2048;
// Streams of a connection on which nothing has been proven yet: each can make us hold one message.
inline constexpr std::size_t kUnprovenMax = 4;
// The same where some session is proven; requests come on new streams.
inline constexpr std::size_t kUndecidedMax = 64;

// All sessions on top of any StreamPort: takes the port's events, gives its own. What SyncNode is
// without the Endpoint.
class SyncCore {
 public:
  SyncCore(crypto::TransportKey own_key, StreamPort& port);

  void add_host(SyncHost& host);
  void remove_host(SyncHost& host);
  void host_changed(SyncHost& host);
  void places_changed(SyncHost& host);
  std::vector<ConnectionId> connections() const;
  // Connections to these are closed as they come about.
  void ban(std::set<crypto::TransportKey> keys) { banned_ = std::move(keys); }
  void host_judged(Time now, SyncHost& host);

  // A call on a connection that is up or coming up.
  SyncId call(Time now, ConnectionId connection, SyncHost& host, std::optional<JoinAsk> join);
  void end(SyncId session);

  void handle(Time now, const Event& event);
  // One bounded piece of work for each session that has any. True where more waits.
  bool work(Time now);
  std::optional<Time> next_timeout() const;
  void handle_timeout(Time now);
  std::optional<SyncEvent> poll_event();

  std::size_t session_count() const noexcept { return sessions_.size(); }
  bool up(ConnectionId connection) const;
  // Connections that nothing more is to be said on, each once: sessions were called for here, all
  // are over and their last words have arrived.
  std::optional<ConnectionId> poll_idle();
  std::vector<ConnectionId> connections_to(const crypto::TransportKey& key) const;

 private:
  struct Call {
    SyncId id;
    SyncHost* host = nullptr;
    std::optional<JoinAsk> join;
  };
  struct Line {  // one connection
    bool up = false;
    bool called = false;  // some session was called for by this end
    Connected known;
    std::vector<Call> waiting;  // until it is up, and the peer takes them
    std::map<StreamId, MessageReader> undecided;
    std::set<SyncId> sessions;
    std::set<StreamId> last_words;  // control streams of this end that are not yet delivered
  };

  void handle_connected(Time now, const Connected& event);
  void handle_closed(const ConnectionClosed& event);
  void handle_opened(Time now, const StreamOpened& event);
  void handle_readable(Time now, ConnectionId connection, StreamId stream);
  void handle_writable(const StreamWritable& event);
  void handle_delivered(const StreamDelivered& event);
  void handle_aborted(const StreamAborted& event);
  void decide(Time now, ConnectionId connection, Line& line, StreamId stream);
  void open_session(Time now, ConnectionId connection, Line& line, StreamId stream,
                    const OpenMessage& open, MessageReader reader);
  void refuse(ConnectionId connection, StreamId stream, SyncRefusal reason);
  void begin_call(Time now, ConnectionId connection, Line& line, const Call& call);
  void begin_calls(Time now);
  void drop_stream(ConnectionId connection, StreamId stream, std::uint64_t code);
  void drain(ConnectionId connection, StreamId stream);
  SyncSession* owner_of(ConnectionId connection, StreamId stream);
  std::size_t unproven(const Line& line) const;
  bool any_proven(const Line& line) const;
  std::shared_ptr<SharedRepository> shared_of(const SyncHost& host) const;
  void give_turns(Time now);
  void sweep();

  crypto::TransportKey own_key_;
  StreamPort& port_;
  std::vector<std::shared_ptr<SharedRepository>> hosts_;
  std::map<ConnectionId, Line> lines_;
  // Before `sessions_`: those refer to these.
  std::map<SyncId, std::shared_ptr<SharedRepository>> kept_;
  std::map<SyncId, std::unique_ptr<SyncSession>> sessions_;
  std::set<SyncId> ready_;
  Turns turns_;
  std::map<const SharedRepository*, std::uint64_t> told_;
  SyncEvents events_;
  std::set<crypto::TransportKey> banned_;
  std::uint64_t next_id_ = 1;
};

}  // namespace hn::net
