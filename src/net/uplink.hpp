#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "hn/base/time.hpp"
#include "hn/net/endpoint.hpp"

namespace hn::net {

// What leaves the host is in one queue, whichever connection sends it. Each connection alone takes
// the time its packets wait there for loss, and then a slow uplink carries little but repeats.
//
// All packets of an endpoint that ask for an answer, hellos among them, are therefore counted in
// the order in which they leave. As long as what left earlier is answered late, and nothing that
// left later is answered at all, a packet is taken to wait in the queue (what TCP's RACK knows of
// one connection, known of all of them). And where all answers are late, whoever they come from,
// the connections together have no more in flight than the uplink delivers in a moment.
class Uplink {
 public:
  // A packet leaves; its place in the order.
  std::uint64_t sent() noexcept { return ++sent_; }
  std::uint64_t hello_sent(Time now);

  // The newest packet of an ACK, and the least that its connection ever took; or a hello.
  void answered(Time now, std::uint64_t connection, std::uint64_t order, Duration took,
                Duration least) noexcept;
  void hello_answered(Time now, std::uint64_t order, std::optional<Duration> took) noexcept;
  void delivered(Time now, std::size_t bytes) noexcept;
  std::uint64_t delivered() const noexcept { return delivered_; }  // bytes in all

  // What may still wait in the queue is waited for from this time on.
  // `known`: its connection has measured a round trip; else any answer is taken for a late one.
  std::optional<Time> moved(std::uint64_t order, bool known) const noexcept;
  // How long the last answer took.
  Duration took() const noexcept { return took_; }

  // A few hellos wait for their answers at a time; who came first goes first.
  bool takes_hello(Time now, std::size_t in_flight) noexcept;
  // When it does, whatever comes.
  std::optional<Time> hello_at() const noexcept;

  // Does a queue stand that all connections share?
  bool crowded(Time now) const noexcept {
    return crowded_ && now - *crowded_ < kCrowdedFor + kWidening;
  }
  bool takes(Time now, std::size_t in_flight) const noexcept;
  // Known where a queue stood lately: its rate is measured since that began, and what it delivered
  // while there was less to send says nothing.
  std::optional<NarrowUplink> narrow(Time now) const noexcept;

 private:
  static constexpr Duration kCrowdedFor = std::chrono::seconds(4);
  static constexpr Duration kWidening = std::chrono::seconds(12);
  struct Hello {
    std::uint64_t order;
    Time sent;
  };
  struct Late {
    std::uint64_t connection;
    Time time;
    Duration least;
  };
  void note_late(const Late& late);
  void newest(Time now, std::uint64_t order, std::optional<Duration> took) noexcept;
  Time expiry(const Hello& hello) const noexcept;
  double rate() const noexcept;

  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;  // the newest
  std::optional<Time> answer_;  // the last one, of anything
  Duration took_{};
  std::optional<Time> moved_;  // the last one that was late

  std::deque<Hello> hellos_;
  std::size_t hellos_max_ = 10;
  std::optional<Duration> hello_least_;
  Duration patience_ = std::chrono::milliseconds(500);

  std::vector<Late> late_;       // of connections, since one was answered soon
  Duration least_{};             // of all that were late
  std::optional<Time> crowded_;  // when that was last seen
  double narrow_ = 0;            // the most that was delivered since it began, bytes a second
  Time long_window_{};
  std::uint64_t long_delivered_ = 0;
  std::uint64_t delivered_ = 0;
  std::deque<double> rates_;  // delivered, bytes a second
  Time window_{};
  std::size_t window_bytes_ = 0;
};

}  // namespace hn::net
