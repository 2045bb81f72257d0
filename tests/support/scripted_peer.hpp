#pragma once

#include "support/loop_port.hpp"
#include "support/memory_sync_host.hpp"

namespace hn::testing {

// A peer that says what a test wants it to say. It knows the repository's id, unless given another.
class ScriptedPeer {
 public:
  ScriptedPeer(std::string name, LoopEnd& to, const log::EntryId& repository)
      : end(name), name_(std::move(name)), to_(to) {
    line = connect(end, to);
    binding.repository = repository;
    binding.handshake = std::get<net::Connected>(end.events.back()).handshake_hash;
    control = *end.open_stream(line);
    binding.control = control;
  }

  void write(net::StreamId stream, ByteView message) {
    Bytes framed;
    net::append_message(framed, message);
    end.write(line, stream, framed);
    run({&to_});
  }
  void open() {
    write(control, net::encode(net::OpenMessage{net::kSyncVersion,
                                                net::handle_of(binding, net::Role::caller)}));
  }
  void say(ByteView message) {
    net::SealedMessage m;
    m.sealed.resize(message.size() + crypto::kTagBytes);
    crypto::seal(net::sealing_key(binding, net::Role::caller), said_++, {}, message, m.sealed);
    write(control, net::encode(m));
  }
  net::HelloMessage hello() const {
    const crypto::SigningKey key = key_of(name_);
    net::HelloMessage m;
    m.device = key.public_key();
    m.signature =
        key.sign(net::kHelloPurpose, net::hello_statement(binding, net::Role::caller, end.key));
    m.label = name_;
    return m;
  }
  void greet() {
    open();
    say(net::encode(hello()));
  }
  void ask(const net::Request& request) {
    const net::StreamId stream = *end.open_stream(line);
    last_request = stream;
    write(stream, net::encode(request));
    end.finish(line, stream);
    run({&to_});
  }
  // Everything that came on a stream so far.
  Bytes heard(net::StreamId stream) {
    auto* wire = end.wire(line);
    return wire == nullptr ? Bytes{} : wire->in[stream.value].bytes;
  }
  bool closed() { return end.wire(line) == nullptr; }

  LoopEnd end;
  net::ConnectionId line;
  net::StreamId control;
  net::StreamId last_request;
  net::SessionBinding binding;

 private:
  std::string name_;
  LoopEnd& to_;
  std::uint64_t said_ = 0;
};

}  // namespace hn::testing
