#pragma once

#include <array>
#include <optional>
#include <span>
#include <variant>

#include "hn/base/codec.hpp"
#include "hn/base/result.hpp"
#include "net/ranges.hpp"

// What stands inside a data packet (hn-protocol(7), FRAMES).
namespace hn::net {

// 64 ranges in each ACK, and one ACK for a few packets: each packet is reported dozens of times, so
// lost ACKs cost nothing.
inline constexpr std::size_t kAckRangesMax = 64;
inline constexpr std::size_t kCloseReasonMax = 256;
// Offsets, limits and ids stay under this, so that sums cannot overflow.
inline constexpr std::uint64_t kNumberMax = (std::uint64_t{1} << 62) - 1;

enum class FrameType : std::uint8_t {
  padding = 0x00,
  ping = 0x01,
  ack = 0x02,
  stream = 0x08,
  stream_end = 0x09,
  max_data = 0x10,
  max_stream_data = 0x11,
  max_streams = 0x12,
  reset = 0x13,
  stop = 0x14,
  path_challenge = 0x18,
  path_response = 0x19,
  close = 0x1c,
};

struct PaddingFrame {};
struct PingFrame {};
struct AckFrame {
  std::span<const Range> ranges;  // highest first, in the reader's memory
  std::uint64_t delay_us = 0;
};
struct StreamFrame {
  std::uint64_t id = 0;
  std::uint64_t offset = 0;
  ByteView data;
  bool end = false;
};
struct MaxDataFrame {
  std::uint64_t limit = 0;
};
struct MaxStreamDataFrame {
  std::uint64_t id = 0;
  std::uint64_t limit = 0;
};
struct MaxStreamsFrame {
  std::uint64_t count = 0;
};
struct ResetFrame {
  std::uint64_t id = 0;
  std::uint64_t code = 0;
  std::uint64_t final_size = 0;
};
struct StopFrame {
  std::uint64_t id = 0;
  std::uint64_t code = 0;
};
using PathToken = std::array<Byte, 8>;
struct PathChallengeFrame {
  PathToken token{};
};
struct PathResponseFrame {
  PathToken token{};
};
struct CloseFrame {
  std::uint64_t code = 0;
  ByteView reason;
};

using Frame = std::variant<PaddingFrame, PingFrame, AckFrame, StreamFrame, MaxDataFrame,
                           MaxStreamDataFrame, MaxStreamsFrame, ResetFrame, StopFrame,
                           PathChallengeFrame, PathResponseFrame, CloseFrame>;

// Reads the frames of one packet in turn. Views in a frame point into the packet and this reader.
class FrameReader {
 public:
  explicit FrameReader(ByteView packet) noexcept : in_(packet) {}
  // nullopt at the end; an error (protocol) for anything that is not a frame in its canonical form.
  Result<std::optional<Frame>> next() noexcept;

 private:
  Result<std::optional<Frame>> ack() noexcept;
  Result<std::optional<Frame>> stream(bool end) noexcept;
  Result<std::optional<Frame>> other(FrameType type) noexcept;

  Decoder in_;
  std::array<Range, kAckRangesMax> ranges_{};
};

std::size_t varint_bytes(std::uint64_t v) noexcept;

// Writes frames into a packet that is being built; each put says whether the frame had room, and
// writes nothing where it had not.
class FrameWriter {
 public:
  explicit FrameWriter(std::span<Byte> room) noexcept : room_(room) {}

  bool put(const PingFrame&) noexcept;
  bool put(const AckFrame& f) noexcept;  // leaves out the lowest ranges where room is short
  bool put(const MaxDataFrame& f) noexcept;
  bool put(const MaxStreamDataFrame& f) noexcept;
  bool put(const MaxStreamsFrame& f) noexcept;
  bool put(const ResetFrame& f) noexcept;
  bool put(const StopFrame& f) noexcept;
  bool put(const PathChallengeFrame& f) noexcept;
  bool put(const PathResponseFrame& f) noexcept;
  bool put(const CloseFrame& f) noexcept;
  bool put(const StreamFrame& f) noexcept;
  // Room that data of a stream would have behind its header here; 0 if not even a header fits.
  std::size_t stream_room(std::uint64_t id, std::uint64_t offset) const noexcept;
  // Writes the header of a stream frame; the caller fills the bytes that are returned.
  std::span<Byte> put_stream(std::uint64_t id, std::uint64_t offset, std::size_t length,
                             bool end) noexcept;
  void pad_to(std::size_t size) noexcept;

  std::size_t size() const noexcept { return used_; }
  std::size_t left() const noexcept { return room_.size() - used_; }

 private:
  bool fits(std::size_t n) const noexcept { return n <= left(); }
  void u8(std::uint8_t v) noexcept { room_[used_++] = v; }
  void varint(std::uint64_t v) noexcept;
  void raw(ByteView bytes) noexcept;
  bool numbers(FrameType type, std::initializer_list<std::uint64_t> values) noexcept;

  std::span<Byte> room_;
  std::size_t used_ = 0;
};

}  // namespace hn::net
