// Who talks to whom about what: hn-sync(7), STREAMS.
#include "net/sync_core.hpp"

#include <algorithm>
#include <cstring>

namespace hn::net {

namespace {

// Lots need no secrecy.
std::uint64_t seed_of(const crypto::TransportKey& key) noexcept {
  std::uint64_t seed = 0;
  std::memcpy(&seed, key.bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

SyncCore::SyncCore(crypto::TransportKey own_key, StreamPort& port)
    : own_key_(own_key), port_(port), turns_(seed_of(own_key)) {}

// --- Hosts

void SyncCore::add_host(SyncHost& host) {
  HN_ASSERT(shared_of(host) == nullptr);
  hosts_.push_back(std::make_shared<SharedRepository>(host));
}

std::shared_ptr<SharedRepository> SyncCore::shared_of(const SyncHost& host) const {
  for (const auto& shared : hosts_)
    if (&shared->host() == &host) return shared;
  return nullptr;
}

void SyncCore::remove_host(SyncHost& host) {
  const auto shared = shared_of(host);
  if (!shared) return;
  for (auto& [id, session] : sessions_)
    if (&session->shared() == shared.get())
      session->end_with(SyncFailure::ended, "the repository is no longer served");
  for (auto& [connection, line] : lines_)
    std::erase_if(line.waiting, [&](const Call& call) {
      if (call.host != &host) return false;
      events_.push_back(
          SyncFailed{call.id, SyncFailure::ended, "the repository is no longer served"});
      return true;
    });
  sweep();
  std::erase(hosts_, shared);
  told_.erase(shared.get());
}

void SyncCore::host_changed(SyncHost& host) {
  if (const auto shared = shared_of(host)) shared->touch();
}

void SyncCore::places_changed(SyncHost& host) {
  if (const auto shared = shared_of(host)) shared->touch_places();
}

void SyncCore::host_judged(Time now, SyncHost& host) {
  const auto shared = shared_of(host);
  for (auto& [id, session] : sessions_) {
    if (&session->shared() != shared.get()) continue;
    session->handle_judged(now);
    ready_.insert(id);
  }
}

// --- Calls

SyncId SyncCore::call(Time now, ConnectionId connection, SyncHost& host,
                      std::optional<JoinAsk> join) {
  HN_ASSERT(shared_of(host) != nullptr);
  Line& line = lines_[connection];
  line.called = true;
  Call call{{next_id_++}, &host, std::move(join)};
  const SyncId id = call.id;
  line.waiting.push_back(std::move(call));
  begin_calls(now);
  return id;
}

// Until something is proven the peer takes few at a time: the others wait for that, or for those to
// come to nothing.
void SyncCore::begin_calls(Time now) {
  for (auto& [connection, line] : lines_) {
    while (line.up && !line.waiting.empty() &&
           (any_proven(line) || unproven(line) < kUnprovenMax)) {
      const Call call = std::move(line.waiting.front());
      line.waiting.erase(line.waiting.begin());
      begin_call(now, connection, line, call);
    }
  }
}

void SyncCore::begin_call(Time now, ConnectionId connection, Line& line, const Call& call) {
  const auto stream =
      line.sessions.size() < kSessionsPerConnection && sessions_.size() < kSessionsMax
          ? port_.open_stream(connection)
          : std::nullopt;
  if (!stream) {
    events_.push_back(SyncRefused{call.id, SyncRefusal::busy});
    return;
  }
  const auto shared = shared_of(*call.host);
  SessionSetup setup{
      call.id,  Role::caller,    connection,        *stream, line.known.handshake_hash,
      own_key_, line.known.peer, line.known.address};
  auto session = std::make_unique<SyncSession>(std::move(setup), *shared, port_, events_);
  session->call(now, call.join);
  line.sessions.insert(call.id);
  line.last_words.insert(*stream);
  kept_[call.id] = shared;
  sessions_[call.id] = std::move(session);
  ready_.insert(call.id);
}

void SyncCore::end(SyncId id) {
  const auto it = sessions_.find(id);
  if (it != sessions_.end()) it->second->end();
  for (auto& [connection, line] : lines_)
    std::erase_if(line.waiting, [&](const Call& call) { return call.id == id; });
  sweep();
}

// --- Connections

bool SyncCore::up(ConnectionId connection) const {
  const auto it = lines_.find(connection);
  return it != lines_.end() && it->second.up;
}

std::vector<ConnectionId> SyncCore::connections() const {
  std::vector<ConnectionId> out;
  for (const auto& [connection, line] : lines_) out.push_back(connection);
  return out;
}

std::vector<ConnectionId> SyncCore::connections_to(const crypto::TransportKey& key) const {
  std::vector<ConnectionId> out;
  for (const auto& [connection, line] : lines_)
    if (line.up && line.known.peer == key) out.push_back(connection);
  return out;
}

std::optional<ConnectionId> SyncCore::poll_idle() {
  for (auto& [connection, line] : lines_) {
    if (!line.called || !line.waiting.empty() || !line.sessions.empty() ||
        (line.up && !line.last_words.empty()))
      continue;
    line.called = false;
    return connection;
  }
  return std::nullopt;
}

void SyncCore::handle_connected(Time now, const Connected& event) {
  if (banned_.contains(event.peer)) return port_.close(event.connection, kCodeRefused, "banned");
  Line& line = lines_[event.connection];
  line.up = true;
  line.known = event;
  begin_calls(now);
}

void SyncCore::handle_closed(const ConnectionClosed& event) {
  const auto it = lines_.find(event.connection);
  if (it == lines_.end()) return;
  SyncFailure failure = SyncFailure::closed;
  if (event.cause != CloseCause::peer && event.cause != CloseCause::local &&
      event.cause != CloseCause::violation)
    failure = SyncFailure::unreachable;
  for (const Call& call : it->second.waiting)
    events_.push_back(SyncFailed{call.id, failure, event.reason});
  for (const SyncId id : it->second.sessions) {
    SyncSession& session = *sessions_.at(id);
    if (event.cause == CloseCause::peer && event.code == kCodeDone && session.proven()) {
      session.end();
      events_.push_back(SyncEnded{id});
    } else {
      session.handle_closed(failure, event.reason);
    }
  }
  sweep();
  lines_.erase(event.connection);
}

// --- Streams

SyncSession* SyncCore::owner_of(ConnectionId connection, StreamId stream) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) return nullptr;
  for (const SyncId id : line->second.sessions) {
    SyncSession& session = *sessions_.at(id);
    if (session.owns(stream)) return &session;
  }
  return nullptr;
}

std::size_t SyncCore::unproven(const Line& line) const {
  return line.undecided.size() +
         static_cast<std::size_t>(std::ranges::count_if(
             line.sessions, [&](SyncId id) { return !sessions_.at(id)->proven(); }));
}

bool SyncCore::any_proven(const Line& line) const {
  return std::ranges::any_of(line.sessions, [&](SyncId id) { return sessions_.at(id)->proven(); });
}

void SyncCore::drop_stream(ConnectionId connection, StreamId stream, std::uint64_t code) {
  port_.reset(connection, stream, code);
  port_.stop(connection, stream, code);
}

void SyncCore::handle_opened(Time now, const StreamOpened& event) {
  Line& line = lines_[event.connection];
  if (unproven(line) >= (any_proven(line) ? kUndecidedMax : kUnprovenMax))
    return drop_stream(event.connection, event.stream, kCodeBusy);
  line.undecided.emplace(event.stream, MessageReader(kControlMessageMax));
  decide(now, event.connection, line, event.stream);
}

// What a session left unread.
void SyncCore::drain(ConnectionId connection, StreamId stream) {
  Bytes buffer(64 * 1024);
  while (port_.read(connection, stream, buffer).bytes > 0) {
  }
}

void SyncCore::handle_readable(Time now, ConnectionId connection, StreamId stream) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) return;
  if (line->second.undecided.contains(stream)) return decide(now, connection, line->second, stream);
  SyncSession* session = owner_of(connection, stream);
  if (session == nullptr) return drain(connection, stream);
  session->handle_readable(now, stream);
  ready_.insert(session->setup().id);
}

