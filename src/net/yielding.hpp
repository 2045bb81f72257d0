#pragma once

#include <algorithm>
#include <optional>

#include "net/congestion.hpp"

namespace hn::net {

// The rate of a sender that gives way to all others on its path.
//
// As LEDBAT (RFC 6817) and LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus) it takes what is left and
// steps back where the queue grows, before anything is lost. They hold a queue of 60 ms; beside a
// flow that keeps the queue short, as ours do, they would take all. Here a queue of a sixth of the
// round trip is too much already (less would be the delay of ACKs): the rate falls at once, and
// halves where the queue does not drain and much less is delivered than once was, as it would not
// if the queue were ours. It grows by a hundredth a round trip, doubling that after each eight in
// which no queue was seen: others probe the path that often, so that it stays small beside them and
// finds an idle path again soon.
class Yielding {
 public:
  void begin(double rate) noexcept { rate_ = rate; }
  // Bytes a second.
  double rate() const noexcept { return rate_; }
  void on_ack(const AckSample& s, Duration round_trip_min, double datagram_bytes) noexcept;

 private:
  void step_back(Time now, Duration round_trip, double delivered) noexcept;
  void grow(Time now, Duration round_trip) noexcept;

  double rate_ = 0;
  double peak_ = 0;  // the most that was delivered
  double growth_ = kFirstGrowth;
  int clean_rounds_ = 0;
  Duration before_{};           // round trip of the sample before
  Time round_{};                // when this round trip began
  std::optional<Time> backed_;  // when it last stepped back

  static constexpr double kFirstGrowth = 1.0;
  static constexpr double kLeastGrowth = 0.01;
  static constexpr double kMostGrowth = 0.16;
  static constexpr double kOwnQueue = 0.85;
  static constexpr double kOthersQueue = 0.5;
  static constexpr int kProbePeriod = 8;
};

}  // namespace hn::net
