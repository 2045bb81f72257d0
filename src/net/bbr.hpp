#pragma once

#include <deque>
#include <optional>

#include "net/congestion.hpp"
#include "net/yielding.hpp"

namespace hn::net {

// BBRv1-L: BBR (Cardwell et al., ACM Queue 14(5), 2016) with compensation of ambient loss.
//
// BBR estimates what the path delivers and paces at that. Where a share p of the packets is lost
// whatever the rate, that yields (1-p) of the link, and its filter no longer holds above p = 20 %.
// Here the pacing rate is gain · bandwidth / (1 - p). The danger is to take one's own overload for
// ambient loss and to raise the rate for it. Therefore p is sampled only in the phase of each cycle
// that sends at 0.75, and only while the path is *elastic*: what cruising sends over what that
// phase sends arrives in the same proportion as the rest. Where it does not, the loss is ours and p
// decays. Without that test the flow sends at 1.4 times the link's rate and starves all others.
//
// Differences from the paper: PROBE_RTT goes to half the bandwidth-delay product; cruising runs at
// 0.94 where loss makes head room cheap, and yields by up to 0.25 to a standing queue.
class Bbr final : public CongestionController {
 public:
  Bbr(Random& random, Duration round_trip, std::size_t datagram_bytes);

  std::uint32_t on_sent(Time now, std::size_t bytes) override;
  void on_delivered(std::uint32_t tag, std::size_t bytes) override;
  void on_lost(Time now, std::uint32_t tag, std::size_t bytes) override;
  void on_revived(std::uint32_t tag, std::size_t bytes) override;
  void on_ack(const AckSample& sample) override;
  void set_background(bool background) override;

  double pacing_rate() const override;
  std::size_t in_flight_limit() const override;
  double bandwidth() const override { return bandwidth_; }
  double ambient_loss() const override { return ambient_loss_; }

 private:
  enum class Mode { startup, drain, probe_bandwidth, probe_round_trip };
  // What was sent in one part of a cycle, and its fate.
  struct Phase {
    enum class Kind { up, down, cruise, other };
    std::uint32_t tag = 0;
    Kind kind = Kind::other;
    double sent = 0;
    double delivered = 0;
    double lost = 0;
    Time begin{};
    Time end{};
    bool closed = false;
    bool limited = false;  // the application had too little to send: says nothing
    double seconds() const noexcept { return std::chrono::duration<double>(end - begin).count(); }
    bool settled() const noexcept { return closed && delivered + lost >= sent; }
  };

  void update_bandwidth(const AckSample& s);
  void update_round_trip(const AckSample& s);
  void check_full_pipe(const AckSample& s);
  void advance_mode(const AckSample& s);
  void enter_probe_bandwidth(Time now);
  void next_gain(Time now);
  void begin_phase(Time now, Phase::Kind kind);
  Phase* find(std::uint32_t tag) noexcept;
  void judge_phases();
  void judge(const Phase& down, const Phase& cruise);
  Duration gain_duration() const noexcept;
  double cruise_gain() const noexcept;
  double gain() const noexcept;
  double product() const noexcept;  // bandwidth × round trip, bytes

  Random& random_;
  double datagram_bytes_;
  Mode mode_ = Mode::startup;

  double bandwidth_ = 0;
  struct RoundMax {
    std::uint64_t round;
    double rate;
  };
  std::deque<RoundMax> filter_;  // falling rates of rising rounds
  std::uint64_t round_ = 0;
  std::uint64_t round_end_ = 0;  // delivered bytes at which the round ends
  bool round_started_ = false;

  Duration round_trip_min_;
  bool round_trip_known_ = false;
  Time round_trip_min_time_{};
  double queue_ratio_ = 1;

  double full_bandwidth_ = 0;
  int full_rounds_ = 0;

  int cycle_ = 0;
  Time gain_begin_{};

  std::optional<Time> probe_until_;
  bool background_ = false;
  Yielding yielding_;  // how fast, where it is

  std::deque<Phase> phases_;
  std::uint32_t next_tag_ = 0;
  double ambient_loss_ = 0;
  double elasticity_ = 1;
  int loss_samples_ = 0;
};

}  // namespace hn::net
