// hn-protocol(7), STREAMS.
#include "net/stream.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"

namespace hn::net {

std::size_t SendHalf::write(ByteView bytes, std::size_t limit) {
  if (finished_ || buffer_.size() >= limit) return 0;
  const ByteView taken = bytes.first(std::min(bytes.size(), limit - buffer_.size()));
  const std::uint64_t at = buffer_.end();
  buffer_.extend(at + taken.size());
  buffer_.put(at, taken);
  return taken.size();
}

std::optional<SendHalf::Chunk> SendHalf::next_chunk(std::size_t length_max,
                                                    std::uint64_t new_max) noexcept {
  if (!lost_.empty()) {
    const Range r = lost_.front();
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(r.end - r.begin, length_max));
    if (n == 0) return std::nullopt;
    const bool end = end_lost_ && r.begin + n == buffer_.end();
    return Chunk{r.begin, n, end, true};
  }
  if (end_lost_) return Chunk{buffer_.end(), 0, true, true};
  if (!has_new()) return std::nullopt;
  const std::uint64_t allowed = std::min(peer_limit_ > next_ ? peer_limit_ - next_ : 0, new_max);
  const std::uint64_t n = std::min<std::uint64_t>({buffer_.end() - next_, allowed, length_max});
  const bool end = finished_ && next_ + n == buffer_.end();
  if (n == 0 && (!end || end_sent_)) return std::nullopt;
  return Chunk{next_, static_cast<std::size_t>(n), end, false};
}

void SendHalf::sent(const Chunk& c) noexcept {
  if (c.again) lost_.remove({c.offset, c.offset + c.length});
  next_ = std::max(next_, c.offset + c.length);
  if (c.end) {
    end_sent_ = true;
    end_lost_ = false;
  }
}

void SendHalf::acked(std::uint64_t offset, std::uint64_t length, bool end) {
  const Range r{std::max(offset, buffer_.begin()), offset + length};
  end_acked_ = end_acked_ || end;
  if (end_acked_) end_lost_ = false;
  if (r.begin >= r.end || r.end > buffer_.end()) return;
  lost_.remove(r);
  acked_.add(r);
  if (acked_.front().begin == buffer_.begin()) {
    const std::uint64_t upto = acked_.front().end;
    acked_.remove_below(upto);
    buffer_.advance(upto);
  }
}

void SendHalf::lost(std::uint64_t offset, std::uint64_t length, bool end) {
  if (end && !end_acked_ && end_sent_) end_lost_ = true;
  const Range r{std::max(offset, buffer_.begin()), std::min(offset + length, buffer_.end())};
  if (r.begin >= r.end) return;
  if (acked_.empty()) return lost_.add(r);
  for (const Range& m : acked_.missing(r)) lost_.add(m);
}

void SendHalf::drop() noexcept {
  buffer_.advance(buffer_.end());
  lost_.clear();
  acked_.clear();
  end_lost_ = false;
  finished_ = end_sent_ = dropped_ = true;
}

Result<std::uint64_t> ReceiveHalf::advance_highest(std::uint64_t end) {
  if (final_size_ && end > *final_size_)
    return fail(Code::protocol, "data beyond the end of a stream");
  if (end > limit_) return fail(Code::protocol, "data beyond a stream's limit");
  const std::uint64_t rise = end > highest_ ? end - highest_ : 0;
  highest_ = std::max(highest_, end);
  return rise;
}

Result<std::uint64_t> ReceiveHalf::receive(std::uint64_t offset, ByteView data, bool end) {
  const std::uint64_t data_end = offset + data.size();
  if (end) {
    if (final_size_ ? *final_size_ != data_end : highest_ > data_end) {
      return fail(Code::protocol, "a stream with two ends");
    }
  }
  HN_TRY(const std::uint64_t rise, advance_highest(data_end));
  if (end) final_size_ = data_end;
  if (discarding_) {
    buffer_.advance(data_end);
    return rise;
  }
  const Range r{std::max(offset, buffer_.begin()), data_end};
  if (r.begin >= r.end) return rise;
  buffer_.extend(std::max(buffer_.end(), data_end));
  buffer_.put(r.begin, data.subspan(static_cast<std::size_t>(r.begin - offset)));
  received_.add(r);
  return rise;
}

Result<std::uint64_t> ReceiveHalf::reset(std::uint64_t final_size) {
  if (final_size_ ? *final_size_ != final_size : highest_ > final_size) {
    return fail(Code::protocol, "a stream with two ends");
  }
  HN_TRY(const std::uint64_t rise, advance_highest(final_size));
  final_size_ = final_size;
  return rise;
}

std::size_t ReceiveHalf::readable() const noexcept {
  if (received_.empty() || received_.front().begin != buffer_.begin()) return 0;
  return static_cast<std::size_t>(received_.front().end - buffer_.begin());
}

std::size_t ReceiveHalf::read(std::span<Byte> out) {
  const std::size_t n = std::min(out.size(), readable());
  if (n == 0) return 0;
  buffer_.get(buffer_.begin(), out.first(n));
  buffer_.advance(buffer_.begin() + n);
  received_.remove_below(buffer_.begin());
  return n;
}

std::uint64_t ReceiveHalf::discard() {
  discarding_ = true;
  const std::uint64_t dropped = highest_ - buffer_.begin();
  received_.clear();
  buffer_.advance(highest_);
  return dropped;
}

std::optional<std::uint64_t> ReceiveHalf::next_limit(Time now, Duration round_trip,
                                                     std::size_t window_max) noexcept {
  if (final_size_ || discarding_) return std::nullopt;
  const std::uint64_t wanted = buffer_.begin() + window_;
  if (wanted < limit_ + window_ / 2) return std::nullopt;
  if (last_raise_ && now - *last_raise_ < kBusyRoundTrips * round_trip)
    window_ = std::min(window_ * 2, window_max);
  last_raise_ = now;
  limit_ = buffer_.begin() + window_;
  return limit_;
}

}  // namespace hn::net
