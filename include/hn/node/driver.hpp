#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hn/net/sync_node.hpp"
#include "hn/node/address.hpp"
#include "hn/repo/world.hpp"

namespace hn::node {

// Runs one SyncNode on this thread: a UDP socket or a pipe below it, the clock and the timers round
// it. Ends cleanly on SIGINT and SIGTERM.
class Driver {
 public:
  // The transport key of this user and machine.
  explicit Driver(const repo::World& world);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  net::SyncNode& node() noexcept;
  Time now() const;
  // For a host that has verdicts; from any thread, while the driver lives.
  std::function<void()> waker(net::SyncHost& host);

  // Binds the port; both IPv4 and IPv6 where the machine has it. Answers the port. Failure
  // unreachable where it is taken.
  std::uint16_t listen(const HostPort& at);
  // Datagrams framed by a 2-byte length on standard input and output ...
  void use_standard_streams();
  // ... or on those of a command, run by /bin/sh.
  void use_command(const std::string& command);

  // Runs until `done` answers true (asked after each event and at each tick), a signal comes, or
  // the pipe ends. `on_event` gets what the node tells; `on_tick` is called about every `tick`.
  enum class End { done, signal, pipe_closed };
  End run(const std::function<bool()>& done,
          const std::function<void(const net::SyncEvent&)>& on_event, Duration tick,
          const std::function<void()>& on_tick);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hn::node
