#pragma once

#include <algorithm>
#include <compare>
#include <optional>

#include "hn/base/bytes.hpp"

namespace hn::net {

// Where a datagram comes from or goes to, as the shell round net writes it down (16 bytes of IPv6
// address and 2 of port, or the one byte 0 for a pipe). Net compares addresses and never reads
// them.
class PeerAddress {
 public:
  static constexpr std::size_t kMax = 32;

  PeerAddress() = default;
  // nullopt over kMax bytes.
  static std::optional<PeerAddress> from(ByteView bytes) noexcept {
    if (bytes.size() > kMax) return std::nullopt;
    PeerAddress a;
    std::ranges::copy(bytes, a.bytes_.begin());
    a.size_ = static_cast<std::uint8_t>(bytes.size());
    return a;
  }

  ByteView bytes() const noexcept { return {bytes_.data(), size_}; }
  friend auto operator<=>(const PeerAddress&, const PeerAddress&) = default;

 private:
  std::array<Byte, kMax> bytes_{};
  std::uint8_t size_ = 0;
};

// One UDP payload to send.
struct Datagram {
  PeerAddress to;
  Bytes bytes;
};

}  // namespace hn::net
