#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  // Has it called by run(); from any thread, while the driver lives.
  void post(std::function<void()> call);

  // Binds the port; both IPv4 and IPv6 where the machine has it. Answers the port. Failure
  // unreachable where it is taken.
  std::uint16_t listen(const HostPort& at);
  // Datagrams framed by a 2-byte length on standard input and output ...
  void use_standard_streams();
  // ... or on those of a command, run by /bin/sh.
  void use_command(const std::string& command);

  // One try to send what the node has to say, after run().
  void send_what_is_due();

  // What else goes on beside the wire. Each returns what keeps it going; the callbacks come from
  // run(), on its thread.
  using Kept = std::shared_ptr<void>;
  // Calls `ready` whenever the descriptor can be read, which `ready` does.
  Kept when_readable(int descriptor, std::function<void()> ready);
  // Answers questions at a socket of the file system (local.hpp), a line each; `reply` is called
  // once, at any time.
  using Reply = std::function<void(std::string answer)>;
  Kept answer_at(const std::string& path,
                 std::function<void(std::string_view question, Reply reply)> answer);
  // Datagrams of the local network (lan.hpp); say_on_lan() does nothing before.
  Kept hear_lan(std::function<void(ByteView datagram, const net::PeerAddress& from)> heard);
  void say_on_lan(ByteView datagram);

  // Asks the system's resolver without waiting; nothing found is an empty list.
  void resolve(const HostPort& target,
               std::function<void(std::vector<net::PeerAddress> addresses)> found);

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
