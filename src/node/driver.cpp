#include "hn/node/driver.hpp"

#include <unistd.h>
#include <array>
#include <csignal>
#include <span>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "hn/repo/identity.hpp"
#include "node/endpoint_address.hpp"
#include "node/lan.hpp"
#include "node/local_socket.hpp"
#include "node/wire.hpp"

namespace hn::node {
namespace {

// A descriptor that is looked at until the last owner lets go.
struct Watched : std::enable_shared_from_this<Watched> {
  Watched(asio::io_context& context, int file, std::function<void()> r)
      : descriptor(context, dup(file)), ready(std::move(r)) {}

  void wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [weak = weak_from_this()](const asio::error_code& error) {
                            const auto self = weak.lock();
                            if (error || !self) return;
                            self->ready();
                            self->wait();
                          });
  }

  asio::posix::stream_descriptor descriptor;
  std::function<void()> ready;
};

}  // namespace

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
        // What was said last still has to leave: a goodbye is worth one try.
        transmit();
        if (!leaves_at) leaves_at = now() + kLeave;
        if (!wire->idle() && now() < *leaves_at) break;
        ended = End::done;
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
  static constexpr Duration kLeave = std::chrono::seconds(1);
  static constexpr std::size_t kBatch = 64;  // datagrams given to the wire in one call

  repo::World world;
  asio::io_context context{1};
  net::SyncNode node;
  std::unique_ptr<Wire> wire;
  asio::steady_timer timer;
  asio::steady_timer ticker;
  asio::signal_set signals;
  std::weak_ptr<Lan> lan;
  std::array<net::Datagram, kBatch> datagrams;
  std::size_t polled = 0;
  std::size_t taken = 0;  // of those, by the wire
  bool blocked = false;
  bool pumping = false;
  unsigned turns = 0;
  End ended = End::done;
  const std::function<bool()>* done = nullptr;
  std::optional<Time> leaves_at;  // done, and a pipe that is slow to take the last of it
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

void Driver::post(std::function<void()> call) {
  asio::post(state_->context, [state = state_.get(), call = std::move(call)] {
    call();
    state->pump();
  });
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

void Driver::send_what_is_due() {
  state_->transmit();
}

Driver::Kept Driver::when_readable(int descriptor, std::function<void()> ready) {
  const auto watched = std::make_shared<Watched>(state_->context, descriptor,
                                                 [state = state_.get(), ready = std::move(ready)] {
                                                   ready();
                                                   state->pump();
                                                 });
  watched->wait();
  return watched;
}

Driver::Kept Driver::answer_at(const std::string& path,
                               std::function<void(std::string_view question, Reply reply)> answer) {
  return std::make_shared<LocalSocket>(
      state_->context, path,
      [state = state_.get(), answer = std::move(answer)](std::string_view question, Reply reply) {
        answer(question, std::move(reply));
        state->pump();
      });
}

Driver::Kept Driver::hear_lan(
    std::function<void(ByteView datagram, const net::PeerAddress& from)> heard) {
  const auto lan =
      std::make_shared<Lan>(state_->context, [state = state_.get(), heard = std::move(heard)](
                                                 ByteView datagram, const net::PeerAddress& from) {
        heard(datagram, from);
        state->pump();
      });
  state_->lan = lan;
  return lan;
}

void Driver::say_on_lan(ByteView datagram) {
  const auto lan = state_->lan.lock();
  if (!lan) return;
  lan->join();
  lan->say(datagram);
}

void Driver::resolve(const HostPort& target,
                     std::function<void(std::vector<net::PeerAddress> addresses)> found) {
  const auto resolver = std::make_shared<asio::ip::udp::resolver>(state_->context);
  resolver->async_resolve(
      target.host, std::to_string(target.port),
      [resolver, state = state_.get(), found = std::move(found)](
          const asio::error_code& error, const asio::ip::udp::resolver::results_type& results) {
        std::vector<net::PeerAddress> out;
        if (!error) {
          for (const auto& entry : results) out.push_back(pack(entry.endpoint()));
        }
        found(std::move(out));
        state->pump();
      });
}

Driver::End Driver::run(const std::function<bool()>& done,
                        const std::function<void(const net::SyncEvent&)>& on_event, Duration tick,
                        const std::function<void()>& on_tick) {
  State& s = *state_;
  s.done = &done;
  s.leaves_at.reset();
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
                   // What came with the end is still to be heard.
                   s.pump();
                   if (s.context.stopped()) return;
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
