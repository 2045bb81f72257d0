#pragma once

#include "sim/simulator.hpp"

namespace hn::sim {

// The byte of a test stream at an offset: wrong order or place shows at once.
inline Byte pattern(std::uint64_t offset, std::uint64_t salt) {
  return static_cast<Byte>((offset * 2654435761U + (offset >> 13) + salt * 97) >> 8);
}

// Two hosts, one connection from a to b, and streams that a fills and b checks.
struct Pair {
  explicit Pair(std::uint64_t seed, const Path& p = wan(), net::EndpointConfig config = {},
                bool know_key = true)
      : sim(seed_of_run(seed)), a(sim, config), b(sim, config) {
    sim.link(a.host(), b.host(), p);
    a.on_event = [this](const net::Event& e) { on_a(e); };
    b.on_event = [this](const net::Event& e) { on_b(e); };
    connect(know_key);
  }

  void connect(bool know_key = true) {
    std::optional<crypto::TransportKey> key;
    if (know_key) key = b.endpoint().public_key();
    from_a = a.endpoint().connect(sim.now(), b.address(), key);
    closed_a = false;
    connected_a.reset();
    a.kick();
  }

  // a sends `bytes` on a new stream; b checks them as they come.
  net::StreamId send(std::uint64_t bytes) {
    const auto s = a.endpoint().open_stream(from_a);
    HN_ASSERT(s.has_value());
    outgoing[s->value] = {0, bytes};
    fill(s->value);
    a.kick();
    return *s;
  }

  void fill(std::uint64_t stream) {
    auto& o = outgoing.at(stream);
    Bytes chunk;
    while (o.first < o.second) {
      const std::uint64_t n = std::min<std::uint64_t>(o.second - o.first, 64 * 1024);
      chunk.resize(static_cast<std::size_t>(n));
      for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = pattern(o.first + i, stream);
      const std::size_t taken = a.endpoint().write(from_a, {stream}, chunk);
      o.first += taken;
      if (taken < chunk.size()) return;
    }
    a.endpoint().finish(from_a, {stream});
  }

  void on_a(const net::Event& e) {
    if (const auto* c = std::get_if<net::Connected>(&e)) connected_a = *c;
    if (const auto* w = std::get_if<net::StreamWritable>(&e)) fill(w->stream.value);
    if (const auto* r = std::get_if<net::StreamReadable>(&e)) {
      Byte none[1];
      a.endpoint().read(r->connection, r->stream, none);
    }
    if (std::holds_alternative<net::StreamDelivered>(e)) ++delivered;
    if (const auto* c = std::get_if<net::ConnectionClosed>(&e)) {
      closed_a = true;
      cause_a = c->cause;
      reason_a = c->reason;
    }
    if (std::holds_alternative<net::PeerMoved>(e)) ++moves;
  }

  void on_b(const net::Event& e) {
    if (const auto* c = std::get_if<net::Connected>(&e)) connected_b = *c;
    if (const auto* r = std::get_if<net::StreamReadable>(&e)) drain(r->connection, r->stream);
    if (const auto* c = std::get_if<net::ConnectionClosed>(&e)) {
      closed_b = true;
      cause_b = c->cause;
    }
    if (std::holds_alternative<net::PeerMoved>(e)) ++moves;
  }

  void drain(net::ConnectionId c, net::StreamId s) {
    if (paused) return;
    Byte buffer[16384];
    for (;;) {
      const auto r = b.endpoint().read(c, s, buffer);
      std::uint64_t& at = incoming[s.value];
      for (std::size_t i = 0; i < r.bytes; ++i)
        wrong += buffer[i] != pattern(at + i, s.value) ? 1U : 0U;
      at += r.bytes;
      received += r.bytes;
      if (r.end) {
        ++ended;
        b.endpoint().finish(c, s);  // nothing to say in return: that is what ends the stream
      }
      if (r.end || r.bytes == 0) return;
    }
  }

  Simulator sim;
  EndpointHost a;
  EndpointHost b;
  net::ConnectionId from_a;
  std::optional<net::Connected> connected_a, connected_b;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> outgoing;
  std::map<std::uint64_t, std::uint64_t> incoming;
  std::uint64_t received = 0, wrong = 0, ended = 0, delivered = 0, moves = 0;
  bool paused = false, closed_a = false, closed_b = false;
  net::CloseCause cause_a{}, cause_b{};
  std::string reason_a;
};

}  // namespace hn::sim
