#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include "hn/base/result.hpp"
#include "hn/crypto/box.hpp"

// Data packets: header, header protection, sealing, replay (hn-protocol(7), DATA PACKETS).
namespace hn::net {

// first byte, connection id, low half of the packet number.
inline constexpr std::size_t kDataHeader = 1 + 8 + 4;
inline constexpr std::size_t kDataOverhead = kDataHeader + crypto::kTagBytes;
// Datagrams between neighbours overtake each other by far less; at 20 % loss and a change of path
// 64 would be far too few. WireGuard holds as many.
inline constexpr std::uint64_t kReplayWindow = 8192;
// Far from where a nonce or the reconstruction of a packet number would wrap.
inline constexpr std::uint64_t kPacketNumberMax = std::uint64_t{1} << 60;

// The first byte of a handshake packet has the top bit set, that of a data packet has not.
inline bool is_data_packet(ByteView datagram) noexcept {
  return datagram.size() > kDataOverhead && (datagram[0] & 0x80) == 0;
}
std::uint64_t connection_id_of(ByteView data_packet) noexcept;

// Which packet numbers have come, over the last kReplayWindow (after RFC 6479).
class ReplayWindow {
 public:
  bool fresh(std::uint64_t number) const noexcept;
  void mark(std::uint64_t number) noexcept;
  // The number after the highest that came.
  std::uint64_t next() const noexcept { return next_; }

 private:
  std::bitset<kReplayWindow> seen_;
  std::uint64_t next_ = 0;
};

// The chain of keys of one direction. Header protection keeps its key over updates.
struct DirectionKeys {
  explicit DirectionKeys(const crypto::AeadKey& first);
  ~DirectionKeys();
  DirectionKeys(const DirectionKeys&) = default;
  DirectionKeys& operator=(const DirectionKeys&) = default;

  crypto::AeadKey current;
  std::array<Byte, 32> mask_key;
  bool phase = false;
};
// The key that follows `key`; there is no way back.
crypto::AeadKey next_key(const crypto::AeadKey& key) noexcept;

class PacketSealer {
 public:
  explicit PacketSealer(const crypto::AeadKey& first) : keys_(first) {}

  // `packet` is kDataHeader bytes of room, the frames, and kTagBytes of room; it becomes the
  // packet.
  void seal(std::uint64_t connection_id, std::uint64_t number, std::span<Byte> packet) noexcept;
  void update() noexcept;
  bool phase() const noexcept { return keys_.phase; }

 private:
  DirectionKeys keys_;
};

class PacketOpener {
 public:
  explicit PacketOpener(const crypto::AeadKey& first)
      : keys_(first), next_(next_key(keys_.current)) {}

  struct Opened {
    std::uint64_t number = 0;
    ByteView frames;       // in `scratch`
    bool highest = false;  // higher than every number before
  };
  // nullopt for everything that is not a new packet of this peer; such a packet changes nothing.
  // `scratch` is at least as long as the packet.
  std::optional<Opened> open(ByteView packet, std::span<Byte> scratch) noexcept;
  std::uint64_t key_updates() const noexcept { return updates_; }

 private:
  const crypto::AeadKey* key_for(bool phase, std::uint64_t number) const noexcept;
  void update(std::uint64_t number) noexcept;

  DirectionKeys keys_;
  crypto::AeadKey next_;
  std::optional<crypto::AeadKey> previous_;
  std::uint64_t phase_begin_ = 0;  // the lowest number seen under the current key
  std::uint64_t updates_ = 0;
  ReplayWindow replay_;
};

}  // namespace hn::net
