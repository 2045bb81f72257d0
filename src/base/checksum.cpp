// Format: hn-store(5), CHECKSUMS. Algorithm: Collet, xxHash fast digest algorithm, specification
// 0.1.1, XXH64, with seed 0.
#include "hn/base/checksum.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hn {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87ULL;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4FULL;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9ULL;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63ULL;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5ULL;

template <class Word>
std::uint64_t load(const Byte* at) noexcept {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) {
    Word turned = 0;
    for (std::size_t i = 0; i < sizeof word; ++i) turned |= Word{at[i]} << (8 * i);
    word = turned;
  }
  return word;
}

std::uint64_t mix(std::uint64_t lane, std::uint64_t input) noexcept {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t merge(std::uint64_t hash, std::uint64_t lane) noexcept {
  return (hash ^ mix(0, lane)) * kPrime1 + kPrime4;
}

using Lanes = std::array<std::uint64_t, 4>;
constexpr Lanes kLanes{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
constexpr std::size_t kStripeBytes = 32;

// All whole stripes; returns what is behind them.
ByteView mix_stripes(Lanes& lanes, ByteView bytes) noexcept {
  const Byte* at = bytes.data();
  const Byte* const end = at + bytes.size() / kStripeBytes * kStripeBytes;
  for (; at != end; at += kStripeBytes) {
    for (std::size_t i = 0; i < 4; ++i) lanes[i] = mix(lanes[i], load<std::uint64_t>(at + 8 * i));
  }
  return bytes.subspan(static_cast<std::size_t>(end - bytes.data()));
}

std::uint64_t merge_lanes(const Lanes& lanes) noexcept {
  std::uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                       std::rotl(lanes[3], 18);
  for (const std::uint64_t lane : lanes) hash = merge(hash, lane);
  return hash;
}

std::uint64_t avalanche(std::uint64_t hash) noexcept {
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace

namespace {

// Of what came after the last stripe.
std::uint64_t finish_with(std::uint64_t hash, ByteView rest) noexcept {
  const Byte* at = rest.data();
  const Byte* const end = at + rest.size();
  for (; end - at >= 8; at += 8) {
    hash = std::rotl(hash ^ mix(0, load<std::uint64_t>(at)), 27) * kPrime1 + kPrime4;
  }
  if (end - at >= 4) {
    hash = std::rotl(hash ^ (load<std::uint32_t>(at) * kPrime1), 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at != end; ++at) hash = std::rotl(hash ^ (*at * kPrime5), 11) * kPrime1;
  return avalanche(hash);
}

}  // namespace

std::uint64_t checksum(ByteView bytes) noexcept {
  Lanes lanes = kLanes;
  const ByteView rest = mix_stripes(lanes, bytes);
  const std::uint64_t hash = bytes.size() >= kStripeBytes ? merge_lanes(lanes) : kPrime5;
  return finish_with(hash + bytes.size(), rest);
}

Checksum::Checksum() noexcept : lanes_(kLanes) {}

Checksum& Checksum::update(ByteView bytes) noexcept {
  const std::size_t held = bytes_ % kStripeBytes;
  bytes_ += bytes.size();
  if (held > 0) {
    const std::size_t part = std::min(kStripeBytes - held, bytes.size());
    std::ranges::copy(bytes.first(part), rest_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes = bytes.subspan(part);
    if (held + part < kStripeBytes) return *this;
    mix_stripes(lanes_, rest_);
  }
  std::ranges::copy(mix_stripes(lanes_, bytes), rest_.begin());
  return *this;
}

std::uint64_t Checksum::finish() const noexcept {
  const std::uint64_t hash = bytes_ >= kStripeBytes ? merge_lanes(lanes_) : kPrime5;
  return finish_with(hash + bytes_, ByteView(rest_).first(bytes_ % kStripeBytes));
}

}  // namespace hn
