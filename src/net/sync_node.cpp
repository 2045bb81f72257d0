// The endpoint and the sessions as one machine: hn-sync(7).
#include "hn/net/sync_node.hpp"

#include "net/sync_core.hpp"

namespace hn::net {

namespace {

class EndpointPort final : public StreamPort {
 public:
  EndpointPort(Endpoint& endpoint, const Time& now) : endpoint_(endpoint), now_(now) {}
  std::optional<StreamId> open_stream(ConnectionId c) override { return endpoint_.open_stream(c); }
  std::size_t write(ConnectionId c, StreamId s, ByteView bytes) override {
    return endpoint_.write(c, s, bytes);
  }
  void finish(ConnectionId c, StreamId s) override { endpoint_.finish(c, s); }
  ReadResult read(ConnectionId c, StreamId s, std::span<Byte> out) override {
    return endpoint_.read(c, s, out);
  }
  void reset(ConnectionId c, StreamId s, std::uint64_t code) override {
    endpoint_.reset(c, s, code);
  }
  void stop(ConnectionId c, StreamId s, std::uint64_t code) override { endpoint_.stop(c, s, code); }
  void close(ConnectionId c, std::uint64_t code, std::string_view reason) override {
    endpoint_.close(now_, c, code, reason);
  }
  Duration round_trip(ConnectionId c) const override {
    const auto statistics = endpoint_.statistics(c);
    return statistics ? statistics->round_trip : Duration{};
  }
  std::uint64_t bytes_delivered() const override { return endpoint_.bytes_delivered(); }
  std::optional<NarrowUplink> narrow() const override { return endpoint_.narrow(now_); }

 private:
  Endpoint& endpoint_;
  const Time& now_;
};

}  // namespace

struct SyncNode::State {
  State(crypto::AgreementKey key, Random& random, EndpointConfig config)
      : endpoint(std::move(key), random, config),
        port(endpoint, now),
        core(endpoint.public_key(), port) {}

  struct Called {
    PeerAddress address;
    std::optional<crypto::TransportKey> key;
  };

  ConnectionId connection_to(const PeerAddress& to,
                             const std::optional<crypto::TransportKey>& expected) {
    for (const auto& [connection, called] : calls)
      if (called.address == to && called.key == expected) return connection;
    const ConnectionId connection = endpoint.connect(now, to, expected);
    calls[connection] = {to, expected};
    return connection;
  }

  // One round: events of the endpoint, then a piece of work. More waits where `busy` stays set.
  void run() {
    fresh = false;
    while (const auto event = endpoint.poll_event()) {
      if (const auto* closed = std::get_if<ConnectionClosed>(&*event))
        calls.erase(closed->connection);
      core.handle(now, *event);
    }
    busy = core.work(now);
    while (const auto idle = core.poll_idle()) {
      endpoint.close(now, *idle, kCodeDone, "");
      calls.erase(*idle);
    }
  }

  Time now;
  Endpoint endpoint;
  EndpointPort port;
  SyncCore core;
  std::map<ConnectionId, Called> calls;
  bool busy = false;
  bool fresh = false;  // datagrams came that no round has looked at
};

SyncNode::SyncNode(crypto::AgreementKey key, Random& random, EndpointConfig config)
    : state_(std::make_unique<State>(std::move(key), random, config)) {}
SyncNode::~SyncNode() = default;
SyncNode::SyncNode(SyncNode&&) noexcept = default;
SyncNode& SyncNode::operator=(SyncNode&&) noexcept = default;

const crypto::TransportKey& SyncNode::public_key() const noexcept {
  return state_->endpoint.public_key();
}

void SyncNode::add_host(SyncHost& host) {
  state_->core.add_host(host);
}
void SyncNode::remove_host(SyncHost& host) {
  state_->core.remove_host(host);
}
void SyncNode::host_changed(SyncHost& host) {
  state_->core.host_changed(host);
  state_->busy = true;
}

void SyncNode::places_changed(SyncHost& host) {
  state_->core.places_changed(host);
  state_->busy = true;
}

void SyncNode::host_judged(Time now, SyncHost& host) {
  state_->now = now;
  state_->core.host_judged(now, host);
  state_->busy = true;
}

SyncId SyncNode::sync(Time now, const PeerAddress& to,
                      const std::optional<crypto::TransportKey>& expected, SyncHost& host) {
  state_->now = now;
  const ConnectionId connection = state_->connection_to(to, expected);
  const SyncId id = state_->core.call(now, connection, host, std::nullopt);
  state_->run();
  return id;
}

SyncId SyncNode::join(Time now, const PeerAddress& to, const log::Link& link, SyncHost& host,
                      std::string_view label) {
  state_->now = now;
  const ConnectionId connection = state_->connection_to(to, link.transport);
  const SyncId id =
      state_->core.call(now, connection, host, JoinAsk{link.secret, std::string(label)});
  state_->run();
  return id;
}

void SyncNode::limit(Time now, const RateLimits& rates) {
  state_->now = now;
  state_->endpoint.limit(rates);
}

void SyncNode::set_background(bool background) {
  state_->endpoint.set_background(background);
}

void SyncNode::end(Time now, SyncId session) {
  state_->now = now;
  state_->core.end(session);
  state_->run();
}

void SyncNode::ban(Time now, std::set<crypto::TransportKey> keys) {
  state_->now = now;
  for (const crypto::TransportKey& key : keys) {
    for (const ConnectionId connection : state_->core.connections_to(key))
      state_->endpoint.close(now, connection, kCodeRefused, "banned");
  }
  state_->core.ban(std::move(keys));
  state_->run();
}

void SyncNode::leave(Time now) {
  state_->now = now;
  for (const ConnectionId connection : state_->core.connections())
    state_->endpoint.close(now, connection, kCodeDone, "");
  state_->run();
}

void SyncNode::handle_datagram(Time now, const PeerAddress& from, ByteView bytes) {
  state_->now = now;
  state_->endpoint.handle_datagram(now, from, bytes);
  state_->fresh = true;
}

void SyncNode::handle_timeout(Time now) {
  state_->now = now;
  state_->endpoint.handle_timeout(now);
  state_->core.handle_timeout(now);
  state_->run();
}

bool SyncNode::poll_transmit(Time now, Datagram& out) {
  state_->now = now;
  return state_->endpoint.poll_transmit(now, out);
}

std::optional<Time> SyncNode::next_timeout() const {
  if (state_->busy || state_->fresh) return state_->now;
  const auto a = state_->endpoint.next_timeout();
  const auto b = state_->core.next_timeout();
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::optional<SyncEvent> SyncNode::poll_event() {
  if (state_->fresh) state_->run();
  return state_->core.poll_event();
}

std::size_t SyncNode::session_count() const noexcept {
  return state_->core.session_count();
}
const Endpoint& SyncNode::endpoint() const noexcept {
  return state_->endpoint;
}

}  // namespace hn::net
