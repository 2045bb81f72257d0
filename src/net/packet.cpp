// hn-protocol(7), DATA PACKETS.
#include "net/packet.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::net {
namespace {

constexpr Byte kPhaseBit = 0x01;
constexpr Byte kReservedBits = 0x7e;
constexpr std::size_t kSample = 16;

crypto::AeadKey derive(const crypto::AeadKey& key, std::string_view label) noexcept {
  auto digest = crypto::hmac_blake2b_512(key, as_bytes(label));
  crypto::AeadKey out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  crypto::wipe(digest);
  return out;
}

// RFC 9001, section 5.4.4: the first 16 bytes of ciphertext choose counter and nonce of ChaCha20.
std::array<Byte, 5> mask_of(const std::array<Byte, 32>& key, ByteView sample) noexcept {
  std::uint32_t counter = 0;
  for (std::size_t i = 0; i < 4; ++i) counter |= static_cast<std::uint32_t>(sample[i]) << (8 * i);
  std::array<Byte, 12> nonce{};
  std::copy_n(sample.begin() + 4, nonce.size(), nonce.begin());
  std::array<Byte, 5> mask{};
  crypto::stream(key, counter, nonce, mask);
  mask[0] &= 0x7f;  // the top bit tells handshake and data packets apart
  return mask;
}

void apply_mask(std::span<Byte> header, const std::array<Byte, 5>& mask) noexcept {
  header[0] ^= mask[0];
  for (std::size_t i = 0; i < 4; ++i) header[9 + i] ^= mask[1 + i];
}

std::uint64_t read_little(ByteView bytes) noexcept {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    v |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return v;
}

void write_little(std::span<Byte> out, std::uint64_t v) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(v >> (8 * i));
}

// The number nearest to `expected` whose low 32 bits are `low`.
std::uint64_t reconstruct(std::uint64_t expected, std::uint64_t low) noexcept {
  constexpr std::uint64_t kSpan = std::uint64_t{1} << 32;
  const std::uint64_t candidate = (expected & ~(kSpan - 1)) | low;
  if (candidate + kSpan / 2 < expected) return candidate + kSpan;
  if (candidate > expected + kSpan / 2 && candidate >= kSpan) return candidate - kSpan;
  return candidate;
}

}  // namespace

std::uint64_t connection_id_of(ByteView data_packet) noexcept {
  return read_little(data_packet.subspan(1, 8));
}

bool ReplayWindow::fresh(std::uint64_t number) const noexcept {
  if (number >= next_) return true;
  return next_ - number <= kReplayWindow && !seen_[number % kReplayWindow];
}

void ReplayWindow::mark(std::uint64_t number) noexcept {
  if (number >= next_) {
    const std::uint64_t skipped = number - next_;
    if (skipped >= kReplayWindow) {
      seen_.reset();
    } else {
      for (std::uint64_t n = next_; n < number; ++n) seen_.reset(n % kReplayWindow);
    }
    next_ = number + 1;
  }
  seen_.set(number % kReplayWindow);
}

DirectionKeys::DirectionKeys(const crypto::AeadKey& first)
    : current(first), mask_key(derive(first, "hn header protection")) {}

DirectionKeys::~DirectionKeys() {
  crypto::wipe(current);
  crypto::wipe(mask_key);
}

crypto::AeadKey next_key(const crypto::AeadKey& key) noexcept {
  return derive(key, "hn key update");
}

void PacketSealer::seal(std::uint64_t connection_id, std::uint64_t number,
                        std::span<Byte> packet) noexcept {
  HN_ASSERT(packet.size() > kDataOverhead && number < kPacketNumberMax);
  packet[0] = keys_.phase ? kPhaseBit : Byte{0};
  write_little(packet.subspan(1, 8), connection_id);
  write_little(packet.subspan(9, 4), number);
  const auto header = packet.first(kDataHeader);
  const auto body = packet.subspan(kDataHeader);
  crypto::seal(keys_.current, number, header, body.first(body.size() - crypto::kTagBytes), body);
  apply_mask(header, mask_of(keys_.mask_key, body.first(kSample)));
}

void PacketSealer::update() noexcept {
  keys_.current = next_key(keys_.current);
  keys_.phase = !keys_.phase;
}

const crypto::AeadKey* PacketOpener::key_for(bool phase, std::uint64_t number) const noexcept {
  if (phase == keys_.phase) return &keys_.current;
  if (number >= phase_begin_) return &next_;
  return previous_ ? &*previous_ : nullptr;
}

void PacketOpener::update(std::uint64_t number) noexcept {
  previous_ = keys_.current;
  keys_.current = next_;
  keys_.phase = !keys_.phase;
  next_ = next_key(keys_.current);
  phase_begin_ = number;
  ++updates_;
}

std::optional<PacketOpener::Opened> PacketOpener::open(ByteView packet,
                                                       std::span<Byte> scratch) noexcept {
  if (!is_data_packet(packet)) return std::nullopt;
  std::array<Byte, kDataHeader> header{};
  std::copy_n(packet.begin(), header.size(), header.begin());
  const ByteView body = packet.subspan(kDataHeader);
  apply_mask(header, mask_of(keys_.mask_key, body.first(kSample)));
  if ((header[0] & kReservedBits) != 0) return std::nullopt;
  const bool phase = (header[0] & kPhaseBit) != 0;
  const std::uint64_t number =
      reconstruct(replay_.next(), read_little(ByteView(header).subspan(9, 4)));
  if (number >= kPacketNumberMax || !replay_.fresh(number)) return std::nullopt;
  const crypto::AeadKey* key = key_for(phase, number);
  if (key == nullptr) return std::nullopt;
  const auto plain = scratch.first(body.size() - crypto::kTagBytes);
  if (!crypto::open(*key, number, header, body, plain)) return std::nullopt;
  if (key == &next_) {
    update(number);
  } else if (phase == keys_.phase) {
    phase_begin_ = std::min(phase_begin_, number);
  }
  const bool highest = number >= replay_.next();
  replay_.mark(number);
  return Opened{number, plain, highest};
}

}  // namespace hn::net
