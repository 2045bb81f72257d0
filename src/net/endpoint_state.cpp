// hn-protocol(7), CONNECTIONS.
#include "net/endpoint_state.hpp"

#include <algorithm>
#include <cstring>

#include "hn/base/assert.hpp"

namespace hn::net {
namespace {

constexpr std::size_t kCookiesMax = 64;  // waiting to be sent; more are not worth the memory
constexpr std::size_t kDatagramMax = 65535;
// Goes out in one piece, so that whoever is first has it soon and can pass it on.
constexpr std::size_t kSmall = 4096;

// Turns need no secrecy.
std::uint64_t seed_of(const crypto::TransportKey& key) noexcept {
  std::uint64_t seed = 0;
  std::memcpy(&seed, key.bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

Endpoint::State::State(crypto::AgreementKey k, Random& r, EndpointConfig c)
    : key(std::move(k)),
      random(r),
      config(c),
      shuffle_(seed_of(key.public_key())),
      connection_window_(c.connection_window) {
  HN_ASSERT(config.datagram_bytes >= kDatagramMin &&
            config.datagram_bytes_max >= config.datagram_bytes);
  HN_ASSERT(config.streams_max >= kStreamsMin && config.stream_window > 0 &&
            config.connection_window > 0);
}

Connection* Endpoint::State::find(ConnectionId id) const {
  const auto it = connections_.find(id.value);
  return it == connections_.end() ? nullptr : it->second.connection.get();
}

Connection* Endpoint::State::usable(ConnectionId id) const {
  Connection* c = find(id);
  return c != nullptr && c->usable() ? c : nullptr;
}

Connection* Endpoint::State::by_local(std::uint64_t local) const {
  const auto it = local_.find(local);
  return it == local_.end() ? nullptr : find({it->second});
}

std::uint64_t Endpoint::State::fresh_local() {
  for (;;) {
    const std::uint64_t local = random.u64();
    if (local != 0 && !local_.contains(local)) return local;
  }
}

Connection& Endpoint::State::add(std::unique_ptr<Connection> c) {
  const std::uint64_t id = c->id().value;
  local_[c->local_id()] = id;
  Slot& slot = connections_[id];
  slot.connection = std::move(c);
  if (slot.connection->half_open()) {
    slot.counted_half_open = true;
    half_open_[*slot.connection->hello_origin()] = id;
  }
  touch(*slot.connection);
  return *slot.connection;
}

void Endpoint::State::touch(Connection& c) {
  Slot& slot = connections_.at(c.id().value);
  account(c, c.in_flight());
  if (!slot.ready) {
    slot.ready = true;
    ready_.push_back(c.id().value);
    // In another order at each peer, or news comes to the same ones last from everywhere.
    std::swap(ready_.back(), ready_[ready_.size() - 1 - shuffle_.below(++touched_)]);
  }
}

void Endpoint::State::account(Connection& c, std::size_t in_flight_now) {
  const std::size_t before = std::exchange(connections_.at(c.id().value).in_flight, in_flight_now);
  in_flight = in_flight + in_flight_now - before;
}

void Endpoint::State::reschedule(Connection& c) {
  Slot& slot = connections_.at(c.id().value);
  const auto next = c.next_timeout();
  if (next == slot.timer) return;
  if (slot.timer) timers_.erase({*slot.timer, c.id().value});
  slot.timer = next;
  if (next) timers_.insert({*next, c.id().value});
}

void Endpoint::State::note_half_open(Connection& c) {
  Slot& slot = connections_.at(c.id().value);
  if (!slot.counted_half_open || c.half_open()) return;
  slot.counted_half_open = false;
  half_open_.erase(*c.hello_origin());
}

void Endpoint::State::settle(Connection& c) {
  note_half_open(c);
  if (!c.over()) return touch(c);
  c.note_path();
  const auto it = connections_.find(c.id().value);
  account(c, 0);
  if (it->second.timer) timers_.erase({*it->second.timer, it->first});
  local_.erase(c.local_id());
  connections_.erase(it);  // its place in ready_ is skipped when its turn comes
}

void Endpoint::State::receive(Time now, const PeerAddress& from, ByteView bytes) {
  if (bytes.empty() || bytes.size() > kDatagramMax) return;
  if ((bytes[0] & 0x80) != 0) return receive_handshake(now, from, bytes);
  if (!is_data_packet(bytes)) return;
  Connection* c = by_local(connection_id_of(bytes));
  if (c == nullptr) return;
  if (scratch_.size() < bytes.size()) scratch_.resize(bytes.size());
  c->on_data(now, from, bytes, scratch_);
  settle(*c);
}

void Endpoint::State::receive_handshake(Time now, const PeerAddress& from, ByteView bytes) {
  if (bytes[0] == static_cast<Byte>(HandshakeType::cookie)) return receive_cookie(now, bytes);
  const auto packet = decode_handshake(bytes);
  if (!packet) return;
  if (packet->type == HandshakeType::hello_ik || packet->type == HandshakeType::hello_xx) {
    return receive_hello(now, from, bytes, *packet);
  }
  Connection* c = by_local(packet->receiver);
  if (c == nullptr) return;
  if (packet->type == HandshakeType::finish_xx) {
    c->on_finish(now, *packet);
  } else {
    const bool called = c->calling();
    c->on_reply(now, from, *packet);
    if (called && !c->calling()) c->note_called(now);
  }
  settle(*c);
}

void Endpoint::State::receive_cookie(Time now, ByteView bytes) {
  const auto packet = decode_cookie(bytes);
  if (!packet) return;
  Connection* c = by_local(packet->receiver);
  if (c == nullptr) return;
  c->on_cookie(now, *packet);
  settle(*c);
}

std::array<Byte, 32>& Endpoint::State::cookie_secret(Time now) {
  if (!cookie_secret_time_ || now - *cookie_secret_time_ >= kCookieLife) {
    cookie_secret_before_ = cookie_secret_;
    if (!cookie_secret_time_) random.fill(cookie_secret_before_);
    random.fill(cookie_secret_);
    cookie_secret_time_ = now;
  }
  return cookie_secret_;
}

// Before it costs more than a hash: the MAC, and under load the cookie.
bool Endpoint::State::admitted(Time now, const PeerAddress& from, ByteView bytes,
                               const HandshakePacket& hello) {
  if (hello.type == HandshakeType::hello_xx && !config.answer_strangers) return false;
  const crypto::TransportKey identity = mac_identity(hello.type, key.public_key());
  if (!mac1_is_right(bytes, identity)) return false;
  if (half_open_.size() < config.half_open_busy) return true;
  const Mac cookie = cookie_of(cookie_secret(now), from);
  if (mac2_is_right(bytes, cookie) || mac2_is_right(bytes, cookie_of(cookie_secret_before_, from)))
    return true;
  if (cookies_.size() < kCookiesMax) {
    cookies_.push_back({from, encode_cookie(bytes, hello.sender, cookie, identity, random)});
  }
  return false;
}

void Endpoint::State::receive_hello(Time now, const PeerAddress& from, ByteView bytes,
                                    const HandshakePacket& hello) {
  const auto known = half_open_.find({from, hello.sender});
  if (known != half_open_.end()) {
    Connection* c = find({known->second});
    c->on_hello_again(hello);
    return touch(*c);
  }
  if (!admitted(now, from, bytes, hello)) return;
  if (half_open_.size() >= config.half_open_max || connections_.size() >= config.connections_max)
    return;
  auto c = Connection::answer(world(), {next_id}, fresh_local(), now, from, hello);
  if (!c) return;
  ++next_id;
  add(std::move(c)).set_background(config.background);
}

void Endpoint::State::limit(const RateLimits& rates) {
  limits.set(rates);
  config.connection_window =
      rates.all == 0 ? connection_window_ : std::min(connection_window_, window_at(rates.all));
  for (const auto& [id, slot] : connections_) touch(*slot.connection);
}

// Those that wait for the same limit wake together; who sent last comes last then.
void Endpoint::State::timeout(Time now) {
  std::vector<std::uint64_t> due;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    due.push_back(timers_.begin()->second);
    timers_.erase(timers_.begin());
  }
  std::ranges::sort(due);
  std::rotate(due.begin(), std::ranges::upper_bound(due, served_), due.end());
  for (const std::uint64_t id : due) {
    Slot& slot = connections_.at(id);
    slot.timer.reset();
    Connection& c = *slot.connection;
    touched_ = 0;  // these keep their order
    c.on_timeout(now);
    settle(c);
  }
}

// Connections take turns, a datagram each. One with nothing to send now gets its timer set and
// waits.
bool Endpoint::State::transmit(Time now, Datagram& out) {
  if (!cookies_.empty()) {
    out = std::move(cookies_.front());
    cookies_.pop_front();
    return true;
  }
  while (!ready_.empty() || pass_turn(now)) {
    const std::uint64_t id = ready_.front();
    ready_.pop_front();
    touched_ = 0;
    const auto it = connections_.find(id);
    if (it == connections_.end()) continue;
    Connection& c = *it->second.connection;
    it->second.ready = false;
    if (c.transmit(now, out)) {
      served_ = id;
      const std::size_t before = it->second.sent / kSmall;
      it->second.sent += out.bytes.size();
      const bool goes_on = it->second.sent / kSmall == before;
      if (goes_on) {
        it->second.ready = true;
        ready_.push_front(id);
      }
      settle(c);
      return true;
    }
    if (c.over()) {
      settle(c);
    } else {
      wait_for_uplink(now, c);
      reschedule(c);
    }
  }
  return false;
}

void Endpoint::State::wait_for_uplink(Time now, Connection& c) {
  Slot& slot = connections_.at(c.id().value);
  if (slot.waiting) return;
  const std::uint64_t id = c.id().value;
  const bool calls = c.waits_to_call(now);
  slot.waiting = calls || c.waits_to_send(now);
  if (!slot.waiting) {
    if (!c.has_to_send()) slot.sent = 0;
  } else if (calls) {
    calls_waiting_.push_back(id);
  } else {
    senders_waiting_.push_back(id);
  }
}

// Who waits for the uplink, once that takes something.
bool Endpoint::State::pass_turn(Time now) {
  const auto pass = [&](std::deque<std::uint64_t>& waiting) {
    while (!waiting.empty()) {
      const auto it = connections_.find(waiting.front());
      waiting.pop_front();
      if (it == connections_.end()) continue;
      it->second.waiting = false;
      touch(*it->second.connection);
      return true;
    }
    return false;
  };
  if (!calls_waiting_.empty() && uplink.takes_hello(now, in_flight) && pass(calls_waiting_))
    return true;
  return uplink.takes(now, in_flight) && pass(senders_waiting_);
}

std::optional<Time> Endpoint::State::next_timeout() const {
  std::optional<Time> t;
  if (!timers_.empty()) t = timers_.begin()->first;
  const auto call = calls_waiting_.empty() ? std::nullopt : uplink.hello_at();
  if (call && (!t || *call < *t)) t = call;
  return t;
}

}  // namespace hn::net
