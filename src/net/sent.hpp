#pragma once

#include <array>
#include <cstdint>

#include "hn/base/assert.hpp"
#include "hn/base/time.hpp"

namespace hn::net {

// What of a packet matters once it is acknowledged or lost. Pings, ACKs and path frames are not
// noted: they are made anew when they are needed.
struct SentFrame {
  enum class Kind : std::uint8_t { stream, reset, stop, max_data, max_stream_data, max_streams };
  Kind kind = Kind::stream;
  bool end = false;
  std::uint32_t length = 0;
  std::uint64_t stream = 0;
  std::uint64_t offset = 0;
};

// The state of delivery when a packet left, from which its acknowledgement makes a sample of the
// delivery rate (Cheng, Cardwell: Delivery Rate Estimation, 2017).
struct DeliveryMark {
  std::uint64_t delivered = 0;
  Time delivered_time{};
  Time first_sent_time{};
  bool application_limited = false;
  std::uint32_t phase = 0;  // the congestion controller's own
};

struct SentPacket {
  // Enough for a few small streams at a time; the builder ends a packet that has so many.
  static constexpr std::size_t kFramesMax = 6;
  enum class Fate : std::uint8_t { in_flight, acked, lost, none };

  std::uint64_t number = 0;
  std::uint64_t order = 0;  // among all packets of the endpoint
  Time sent{};
  std::uint32_t bytes = 0;
  bool eliciting = false;  // asks for an acknowledgement and counts as in flight
  bool probe = false;      // of the path's datagram size: its loss says nothing about congestion
  bool key_phase = false;
  bool requeued = false;  // its content was sent again by a probe, without its being given up
  Fate fate = Fate::none;
  DeliveryMark mark;
  std::uint8_t frame_count = 0;
  std::array<SentFrame, kFramesMax> frames{};

  bool full() const noexcept { return frame_count == kFramesMax; }
  void note(const SentFrame& f) noexcept {
    HN_ASSERT(!full());
    frames[frame_count++] = f;
    eliciting = true;
  }
};

}  // namespace hn::net