// The first message of a stream says what it is.
void SyncCore::decide(Time now, ConnectionId connection, Line& line, StreamId stream) {
  MessageReader& reader = line.undecided.at(stream);
  Bytes buffer(4096);
  for (;;) {
    const auto message = reader.next();
    if (!message) {
      line.undecided.erase(stream);
      return drop_stream(connection, stream, kCodeViolation);
    }
    if (*message) {
      MessageReader rest = std::move(reader);
      line.undecided.erase(stream);
      if (const auto request = decode_request(**message)) {
        for (const SyncId id : line.sessions) {
          SyncSession& session = *sessions_.at(id);
          if (session.setup().control.value != request->session) continue;
          session.handle_request(stream, *request);
          ready_.insert(id);
          return;
        }
        return drop_stream(connection, stream, kCodeRefused);
      }
      const auto plain = decode_plain(**message);
      if (plain && std::holds_alternative<OpenMessage>(*plain))
        return open_session(now, connection, line, stream, std::get<OpenMessage>(*plain),
                            std::move(rest));
      return drop_stream(connection, stream, kCodeViolation);
    }
    const ReadResult got = port_.read(connection, stream, buffer);
    reader.push(ByteView(buffer).first(got.bytes));
    if (got.bytes > 0) continue;
    if (got.end) line.undecided.erase(stream);
    return;
  }
}

