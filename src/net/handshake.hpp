#pragma once

#include <optional>

#include "hn/base/result.hpp"
#include "hn/crypto/box.hpp"
#include "hn/net/address.hpp"
#include "hn/net/endpoint.hpp"

// Handshake packets: layout, the two MACs and cookies (hn-protocol(7), HANDSHAKE PACKETS).
namespace hn::net {

inline constexpr std::uint8_t kTransportVersion = 0;
inline constexpr std::string_view kPrologue = "hn transport 0";
// A caller spends as much as it could make us send: no hello is shorter, and no answer longer.
inline constexpr std::size_t kHelloBytes = 208;
inline constexpr std::size_t kMacBytes = 16;
inline constexpr Duration kCookieLife = std::chrono::seconds(120);

enum class HandshakeType : std::uint8_t {
  hello_ik = 0x80,
  reply_ik = 0x81,
  hello_xx = 0x82,
  reply_xx = 0x83,
  finish_xx = 0x84,
  cookie = 0x85,
};

using Mac = std::array<Byte, kMacBytes>;

struct HandshakePacket {
  HandshakeType type = HandshakeType::hello_ik;
  std::uint64_t sender = 0;    // the connection id that the sender wants to be reached under
  std::uint64_t receiver = 0;  // the one that the other side chose; 0 in a hello
  ByteView noise;
};

// The key whose knowledge a hello of this type shows: the responder's, or none where it is not
// known.
crypto::TransportKey mac_identity(HandshakeType type,
                                  const crypto::TransportKey& responder) noexcept;

// A hello of kHelloBytes with both MACs (the second zero without a cookie).
Bytes encode_hello(const HandshakePacket& p, const crypto::TransportKey& identity,
                   const std::optional<Mac>& cookie);
// A reply or finish: no padding, no MAC.
Bytes encode_answer(const HandshakePacket& p);

// Any handshake packet except a cookie; the form only, no MAC.
Result<HandshakePacket> decode_handshake(ByteView datagram) noexcept;

Mac hello_mac1(ByteView datagram) noexcept;  // as it stands in the packet
bool mac1_is_right(ByteView hello, const crypto::TransportKey& identity) noexcept;
bool mac2_is_right(ByteView hello, const Mac& cookie) noexcept;

// The cookie of an address, and the packet that carries it to whoever sent `hello`.
Mac cookie_of(const std::array<Byte, 32>& secret, const PeerAddress& address) noexcept;
Bytes encode_cookie(ByteView hello, std::uint64_t receiver, const Mac& cookie,
                    const crypto::TransportKey& identity, Random& random);
// What the caller whose hello had `mac1` finds in it.
struct CookiePacket {
  std::uint64_t receiver = 0;
  std::array<Byte, 24> nonce{};
  ByteView sealed;
};
Result<CookiePacket> decode_cookie(ByteView datagram) noexcept;
std::optional<Mac> open_cookie(const CookiePacket& p, const Mac& mac1,
                               const crypto::TransportKey& identity) noexcept;

// What each side says of itself inside the handshake.
struct TransportParameters {
  std::uint64_t connection_id = 0;  // equals the packet's sender field, which nothing else protects
  std::uint64_t idle_timeout_ms = 0;
  std::uint64_t connection_window = 0;
  std::uint64_t stream_window = 0;
  std::uint64_t streams_max = 0;
  std::uint64_t datagram_bytes_max = 0;
};
TransportParameters parameters_of(const EndpointConfig& config,
                                  std::uint64_t connection_id) noexcept;
Bytes encode_parameters(const TransportParameters& p);
Result<TransportParameters> decode_parameters(ByteView payload) noexcept;

}  // namespace hn::net
