#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "hn/crypto/hash.hpp"
#include "net/sync_core.hpp"

namespace hn::testing {

// Ends that hold streams to each other without any transport: bytes arrive at once, as far as a
// small buffer has room.
class LoopEnd final : public net::StreamPort {
 public:
  explicit LoopEnd(std::string_view name) {
    key.bytes = crypto::hash(crypto::Purpose("test.transport"), as_bytes(name));
    core = std::make_unique<net::SyncCore>(key, *this);
  }

  struct Inbox {
    Bytes bytes;
    bool ended = false;
    bool stopped = false;
  };
  struct Wire {
    LoopEnd* other = nullptr;
    net::ConnectionId there;
    bool initiator = false;
    std::uint64_t next = 0;
    std::map<std::uint64_t, Inbox> in;
    std::set<std::uint64_t> blocked;  // streams of ours whose writer waits
  };

  std::optional<net::StreamId> open_stream(net::ConnectionId c) override {
    Wire* w = wire(c);
    if (w == nullptr) return std::nullopt;
    const std::uint64_t n = 2 * w->next++ + (w->initiator ? 0 : 1);
    w->in[n];
    w->other->wires.at(w->there).in[n];
    w->other->events.push_back(net::StreamOpened{w->there, {n}});
    ++streams_opened;
    return net::StreamId{n};
  }
  std::size_t write(net::ConnectionId c, net::StreamId s, ByteView bytes) override {
    Wire* w = wire(c);
    if (w == nullptr) return 0;
    Inbox& in = w->other->wires.at(w->there).in[s.value];
    if (in.stopped) return bytes.size();
    const std::size_t room = capacity > in.bytes.size() ? capacity - in.bytes.size() : 0;
    const std::size_t n = std::min(room, bytes.size());
    Bytes copy = to_bytes(bytes.first(n));
    if (tap) tap(s, copy);
    if (n > 0 && in.bytes.empty()) w->other->events.push_back(net::StreamReadable{w->there, s});
    in.bytes.insert(in.bytes.end(), copy.begin(), copy.end());
    bytes_written += n;
    if (n < bytes.size()) w->blocked.insert(s.value);
    return n;
  }
  void finish(net::ConnectionId c, net::StreamId s) override {
    Wire* w = wire(c);
    if (w == nullptr) return;
    Inbox& in = w->other->wires.at(w->there).in[s.value];
    in.ended = true;
    if (in.bytes.empty()) w->other->events.push_back(net::StreamReadable{w->there, s});
    events.push_back(net::StreamDelivered{c, s});
  }
  net::ReadResult read(net::ConnectionId c, net::StreamId s, std::span<Byte> out) override {
    Wire* w = wire(c);
    if (w == nullptr) return {};
    Inbox& in = w->in[s.value];
    const std::size_t n = std::min(out.size(), in.bytes.size());
    std::copy_n(in.bytes.begin(), n, out.begin());
    in.bytes.erase(in.bytes.begin(), in.bytes.begin() + static_cast<std::ptrdiff_t>(n));
    Wire& back = w->other->wires.at(w->there);
    if (n > 0 && back.blocked.erase(s.value) > 0)
      w->other->events.push_back(net::StreamWritable{w->there, s});
    return {n, in.ended && in.bytes.empty()};
  }
  void reset(net::ConnectionId c, net::StreamId s, std::uint64_t code) override {
    Wire* w = wire(c);
    if (w != nullptr) w->other->events.push_back(net::StreamAborted{w->there, s, code, true});
  }
  void stop(net::ConnectionId c, net::StreamId s, std::uint64_t code) override {
    Wire* w = wire(c);
    if (w == nullptr) return;
    w->in[s.value].stopped = true;
    w->in[s.value].bytes.clear();
    w->other->events.push_back(net::StreamAborted{w->there, s, code, false});
  }
  void close(net::ConnectionId c, std::uint64_t code, std::string_view reason) override {
    Wire* w = wire(c);
    if (w == nullptr) return;
    closed_code = code;
    closed_reason = std::string(reason);
    w->other->events.push_back(
        net::ConnectionClosed{w->there, net::CloseCause::peer, code, std::string(reason)});
    events.push_back(net::ConnectionClosed{c, net::CloseCause::local, code, std::string(reason)});
    w->other->wires.erase(w->there);
    wires.erase(c);
  }
  // As if the network had gone.
  void cut(net::ConnectionId c) {
    Wire* w = wire(c);
    if (w == nullptr) return;
    w->other->events.push_back(net::ConnectionClosed{w->there, net::CloseCause::gone, 0, "gone"});
    events.push_back(net::ConnectionClosed{c, net::CloseCause::gone, 0, "gone"});
    w->other->wires.erase(w->there);
    wires.erase(c);
  }

  Wire* wire(net::ConnectionId c) {
    const auto at = wires.find(c);
    return at == wires.end() ? nullptr : &at->second;
  }

  crypto::TransportKey key;
  std::unique_ptr<net::SyncCore> core;
  std::map<net::ConnectionId, Wire> wires;
  std::deque<net::Event> events;
  std::vector<net::SyncEvent> seen;
  std::size_t capacity = 64 * 1024;
  std::uint64_t bytes_written = 0;
  std::size_t streams_opened = 0;
  std::uint64_t closed_code = 0;
  std::string closed_reason;
  // Sees, and may change, what is written.
  std::function<void(net::StreamId, Bytes&)> tap;
  std::uint64_t connections = 0;

  template <class E>
  const E* last() const {
    for (auto e = seen.rbegin(); e != seen.rend(); ++e)
      if (const E* found = std::get_if<E>(&*e)) return found;
    return nullptr;
  }
  template <class E>
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(seen, [](const auto& e) { return std::holds_alternative<E>(e); }));
  }
  bool agreed() const {
    const auto* s = last<net::SyncSettled>();
    return s != nullptr && s->agreed;
  }
};

// A connection from a to b; its id at a.
inline net::ConnectionId connect(LoopEnd& a, LoopEnd& b) {
  const net::ConnectionId ca{++a.connections};
  const net::ConnectionId cb{++b.connections};
  a.wires[ca] = {&b, cb, true, 0, {}, {}};
  b.wires[cb] = {&a, ca, false, 0, {}, {}};
  static std::uint64_t handshakes = 0;
  net::HandshakeHash h{};
  ++handshakes;
  std::memcpy(h.data(), &handshakes, sizeof handshakes);
  a.events.push_back(net::Connected{ca, b.key, h, true, {}});
  b.events.push_back(net::Connected{cb, a.key, h, false, {}});
  return ca;
}

// Lets the ends talk until nobody has anything to say, at most `steps` events; false if they would
// go on.
inline bool run(const std::vector<LoopEnd*>& ends, std::size_t steps = 200'000) {
  const Time now{std::chrono::seconds(1)};
  bool any = true;
  while (any) {
    any = false;
    for (LoopEnd* end : ends) {
      if (!end->events.empty()) {
        if (steps-- == 0) return false;
        const net::Event e = end->events.front();
        end->events.pop_front();
        end->core->handle(now, e);
        any = true;
      }
      any = end->core->work(now) || any;
      while (auto e = end->core->poll_event()) end->seen.push_back(std::move(*e));
    }
    for (const LoopEnd* end : ends) any = any || !end->events.empty();
  }
  return true;
}

}  // namespace hn::testing
