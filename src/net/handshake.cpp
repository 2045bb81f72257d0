// hn-protocol(7), HANDSHAKE PACKETS.
#include "net/handshake.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"
#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"
#include "net/frame.hpp"
#include "net/streams.hpp"

namespace hn::net {
namespace {

constexpr std::size_t kCookieNonce = 24;
constexpr std::size_t kSealedCookie = kMacBytes + crypto::kTagBytes;
constexpr std::uint64_t kDatagramLargest = 65527;

Mac first_16(const Hash& h) noexcept {
  Mac m{};
  std::copy_n(h.begin(), m.size(), m.begin());
  return m;
}

Mac mac1_of(ByteView before, const crypto::TransportKey& identity) noexcept {
  const Hash key = crypto::hash(crypto::Purpose("hn.mac1.key"), identity.bytes);
  return first_16(crypto::hash(crypto::Purpose("hn.mac1"), before, key));
}

Mac mac2_of(ByteView before, const Mac& cookie) noexcept {
  return first_16(crypto::hash(crypto::Purpose("hn.mac2"), before, cookie));
}

Encoder encode_head(const HandshakePacket& p) {
  Encoder out;
  out.u8(static_cast<std::uint8_t>(p.type)).u8(kTransportVersion).u64(p.sender).u64(p.receiver);
  out.u16(static_cast<std::uint16_t>(p.noise.size())).raw(p.noise);
  return out;
}

bool is_hello(HandshakeType t) noexcept {
  return t == HandshakeType::hello_ik || t == HandshakeType::hello_xx;
}

}  // namespace

crypto::TransportKey mac_identity(HandshakeType type,
                                  const crypto::TransportKey& responder) noexcept {
  return type == HandshakeType::hello_xx ? crypto::TransportKey{} : responder;
}

Bytes encode_hello(const HandshakePacket& p, const crypto::TransportKey& identity,
                   const std::optional<Mac>& cookie) {
  Bytes out = encode_head(p).bytes();
  HN_ASSERT(out.size() + 2 * kMacBytes <= kHelloBytes);
  out.resize(kHelloBytes - 2 * kMacBytes);
  const Mac mac1 = mac1_of(out, identity);
  out.insert(out.end(), mac1.begin(), mac1.end());
  const Mac mac2 = cookie ? mac2_of(out, *cookie) : Mac{};
  out.insert(out.end(), mac2.begin(), mac2.end());
  return out;
}

Bytes encode_answer(const HandshakePacket& p) {
  Bytes out = encode_head(p).bytes();
  HN_ASSERT(out.size() <= kHelloBytes);
  return out;
}

Result<HandshakePacket> decode_handshake(ByteView datagram) noexcept {
  Decoder in(datagram);
  HandshakePacket p;
  const std::uint8_t type = in.u8();
  const std::uint8_t version = in.u8();
  p.sender = in.u64();
  p.receiver = in.u64();
  p.noise = in.take(in.u16());
  if (in.failed() || version != kTransportVersion) return fail(Code::protocol, "handshake packet");
  if (type < static_cast<std::uint8_t>(HandshakeType::hello_ik) ||
      type > static_cast<std::uint8_t>(HandshakeType::finish_xx)) {
    return fail(Code::protocol, "type of handshake packet");
  }
  p.type = static_cast<HandshakeType>(type);
  const bool hello = is_hello(p.type);
  const bool fits = hello ? datagram.size() >= kHelloBytes && datagram.size() <= kDatagramMin &&
                                in.left() >= 2 * kMacBytes
                          : datagram.size() <= kHelloBytes && in.left() == 0;
  if (!fits) return fail(Code::protocol, "length of handshake packet");
  if (hello != (p.receiver == 0) || p.sender == 0)
    return fail(Code::protocol, "connection ids of handshake packet");
  return p;
}

Mac hello_mac1(ByteView datagram) noexcept {
  Mac m{};
  std::ranges::copy(datagram.last(2 * kMacBytes).first(kMacBytes), m.begin());
  return m;
}

bool mac1_is_right(ByteView hello, const crypto::TransportKey& identity) noexcept {
  const Mac right = mac1_of(hello.first(hello.size() - 2 * kMacBytes), identity);
  return crypto::equal_in_constant_time(right, hello.last(2 * kMacBytes).first(kMacBytes));
}

bool mac2_is_right(ByteView hello, const Mac& cookie) noexcept {
  const Mac right = mac2_of(hello.first(hello.size() - kMacBytes), cookie);
  return crypto::equal_in_constant_time(right, hello.last(kMacBytes));
}

Mac cookie_of(const std::array<Byte, 32>& secret, const PeerAddress& address) noexcept {
  return first_16(crypto::hash(crypto::Purpose("hn.cookie"), address.bytes(), secret));
}

Bytes encode_cookie(ByteView hello, std::uint64_t receiver, const Mac& cookie,
                    const crypto::TransportKey& identity, Random& random) {
  std::array<Byte, kCookieNonce> nonce{};
  random.fill(nonce);
  std::array<Byte, kSealedCookie> sealed{};
  const Hash key = crypto::hash(crypto::Purpose("hn.cookie.key"), identity.bytes);
  crypto::seal_x(key, nonce, hello_mac1(hello), cookie, sealed);
  Encoder out;
  out.u8(static_cast<std::uint8_t>(HandshakeType::cookie)).u8(kTransportVersion).u64(receiver);
  out.raw(nonce).raw(sealed);
  return std::move(out).take();
}

Result<CookiePacket> decode_cookie(ByteView datagram) noexcept {
  Decoder in(datagram);
  const bool type = in.u8() == static_cast<std::uint8_t>(HandshakeType::cookie);
  const bool version = in.u8() == kTransportVersion;
  CookiePacket p;
  p.receiver = in.u64();
  const ByteView nonce = in.take(kCookieNonce);
  p.sealed = in.take(kSealedCookie);
  if (!in.done() || !type || !version) return fail(Code::protocol, "cookie packet");
  std::ranges::copy(nonce, p.nonce.begin());
  return p;
}

std::optional<Mac> open_cookie(const CookiePacket& p, const Mac& mac1,
                               const crypto::TransportKey& identity) noexcept {
  const Hash key = crypto::hash(crypto::Purpose("hn.cookie.key"), identity.bytes);
  Mac cookie{};
  if (!crypto::open_x(key, p.nonce, mac1, p.sealed, cookie)) return std::nullopt;
  return cookie;
}

TransportParameters parameters_of(const EndpointConfig& config,
                                  std::uint64_t connection_id) noexcept {
  TransportParameters p;
  p.connection_id = connection_id;
  p.idle_timeout_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(config.idle_timeout).count());
  p.connection_window = config.connection_window;
  p.stream_window = config.stream_window;
  p.streams_max = config.streams_max;
  p.datagram_bytes_max = config.datagram_bytes_max;
  return p;
}

Bytes encode_parameters(const TransportParameters& p) {
  Encoder out;
  out.u64(p.connection_id)
      .varint(p.idle_timeout_ms)
      .varint(p.connection_window)
      .varint(p.stream_window);
  out.varint(p.streams_max).varint(p.datagram_bytes_max);
  return std::move(out).take();
}

Result<TransportParameters> decode_parameters(ByteView payload) noexcept {
  Decoder in(payload);
  TransportParameters p;
  p.connection_id = in.u64();
  constexpr std::uint64_t kDayMs = 86'400'000;
  p.idle_timeout_ms = in.varint(kDayMs);
  p.connection_window = in.varint(kNumberMax);
  p.stream_window = in.varint(kNumberMax);
  p.streams_max = in.varint(kNumberMax);
  p.datagram_bytes_max = in.varint(kDatagramLargest);
  // What follows belongs to later versions and is not read.
  if (in.failed() || p.connection_window == 0 || p.stream_window == 0)
    return fail(Code::protocol, "transport parameters");
  if (p.streams_max < kStreamsMin || p.datagram_bytes_max < kDatagramMin)
    return fail(Code::protocol, "transport parameters");
  return p;
}

}  // namespace hn::net
