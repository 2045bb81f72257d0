#pragma once

#include <algorithm>
#include <optional>

#include "hn/base/result.hpp"
#include "hn/base/time.hpp"
#include "net/ranges.hpp"
#include "net/ring.hpp"

// The two halves of a stream. Neither knows packets: they speak of offsets.
namespace hn::net {

// A receive window doubles where half of it was read within so many round trips. Lost bytes hold up
// those behind them for one to three round trips; the window must not be what limits a lossy path.
inline constexpr int kBusyRoundTrips = 4;

// What was written and is not yet acknowledged.
class SendHalf {
 public:
  struct Chunk {
    std::uint64_t offset = 0;
    std::size_t length = 0;
    bool end = false;
    bool again = false;  // a retransmission
  };

  // Takes what keeps the unacknowledged bytes within `limit`.
  std::size_t write(ByteView bytes, std::size_t limit);
  void finish() noexcept { finished_ = true; }
  bool finished() const noexcept { return finished_; }

  // What to send next: lost bytes first, else new ones of which at most `new_max` may go. nullopt
  // where there is nothing. The stream's own limit of the peer is kept here.
  std::optional<Chunk> next_chunk(std::size_t length_max, std::uint64_t new_max) noexcept;
  // The chunk has been put into a packet.
  void sent(const Chunk& c) noexcept;
  void copy(const Chunk& c, std::span<Byte> out) const noexcept {
    buffer_.get(c.offset, out.first(c.length));
  }

  void acked(std::uint64_t offset, std::uint64_t length, bool end);
  void lost(std::uint64_t offset, std::uint64_t length, bool end);
  void raise_limit(std::uint64_t limit) noexcept { peer_limit_ = std::max(peer_limit_, limit); }

  bool has_lost() const noexcept { return !lost_.empty() || end_lost_; }
  bool has_new() const noexcept { return has_unsent_bytes() || (finished_ && !end_sent_); }
  bool has_unsent_bytes() const noexcept { return next_ < buffer_.end() && !dropped_; }
  bool blocked() const noexcept { return next_ >= peer_limit_ && has_unsent_bytes(); }
  bool delivered() const noexcept { return end_acked_ && buffer_.size() == 0 && !dropped_; }
  std::uint64_t sent_bytes() const noexcept { return next_; }
  std::size_t unacked() const noexcept { return buffer_.size(); }
  std::size_t memory() const noexcept { return buffer_.memory(); }
  // Forgets everything; a reset takes its place.
  void drop() noexcept;

 private:
  OffsetRing buffer_;
  std::uint64_t next_ = 0;  // the first byte never sent
  std::uint64_t peer_limit_ = 0;
  RangeSet acked_;  // above buffer_.begin()
  RangeSet lost_;
  bool finished_ = false;
  bool end_sent_ = false;
  bool end_lost_ = false;
  bool end_acked_ = false;
  bool dropped_ = false;
};

// What came, in any order, and is not yet read.
class ReceiveHalf {
 public:
  explicit ReceiveHalf(std::size_t window) : window_(window), limit_(window) {}

  // The bytes by which the highest offset rose (they count against the connection's limit), or an
  // error for a peer that goes over the limit or contradicts the size it gave.
  Result<std::uint64_t> receive(std::uint64_t offset, ByteView data, bool end);
  Result<std::uint64_t> reset(std::uint64_t final_size);

  std::size_t read(std::span<Byte> out);
  std::size_t readable() const noexcept;
  // Everything was read and there will be no more.
  bool ended() const noexcept { return final_size_ && buffer_.begin() == *final_size_; }
  // Everything has come, read or not.
  bool complete() const noexcept {
    return final_size_ &&
           (*final_size_ == buffer_.begin() || received_.covers({buffer_.begin(), *final_size_}));
  }
  std::uint64_t highest() const noexcept { return highest_; }
  std::uint64_t consumed() const noexcept { return buffer_.begin(); }
  // From now on what comes is counted and dropped. Returns the bytes so consumed.
  std::uint64_t discard();

  // The limit to tell the peer, if it is time to; the window doubles where it was used up within
  // two round trips.
  std::optional<std::uint64_t> next_limit(Time now, Duration round_trip,
                                          std::size_t window_max) noexcept;
  std::uint64_t limit() const noexcept { return limit_; }
  std::size_t window() const noexcept { return window_; }
  std::size_t memory() const noexcept { return buffer_.memory(); }

 private:
  Result<std::uint64_t> advance_highest(std::uint64_t end);

  OffsetRing buffer_;
  RangeSet received_;
  std::size_t window_;
  std::uint64_t limit_;
  std::uint64_t highest_ = 0;
  std::optional<std::uint64_t> final_size_;
  std::optional<Time> last_raise_;
  bool discarding_ = false;
};

}  // namespace hn::net