void SyncCore::refuse(ConnectionId connection, StreamId stream, SyncRefusal reason) {
  Outbox out(port_, connection, stream);
  out.add(encode(RefusedMessage{reason}));
  out.finish();
}

void SyncCore::open_session(Time now, ConnectionId connection, Line& line, StreamId stream,
                            const OpenMessage& open, MessageReader reader) {
  // Limits are looked at before the handle: they say nothing about what is served here.
  if (open.version != kSyncVersion) return refuse(connection, stream, SyncRefusal::version);
  if (line.sessions.size() >= kSessionsPerConnection || sessions_.size() >= kSessionsMax)
    return refuse(connection, stream, SyncRefusal::busy);
  for (const auto& shared : hosts_) {
    const SessionBinding binding{shared->host().repository(), line.known.handshake_hash, stream};
    if (handle_of(binding, Role::caller) != open.handle) continue;
    const SyncId id{next_id_++};
    SessionSetup setup{
        id,       Role::called,    connection,        stream, line.known.handshake_hash,
        own_key_, line.known.peer, line.known.address};
    line.sessions.insert(id);
    kept_[id] = shared;
    SyncSession& session =
        *(sessions_[id] = std::make_unique<SyncSession>(std::move(setup), *shared, port_, events_));
    session.accept(now, std::move(reader));
    ready_.insert(id);
    return;
  }
  refuse(connection, stream, SyncRefusal::unknown);
}

// --- Driving

void SyncCore::handle_writable(const StreamWritable& event) {
  SyncSession* session = owner_of(event.connection, event.stream);
  if (session == nullptr) return;
  session->handle_writable(event.stream);
  ready_.insert(session->setup().id);
}

void SyncCore::handle_delivered(const StreamDelivered& event) {
  const auto line = lines_.find(event.connection);
  if (line == lines_.end()) return;
  line->second.last_words.erase(event.stream);
  for (const SyncId id : line->second.sessions) {
    sessions_.at(id)->handle_delivered(event.stream);
    ready_.insert(id);
  }
}

void SyncCore::handle_aborted(const StreamAborted& event) {
  const auto line = lines_.find(event.connection);
  if (line == lines_.end()) return;
  line->second.undecided.erase(event.stream);
  if (!event.by_sender) {
    line->second.last_words.erase(event.stream);
    for (const SyncId id : line->second.sessions) sessions_.at(id)->handle_delivered(event.stream);
  }
  SyncSession* session = owner_of(event.connection, event.stream);
  if (session == nullptr) return;
  session->handle_aborted(event.stream, event.by_sender, event.code);
  ready_.insert(session->setup().id);
}

