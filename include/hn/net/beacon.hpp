#pragma once

#include "hn/base/random.hpp"
#include "hn/base/result.hpp"
#include "hn/crypto/box.hpp"

// How peers find each other in a local network (hn-protocol(7), BEACONS): a datagram to a multicast
// group that says at which port its sender listens, and who it is to those alone who know its key.
namespace hn::net {

struct Beacon {
  bool asks = false;  // wants to hear the others' beacons at once
  std::uint16_t port = 0;
  std::array<Byte, 16> nonce{};
  std::array<Byte, 16> mark{};  // of nonce and key

  friend bool operator==(const Beacon&, const Beacon&) = default;
};
inline constexpr std::size_t kBeaconBytes = 44;

// A new one of this peer.
Beacon make_beacon(const crypto::TransportKey& own, std::uint16_t port, bool asks, Random& random);
// Was it made by who has this key, or who copied a beacon of that peer?
bool is_beacon_of(const Beacon& beacon, const crypto::TransportKey& key) noexcept;

Bytes encode(const Beacon& beacon);
// Code::protocol for anything else, port 0 among it.
Result<Beacon> decode_beacon(ByteView bytes) noexcept;

}  // namespace hn::net
