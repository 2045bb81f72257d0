#pragma once

#include <algorithm>
#include <deque>
#include <optional>

#include "hn/base/result.hpp"
#include "net/congestion.hpp"
#include "net/frame.hpp"
#include "net/rtt.hpp"
#include "net/sent.hpp"

namespace hn::net {

// Who is told of the fate of a packet's content.
class SentObserver {
 public:
  virtual ~SentObserver() = default;
  virtual void packet_acked(const SentPacket& packet) = 0;
  virtual void packet_lost(const SentPacket& packet) = 0;
  // Content of a packet not given up is to be sent once more.
  virtual void packet_requeued(const SentPacket& packet) = 0;
};

// Which packets are in flight, which arrived, which are lost (RFC 9002, section 6, with a packet
// threshold that grows where reordering proves it too small, and a gentler backoff: plain doubling
// is ruinous where a fifth of the packets is lost).
class Recovery {
 public:
  explicit Recovery(SentObserver& observer) : observer_(observer) {}

  std::uint64_t next_number() const noexcept { return base_ + packets_.size(); }
  // The record to fill while the packet is built; it counts once sent() is called.
  SentPacket& draft();
  void sent(Time now, CongestionController& congestion);

  // Error (protocol) for an ACK of what was never sent.
  Result<void> on_ack(Time now, const AckFrame& ack, CongestionController& congestion);
  // Something is overdue: declares losses, or asks for probes.
  void on_timeout(Time now, CongestionController& congestion);
  std::optional<Time> next_timeout() const;

  // What is in flight may have left the host no earlier than this.
  void left_after(Time t) noexcept { left_after_ = std::max(left_after_, t); }
  Time left_after() const noexcept { return left_after_; }

  // Requeues content of the oldest packets in flight, at most `packets` of them.
  std::size_t requeue_oldest(std::size_t packets);

  std::size_t in_flight() const noexcept { return in_flight_; }
  std::size_t packets_in_flight() const noexcept { return packets_in_flight_; }
  // Probes that may go out regardless of congestion control.
  int probes_due() const noexcept { return probes_due_; }
  void probe_sent() noexcept { probes_due_ = probes_due_ > 0 ? probes_due_ - 1 : 0; }
  void cancel_probes() noexcept { probes_due_ = 0; }
  int timeouts_in_row() const noexcept { return timeouts_in_row_; }

  // The sender has nothing to send: samples of what is now in flight say little about the path.
  void application_limited() noexcept {
    limited_until_ = delivered_ + std::max<std::size_t>(in_flight_, 1);
  }
  std::optional<Time> last_eliciting_sent() const noexcept { return last_eliciting_; }
  std::uint64_t packets_acked() const noexcept { return packets_acked_; }
  std::uint64_t packets_lost() const noexcept { return packets_lost_; }
  std::uint64_t packets_sent() const noexcept { return packets_sent_; }
  std::size_t memory() const noexcept { return packets_.size() * sizeof(SentPacket); }
  // The packet size above which every packet was lost for a while, and how many in a row.
  std::size_t large_lost_in_row() const noexcept { return large_lost_in_row_; }
  void forget_large_losses() noexcept { large_lost_in_row_ = 0; }

  RoundTrip round_trip;

 private:
  struct Progress {
    std::optional<SentPacket> newest;  // of those acknowledged now
    std::size_t bytes = 0;
    bool largest_is_new = false;
  };
  void acked(SentPacket& p, std::uint64_t largest, Time now, CongestionController& congestion,
             Progress& progress);
  void detect_losses(Time now, CongestionController& congestion);
  void lose(SentPacket& p, Time now, CongestionController& congestion);
  void sample_rate(Time now, const Progress& progress, CongestionController& congestion);
  void forget_settled(Time now);
  Duration loss_delay() const noexcept;
  Duration probe_timeout() const noexcept;

  SentObserver& observer_;
  std::deque<SentPacket> packets_;  // packet base_ + i at i
  std::uint64_t base_ = 0;
  std::uint64_t first_open_ = 0;  // no packet below is in flight
  std::optional<SentPacket> draft_;
  std::size_t in_flight_ = 0;
  std::size_t packets_in_flight_ = 0;
  std::optional<std::uint64_t> largest_acked_;
  std::uint64_t packet_threshold_ = 3;
  std::optional<Time> loss_time_;
  std::optional<Time> last_eliciting_;
  std::optional<Time> last_progress_;
  Time left_after_{};
  int timeouts_in_row_ = 0;
  int probes_due_ = 0;
  std::uint64_t packets_acked_ = 0;
  std::uint64_t packets_lost_ = 0;
  std::uint64_t packets_sent_ = 0;
  std::size_t large_lost_in_row_ = 0;

  std::uint64_t delivered_ = 0;
  Time delivered_time_{};
  Time first_sent_time_{};
  std::uint64_t limited_until_ = 0;
};

}  // namespace hn::net
