// hn-protocol(7), FRAMES.
#include "net/frame.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"

namespace hn::net {
namespace {

using Next = Result<std::optional<Frame>>;

Next bad() noexcept {
  return fail(Code::protocol, "malformed frame");
}
Next some(Frame f) noexcept {
  return Next(std::optional<Frame>(f));
}

PathToken token_of(ByteView bytes) noexcept {
  PathToken t{};
  std::ranges::copy(bytes.first(std::min(bytes.size(), t.size())), t.begin());
  return t;
}

}  // namespace

std::size_t varint_bytes(std::uint64_t v) noexcept {
  std::size_t n = 1;
  while (v >= 0x80) {
    v >>= 7;
    ++n;
  }
  return n;
}

Next FrameReader::ack() noexcept {
  const std::uint64_t largest = in_.varint(kNumberMax);
  const std::uint64_t delay = in_.varint(kNumberMax);
  const std::uint64_t count = in_.varint(kAckRangesMax);
  if (in_.failed() || count == 0) return bad();
  std::uint64_t end = largest + 1;
  for (std::size_t i = 0; i < count; ++i) {
    // After the first: the gap of numbers not received, at least one, stored less one.
    if (i > 0) {
      const std::uint64_t gap = in_.varint(kNumberMax);
      if (in_.failed() || gap + 1 >= end) return bad();
      end -= gap + 1;
    }
    const std::uint64_t length = in_.varint(kNumberMax);  // less one
    if (in_.failed() || length + 1 > end) return bad();
    ranges_[i] = {end - length - 1, end};
    end = ranges_[i].begin;
  }
  return some(AckFrame{std::span(ranges_).first(static_cast<std::size_t>(count)), delay});
}

Next FrameReader::stream(bool end) noexcept {
  StreamFrame f;
  f.end = end;
  f.id = in_.varint(kNumberMax);
  f.offset = in_.varint(kNumberMax);
  f.data = in_.sized(in_.left());
  if (in_.failed() || f.offset + f.data.size() > kNumberMax) return bad();
  if (f.data.empty() && !end) return bad();
  return some(f);
}

Next FrameReader::other(FrameType type) noexcept {
  Frame f;
  switch (type) {
    case FrameType::max_data:
      f = MaxDataFrame{in_.varint(kNumberMax)};
      break;
    case FrameType::max_stream_data: {
      const std::uint64_t id = in_.varint(kNumberMax);
      f = MaxStreamDataFrame{id, in_.varint(kNumberMax)};
      break;
    }
    case FrameType::max_streams:
      f = MaxStreamsFrame{in_.varint(kNumberMax)};
      break;
    case FrameType::reset: {
      ResetFrame r;
      r.id = in_.varint(kNumberMax);
      r.code = in_.varint(kNumberMax);
      r.final_size = in_.varint(kNumberMax);
      f = r;
      break;
    }
    case FrameType::stop: {
      const std::uint64_t id = in_.varint(kNumberMax);
      f = StopFrame{id, in_.varint(kNumberMax)};
      break;
    }
    case FrameType::path_challenge:
      f = PathChallengeFrame{token_of(in_.take(8))};
      break;
    case FrameType::path_response:
      f = PathResponseFrame{token_of(in_.take(8))};
      break;
    case FrameType::close: {
      const std::uint64_t code = in_.varint(kNumberMax);
      f = CloseFrame{code, in_.sized(kCloseReasonMax)};
      break;
    }
    default:
      return bad();
  }
  return in_.failed() ? bad() : some(f);
}

Next FrameReader::next() noexcept {
  if (in_.failed()) return bad();
  if (in_.left() == 0) return Next(std::optional<Frame>());
  const auto type = static_cast<FrameType>(in_.u8());
  switch (type) {
    case FrameType::padding: {
      // Padding reaches to the end of the packet: there is one way to write a packet of some
      // length.
      const ByteView rest = in_.take(in_.left());
      if (!std::ranges::all_of(rest, [](Byte b) { return b == 0; })) return bad();
      return some(PaddingFrame{});
    }
    case FrameType::ping:
      return some(PingFrame{});
    case FrameType::ack:
      return ack();
    case FrameType::stream:
      return stream(false);
    case FrameType::stream_end:
      return stream(true);
    default:
      return other(type);
  }
}

void FrameWriter::varint(std::uint64_t v) noexcept {
  while (v >= 0x80) {
    u8(static_cast<std::uint8_t>(v | 0x80));
    v >>= 7;
  }
  u8(static_cast<std::uint8_t>(v));
}

void FrameWriter::raw(ByteView bytes) noexcept {
  std::ranges::copy(bytes, room_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ += bytes.size();
}

bool FrameWriter::numbers(FrameType type, std::initializer_list<std::uint64_t> values) noexcept {
  std::size_t n = 1;
  for (const std::uint64_t v : values) n += varint_bytes(v);
  if (!fits(n)) return false;
  u8(static_cast<std::uint8_t>(type));
  for (const std::uint64_t v : values) varint(v);
  return true;
}

bool FrameWriter::put(const PingFrame&) noexcept {
  return numbers(FrameType::ping, {});
}
bool FrameWriter::put(const MaxDataFrame& f) noexcept {
  return numbers(FrameType::max_data, {f.limit});
}
bool FrameWriter::put(const MaxStreamDataFrame& f) noexcept {
  return numbers(FrameType::max_stream_data, {f.id, f.limit});
}
bool FrameWriter::put(const MaxStreamsFrame& f) noexcept {
  return numbers(FrameType::max_streams, {f.count});
}
bool FrameWriter::put(const ResetFrame& f) noexcept {
  return numbers(FrameType::reset, {f.id, f.code, f.final_size});
}
bool FrameWriter::put(const StopFrame& f) noexcept {
  return numbers(FrameType::stop, {f.id, f.code});
}

bool FrameWriter::put(const PathChallengeFrame& f) noexcept {
  if (!fits(1 + f.token.size())) return false;
  u8(static_cast<std::uint8_t>(FrameType::path_challenge));
  raw(f.token);
  return true;
}

bool FrameWriter::put(const PathResponseFrame& f) noexcept {
  if (!fits(1 + f.token.size())) return false;
  u8(static_cast<std::uint8_t>(FrameType::path_response));
  raw(f.token);
  return true;
}

bool FrameWriter::put(const CloseFrame& f) noexcept {
  HN_ASSERT(f.reason.size() <= kCloseReasonMax);
  if (!fits(1 + varint_bytes(f.code) + varint_bytes(f.reason.size()) + f.reason.size()))
    return false;
  numbers(FrameType::close, {f.code, f.reason.size()});
  raw(f.reason);
  return true;
}

bool FrameWriter::put(const AckFrame& f) noexcept {
  HN_ASSERT(!f.ranges.empty() && f.ranges.size() <= kAckRangesMax);
  const auto length = [](const Range& r) { return r.end - r.begin - 1; };
  const auto gap = [](const Range& above, const Range& r) { return above.begin - r.end - 1; };
  const std::uint64_t largest = f.ranges[0].end - 1;
  std::size_t n =
      2 + varint_bytes(largest) + varint_bytes(f.delay_us) + varint_bytes(length(f.ranges[0]));
  if (!fits(n)) return false;
  std::size_t count = 1;
  while (count < f.ranges.size()) {
    const Range& r = f.ranges[count];
    const std::size_t more = varint_bytes(gap(f.ranges[count - 1], r)) + varint_bytes(length(r));
    if (!fits(n + more)) break;
    n += more;
    ++count;
  }
  numbers(FrameType::ack, {largest, f.delay_us, count});
  varint(length(f.ranges[0]));
  for (std::size_t i = 1; i < count; ++i) {
    varint(gap(f.ranges[i - 1], f.ranges[i]));
    varint(length(f.ranges[i]));
  }
  return true;
}

std::size_t FrameWriter::stream_room(std::uint64_t id, std::uint64_t offset) const noexcept {
  constexpr std::size_t kLength = 2;  // lengths in a datagram
  const std::size_t head = 1 + varint_bytes(id) + varint_bytes(offset) + kLength;
  return left() <= head ? 0 : std::min<std::size_t>(left() - head, 0x3fff);
}

std::span<Byte> FrameWriter::put_stream(std::uint64_t id, std::uint64_t offset, std::size_t length,
                                        bool end) noexcept {
  numbers(end ? FrameType::stream_end : FrameType::stream, {id, offset, length});
  const auto out = room_.subspan(used_, length);
  used_ += length;
  return out;
}

bool FrameWriter::put(const StreamFrame& f) noexcept {
  const std::size_t head =
      1 + varint_bytes(f.id) + varint_bytes(f.offset) + varint_bytes(f.data.size());
  if (!fits(head + f.data.size())) return false;
  std::ranges::copy(f.data, put_stream(f.id, f.offset, f.data.size(), f.end).begin());
  return true;
}

void FrameWriter::pad_to(std::size_t size) noexcept {
  while (used_ < size && used_ < room_.size()) u8(0);
}

}  // namespace hn::net
