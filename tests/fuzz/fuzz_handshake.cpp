// layer: net
#include "hn/base/assert.hpp"
#include "net/handshake.hpp"
#include "net/packet.hpp"

// A datagram from anywhere: as a handshake packet, a cookie, parameters, a data packet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hn;
  using namespace hn::net;
  const ByteView datagram(data, size);
  if (const auto p = decode_handshake(datagram)) {
    HN_ASSERT(p->noise.size() <= size);
    const bool hello = p->type == HandshakeType::hello_ik || p->type == HandshakeType::hello_xx;
    if (hello) {
      HN_ASSERT(size >= kHelloBytes && size <= kDatagramMin);
      static_cast<void>(mac1_is_right(datagram, {}));
      static_cast<void>(mac2_is_right(datagram, hello_mac1(datagram)));
    } else {
      HN_ASSERT(equal(encode_answer(*p), datagram));
    }
  }
  if (const auto p = decode_cookie(datagram)) HN_ASSERT(!open_cookie(*p, {}, {}));
  if (const auto p = decode_parameters(datagram)) {
    // What a later version says behind them is not read.
    const Bytes again = encode_parameters(*p);
    HN_ASSERT(again.size() <= size && equal(again, datagram.first(again.size())));
  }
  if (is_data_packet(datagram)) {
    static_cast<void>(connection_id_of(datagram));
    PacketOpener opener{crypto::AeadKey{}};
    Bytes scratch(size);
    // Without the key nobody makes a packet.
    HN_ASSERT(!opener.open(datagram, scratch));
  }
  return 0;
}
