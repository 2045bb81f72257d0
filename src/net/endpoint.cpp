// hn-protocol(7).
#include "hn/net/endpoint.hpp"

#include "net/endpoint_state.hpp"

namespace hn::net {

Endpoint::Endpoint(crypto::AgreementKey key, Random& random, EndpointConfig config)
    : state_(std::make_unique<State>(std::move(key), random, config)) {}
Endpoint::~Endpoint() = default;
Endpoint::Endpoint(Endpoint&&) noexcept = default;
Endpoint& Endpoint::operator=(Endpoint&&) noexcept = default;

const crypto::TransportKey& Endpoint::public_key() const noexcept {
  return state_->key.public_key();
}

ConnectionId Endpoint::connect(Time now, const PeerAddress& to,
                               const std::optional<crypto::TransportKey>& expected) {
  const ConnectionWorld world = state_->world();
  const ConnectionId id{state_->next_id++};
  state_->add(Connection::call(world, id, state_->fresh_local(), now, to, expected))
      .set_background(state_->config.background);
  return id;
}

void Endpoint::handle_datagram(Time now, const PeerAddress& from, ByteView bytes) {
  state_->receive(now, from, bytes);
}
void Endpoint::handle_timeout(Time now) {
  state_->timeout(now);
}
bool Endpoint::poll_transmit(Time now, Datagram& out) {
  return state_->transmit(now, out);
}

std::optional<Datagram> Endpoint::poll_transmit(Time now) {
  Datagram out;
  if (!poll_transmit(now, out)) return std::nullopt;
  return out;
}

std::optional<Time> Endpoint::next_timeout() const {
  return state_->next_timeout();
}

std::optional<Event> Endpoint::poll_event() {
  if (state_->events.empty()) return std::nullopt;
  Event e = std::move(state_->events.front());
  state_->events.pop_front();
  return e;
}

std::optional<StreamId> Endpoint::open_stream(ConnectionId connection) {
  Connection* c = state_->usable(connection);
  return c == nullptr ? std::nullopt : c->streams().open();
}

std::size_t Endpoint::write(ConnectionId connection, StreamId stream, ByteView bytes) {
  Connection* c = state_->usable(connection);
  if (c == nullptr) return 0;
  const std::size_t n = c->streams().write(stream, bytes);
  state_->touch(*c);
  return n;
}

void Endpoint::finish(ConnectionId connection, StreamId stream) {
  Connection* c = state_->usable(connection);
  if (c == nullptr) return;
  c->streams().finish(stream);
  state_->touch(*c);
}

ReadResult Endpoint::read(ConnectionId connection, StreamId stream, std::span<Byte> out) {
  Connection* c = state_->usable(connection);
  if (c == nullptr) return {};
  const ReadResult r = c->streams().read(stream, out);
  state_->touch(*c);
  return r;
}

std::size_t Endpoint::readable(ConnectionId connection, StreamId stream) const {
  const Connection* c = state_->usable(connection);
  return c == nullptr ? 0 : c->streams().readable(stream);
}

void Endpoint::reset(ConnectionId connection, StreamId stream, std::uint64_t code) {
  Connection* c = state_->usable(connection);
  if (c == nullptr) return;
  c->streams().reset(stream, code);
  state_->touch(*c);
}

void Endpoint::stop(ConnectionId connection, StreamId stream, std::uint64_t code) {
  Connection* c = state_->usable(connection);
  if (c == nullptr) return;
  c->streams().stop(stream, code);
  state_->touch(*c);
}

void Endpoint::close(Time now, ConnectionId connection, std::uint64_t code,
                     std::string_view reason) {
  Connection* c = state_->usable(connection);
  if (c == nullptr) return;
  c->close(now, CloseCause::local, code, reason);
  state_->settle(*c);
}

void Endpoint::set_background(ConnectionId connection, bool background) {
  if (Connection* c = state_->usable(connection)) c->set_background(background);
}

void Endpoint::limit(const RateLimits& rates) {
  state_->limit(rates);
}

void Endpoint::set_background(bool background) {
  state_->config.background = background;
  for (const auto& [id, slot] : state_->connections_) slot.connection->set_background(background);
}

std::optional<ConnectionStatistics> Endpoint::statistics(ConnectionId connection) const {
  const Connection* c = state_->find(connection);
  if (c == nullptr) return std::nullopt;
  return c->statistics();
}

std::optional<NarrowUplink> Endpoint::narrow(Time now) const noexcept {
  return state_->uplink.narrow(now);
}
std::uint64_t Endpoint::bytes_delivered() const noexcept {
  return state_->uplink.delivered();
}

std::size_t Endpoint::connection_count() const noexcept {
  return state_->connections_.size();
}
std::size_t Endpoint::half_open_count() const noexcept {
  return state_->half_open_.size();
}

std::size_t Endpoint::memory_of(ConnectionId connection) const {
  const Connection* c = state_->find(connection);
  return c == nullptr ? 0 : c->memory();
}

}  // namespace hn::net
