// Format: hn-protocol(7), BEACONS.
#include "hn/net/beacon.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::net {
namespace {

constexpr std::string_view kMagic{"hn beac\n", 8};
constexpr crypto::Purpose kPurpose{"hn.beacon"};

std::array<Byte, 16> mark_of(const std::array<Byte, 16>& nonce, const crypto::TransportKey& key) {
  const Hash hash = crypto::Hasher(kPurpose, key.bytes).update(nonce).finish();
  std::array<Byte, 16> mark{};
  std::copy_n(hash.begin(), mark.size(), mark.begin());
  return mark;
}

}  // namespace

Beacon make_beacon(const crypto::TransportKey& own, std::uint16_t port, bool asks, Random& random) {
  Beacon beacon;
  beacon.asks = asks;
  beacon.port = port;
  random.fill(beacon.nonce);
  beacon.mark = mark_of(beacon.nonce, own);
  return beacon;
}

bool is_beacon_of(const Beacon& beacon, const crypto::TransportKey& key) noexcept {
  return beacon.mark == mark_of(beacon.nonce, key);
}

Bytes encode(const Beacon& beacon) {
  Encoder out;
  out.raw(as_bytes(kMagic)).u8(0).u8(beacon.asks ? 1 : 0).u16(beacon.port);
  out.raw(beacon.nonce).raw(beacon.mark);
  return std::move(out).take();
}

Result<Beacon> decode_beacon(ByteView bytes) noexcept {
  Decoder in(bytes);
  const ByteView magic = in.take(kMagic.size());
  const std::uint8_t version = in.u8();
  const std::uint8_t asks = in.u8();
  Beacon beacon;
  beacon.asks = asks == 1;
  beacon.port = in.u16();
  const ByteView nonce = in.take(beacon.nonce.size());
  const ByteView mark = in.take(beacon.mark.size());
  if (!in.done() || !equal(magic, as_bytes(kMagic))) return fail(Code::protocol, "no beacon");
  if (version != 0) return fail(Code::unsupported, "a beacon of another version");
  if (asks > 1 || beacon.port == 0) return fail(Code::protocol, "a beacon of another shape");
  std::ranges::copy(nonce, beacon.nonce.begin());
  std::ranges::copy(mark, beacon.mark.begin());
  return beacon;
}

}  // namespace hn::net
