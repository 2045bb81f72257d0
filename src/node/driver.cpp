#include "hn/node/driver.hpp"

#include <unistd.h>
#include <array>
#include <csignal>
#include <span>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "hn/repo/identity.hpp"
#include "node/wire.hpp"

namespace hn::node {

struct Driver::State {
  explicit State(const repo::World& w)
      : world(w),
        node(repo::transport_key(w), w.random),
        timer(context),
        ticker(context),
        signals(context) {}

  void pump() {
    if (pumping) return;
    pumping = true;
    for (;;) {
      while (auto event = node.poll_event()) (*on_event)(*event);
      if ((*done)()) {
        ended = End::done;
        // What was said last still has to leave: a goodbye is worth one try.
        transmit();
        context.stop();
        break;
      }
      transmit();
      if (!arm()) break;
    }
    pumping = false;
  }

  void transmit() {
    while (!blocked) {
      while (polled < kBatch && node.poll_transmit(now(), datagrams[polled])) ++polled;
      if (polled == taken) return;
      taken += wire->send(std::span(datagrams).subspan(taken, polled - taken));
      blocked = taken < polled;
      if (!blocked) polled = taken = 0;
    }
  }

  // Sets the timer; true where the node wants to be called at once.
  bool arm() {
    const auto next = node.next_timeout();
    if (!next) {
      timer.cancel();
      return false;
    }
    const Duration wait = *next - now();
    if (wait <= Duration::zero() && !blocked) {
      // A turn of the loop first, so that datagrams that came are not kept waiting.
      if (++turns % kTurns != 0) {
        node.handle_timeout(now());
        return true;
      }
    }
    timer.expires_after(std::max(wait, Duration::zero()));
    timer.async_wait([this](const asio::error_code& error) {
      if (error) return;
      node.handle_timeout(now());
      pump();
    });
    return false;
  }

  void tick(Duration every, const std::function<void()>& on_tick) {
    ticker.expires_after(every);
    ticker.async_wait([this, every, &on_tick](const asio::error_code& error) {
      if (error) return;
      on_tick();
      pump();
      tick(every, on_tick);
    });
  }

  Time now() const { return world.clock.now(); }

  static constexpr unsigned kTurns = 16;
  static constexpr std::size_t kBatch = 64;  // datagrams given to the wire in one call

  repo::World world;
  asio::io_context context{1};
  net::SyncNode node;
  std::unique_ptr<Wire> wire;
  asio::steady_timer timer;
  asio::steady_timer ticker;
  asio::signal_set signals;
  std::array<net::Datagram, kBatch> datagrams;
  std::size_t polled = 0;
  std::size_t taken = 0;  // of those, by the wire
  bool blocked = false;
  bool pumping = false;
  unsigned turns = 0;
  End ended = End::done;
  const std::function<bool()>* done = nullptr;
  const std::function<void(const net::SyncEvent&)>* on_event = nullptr;
};

Driver::Driver(const repo::World& world) : state_(std::make_unique<State>(world)) {}
Driver::~Driver() = default;

net::SyncNode& Driver::node() noexcept {
  return state_->node;
}
Time Driver::now() const {
  return state_->now();
}

std::function<void()> Driver::waker(net::SyncHost& host) {
  return [state = state_.get(), &host] {
    asio::post(state->context, [state, &host] {
      state->node.host_judged(state->now(), host);
      state->pump();
    });
  };
}

std::uint16_t Driver::listen(const HostPort& at) {
  BoundWire bound = udp_wire(state_->context, at);
  state_->wire = std::move(bound.wire);
  return bound.port;
}

void Driver::use_standard_streams() {
  state_->wire = pipe_wire(state_->context, dup(STDIN_FILENO), dup(STDOUT_FILENO));
}

void Driver::use_command(const std::string& command) {
  state_->wire = command_wire(state_->context, command);
}

Driver::End Driver::run(const std::function<bool()>& done,
                        const std::function<void(const net::SyncEvent&)>& on_event, Duration tick,
                        const std::function<void()>& on_tick) {
  State& s = *state_;
  s.done = &done;
  s.on_event = &on_event;
  s.ended = End::done;
  // A pipe whose other end is gone is an error to handle, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  for (const int signal : {SIGINT, SIGTERM}) s.signals.add(signal);
  s.signals.async_wait([&s](const asio::error_code& error, int) {
    if (error) return;
    s.ended = End::signal;
    s.context.stop();
  });
  s.wire->start({[&s](const net::PeerAddress& from, ByteView bytes) {
                   s.node.handle_datagram(s.now(), from, bytes);
                 },
                 [&s] { s.pump(); },
                 [&s] {
                   s.blocked = false;
                   s.pump();
                 },
                 [&s] {
                   s.ended = End::pipe_closed;
                   s.context.stop();
                 }});
  s.tick(tick, on_tick);
  s.context.restart();
  s.pump();
  if (!s.context.stopped()) s.context.run();
  return s.ended;
}

}  // namespace hn::node
