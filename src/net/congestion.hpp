#pragma once

#include <cstdint>
#include <memory>

#include "hn/base/random.hpp"
#include "hn/base/time.hpp"

namespace hn::net {

// What one ACK showed.
struct AckSample {
  Time now;
  double delivery_rate = 0;          // bytes per second; 0 where the interval was too short to say
  bool application_limited = false;  // the sender had nothing more to send: the path may carry more
  Duration round_trip_latest{};
  Duration round_trip_smoothed{};
  Duration round_trip_variation{};
  std::uint64_t delivered = 0;          // in all, bytes
  std::uint64_t delivered_at_send = 0;  // of the newest packet acknowledged, when it left
  std::size_t in_flight = 0;            // bytes, after this ACK
};

// Decides how fast and how much. One per path. It may compute with floating point: two devices need
// not agree on it. A packet's fate is told once (and `revived` where it was lost too hastily).
class CongestionController {
 public:
  virtual ~CongestionController() = default;

  // The tag goes with the packet and comes back with its fate.
  virtual std::uint32_t on_sent(Time now, std::size_t bytes) = 0;
  virtual void on_delivered(std::uint32_t tag, std::size_t bytes) = 0;
  virtual void on_lost(Time now, std::uint32_t tag, std::size_t bytes) = 0;
  virtual void on_revived(std::uint32_t tag, std::size_t bytes) = 0;
  virtual void on_ack(const AckSample& sample) = 0;
  virtual void set_background(bool background) = 0;

  virtual double pacing_rate() const = 0;           // bytes per second
  virtual std::size_t in_flight_limit() const = 0;  // bytes
  virtual double bandwidth() const = 0;             // bytes per second that the path delivers
  virtual double ambient_loss() const = 0;          // share
};

std::unique_ptr<CongestionController> make_congestion_controller(Random& random,
                                                                 Duration round_trip,
                                                                 std::size_t datagram_bytes);

}  // namespace hn::net
