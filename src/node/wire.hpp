#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <asio/io_context.hpp>

#include "hn/net/address.hpp"
#include "hn/node/address.hpp"

namespace hn::node {

// What carries datagrams. Calls back on the io_context's thread.
class Wire {
 public:
  struct Callbacks {
    std::function<void(const net::PeerAddress& from, ByteView datagram)> received;
    std::function<void()> drained;   // after one or more of them: nothing more waits
    std::function<void()> writable;  // after send() did not take everything
    std::function<void()> closed;    // a pipe's other end is gone
  };
  virtual ~Wire() = default;
  virtual void start(Callbacks callbacks) = 0;
  // Takes datagrams from the first on and answers how many: fewer than all where it would block.
  virtual std::size_t send(std::span<const net::Datagram> datagrams) = 0;
  // All that was taken has left the process; until then writable() will be called.
  virtual bool idle() const { return true; }
};

struct BoundWire {
  std::unique_ptr<Wire> wire;
  std::uint16_t port = 0;
};
BoundWire udp_wire(asio::io_context& context, const HostPort& at);

// Two descriptors of a byte stream; owned from here on.
std::unique_ptr<Wire> pipe_wire(asio::io_context& context, int read_fd, int write_fd);

// Runs a command with pipes for its standard input and output. The process is waited for when the
// wire goes.
std::unique_ptr<Wire> command_wire(asio::io_context& context, const std::string& command);

}  // namespace hn::node