void SyncCore::handle(Time now, const Event& event) {
  if (const auto* connected = std::get_if<Connected>(&event))
    handle_connected(now, *connected);
  else if (const auto* opened = std::get_if<StreamOpened>(&event))
    handle_opened(now, *opened);
  else if (const auto* readable = std::get_if<StreamReadable>(&event))
    handle_readable(now, readable->connection, readable->stream);
  else if (const auto* writable = std::get_if<StreamWritable>(&event))
    handle_writable(*writable);
  else if (const auto* delivered = std::get_if<StreamDelivered>(&event))
    handle_delivered(*delivered);
  else if (const auto* aborted = std::get_if<StreamAborted>(&event))
    handle_aborted(*aborted);
  else if (const auto* closed = std::get_if<ConnectionClosed>(&event))
    handle_closed(*closed);
}

bool SyncCore::work(Time now) {
  sweep();
  begin_calls(now);
  // What one session brings in is news for the others.
  for (const auto& shared : hosts_) {
    std::uint64_t& told = told_[shared.get()];
    if (told == shared->generation()) continue;
    told = shared->generation();
    for (const auto& [id, session] : sessions_)
      if (&session->shared() == shared.get()) ready_.insert(id);
  }
  give_turns(now);
  std::map<const SharedRepository*, std::size_t> pulling;
  for (const auto& [id, session] : sessions_)
    if (session->pulling()) ++pulling[&session->shared()];
  for (const SyncId id : std::exchange(ready_, {})) {
    const auto it = sessions_.find(id);
    if (it != sessions_.end() && it->second->turn(now, pulling[&it->second->shared()] <= 1))
      ready_.insert(id);
  }
  sweep();
  return !ready_.empty();
}

void SyncCore::give_turns(Time now) {
  std::vector<Taker> takers;
  for (auto& [id, session] : sessions_)
    if (session->gives_much(now)) takers.push_back({id});
  // What was exchanged before is in the store: looked up only where somebody has to wait.
  if (takers.size() > turns_at_once(port_.narrow()))
    for (Taker& taker : takers) taker = sessions_.at(taker.id)->taker();
  for (Taker& taker : takers) taker.gave_all = sessions_.at(taker.id)->gave_all();
  const std::set<SyncId>& served =
      turns_.choose(now, takers, port_.bytes_delivered(), port_.narrow());
  std::map<SyncId, Turn> turns;
  for (const Taker& taker : takers)
    turns[taker.id] = served.contains(taker.id) ? Turn::served : Turn::off;
  for (auto& [id, session] : sessions_)
    if (session->take_turn(turns.contains(id) ? turns.at(id) : Turn::free)) ready_.insert(id);
}

// Lets go of the sessions that are over; their claims become free.
void SyncCore::sweep() {
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    if (!it->second->over()) {
      ++it;
      continue;
    }
    const SessionSetup& setup = it->second->setup();
    if (const auto line = lines_.find(setup.connection); line != lines_.end())
      line->second.sessions.erase(it->first);
    const SyncId id = it->first;
    it->second->report_progress();
    it = sessions_.erase(it);
    ready_.erase(id);
    kept_.erase(id);
  }
}

std::optional<Time> SyncCore::next_timeout() const {
  std::optional<Time> first = turns_.next();
  for (const auto& [id, session] : sessions_) {
    const auto at = session->deadline();
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

void SyncCore::handle_timeout(Time now) {
  for (auto& [id, session] : sessions_) {
    const auto at = session->deadline();
    if (!at || *at > now) continue;
    session->handle_deadline(now);
    ready_.insert(id);
  }
  sweep();
}

std::optional<SyncEvent> SyncCore::poll_event() {
  if (events_.empty())
    for (auto& [id, session] : sessions_) session->report_progress();
  if (events_.empty()) return std::nullopt;
  SyncEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace hn::net
