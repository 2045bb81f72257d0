#include "net/handshake.hpp"

#include <doctest/doctest.h>

#include "hn/net/message.hpp"

namespace hn::net {
namespace {

struct Hello {
  SeededRandom random{3};
  crypto::AgreementKey key = crypto::AgreementKey::generate(random);
  Bytes noise = Bytes(120, 7);
  HandshakePacket packet{HandshakeType::hello_ik, 99, 0, noise};
  Bytes bytes = encode_hello(packet, key.public_key(), std::nullopt);
};

TEST_CASE("a hello is padded, and read as it was written") {
  Hello h;
  CHECK(h.bytes.size() == kHelloBytes);
  const auto p = decode_handshake(h.bytes);
  REQUIRE(p);
  CHECK(p->sender == 99);
  CHECK(equal(p->noise, h.noise));
  CHECK(mac1_is_right(h.bytes, h.key.public_key()));
  CHECK_FALSE(mac1_is_right(h.bytes, crypto::TransportKey{}));
}

TEST_CASE("no answer is longer than the shortest hello") {
  const Bytes fits(kHelloBytes - 20, 7);
  const Bytes answer = encode_answer({HandshakeType::reply_ik, 1, 2, fits});
  CHECK(answer.size() == kHelloBytes);
  CHECK(decode_handshake(answer));
  Bytes longer = answer;
  longer.push_back(7);
  ++longer[19];
  CHECK_FALSE(decode_handshake(longer));
  // What asks may be longer, as far as a datagram that passes everywhere.
  Hello h;
  Bytes hello = h.bytes;
  hello.resize(kDatagramMin);
  CHECK(decode_handshake(hello));
  hello.push_back(0);
  CHECK_FALSE(decode_handshake(hello));
}

TEST_CASE("a short hello, another version and unknown types are refused") {
  Hello h;
  CHECK_FALSE(decode_handshake(ByteView(h.bytes).first(kHelloBytes - 1)));
  Bytes version = h.bytes;
  version[1] = 1;
  CHECK_FALSE(decode_handshake(version));
  Bytes type = h.bytes;
  type[0] = 0x86;
  CHECK_FALSE(decode_handshake(type));
}

TEST_CASE("a cookie opens for the hello that it answers and proves one address") {
  Hello h;
  const auto here = *PeerAddress::from(as_bytes("here"));
  const auto there = *PeerAddress::from(as_bytes("there"));
  std::array<Byte, 32> secret{};
  const Mac cookie = cookie_of(secret, here);
  CHECK(cookie != cookie_of(secret, there));
  const Bytes sealed = encode_cookie(h.bytes, 99, cookie, h.key.public_key(), h.random);
  CHECK(sealed.size() * 3 < h.bytes.size());
  const auto packet = decode_cookie(sealed);
  REQUIRE(packet);
  const auto got = open_cookie(*packet, hello_mac1(h.bytes), h.key.public_key());
  REQUIRE(got);
  CHECK(*got == cookie);
  CHECK_FALSE(open_cookie(*packet, Mac{}, h.key.public_key()));
  const Bytes again = encode_hello(h.packet, h.key.public_key(), got);
  CHECK(mac2_is_right(again, cookie));
  CHECK_FALSE(mac2_is_right(h.bytes, cookie));
}

TEST_CASE("parameters outside their bounds are refused") {
  EndpointConfig config;
  TransportParameters p = parameters_of(config, 5);
  CHECK(decode_parameters(encode_parameters(p)));
  p.streams_max = 15;
  CHECK_FALSE(decode_parameters(encode_parameters(p)));
  p = parameters_of(config, 5);
  p.datagram_bytes_max = 1199;
  CHECK_FALSE(decode_parameters(encode_parameters(p)));
}

TEST_CASE("messages come out of a stream however it was cut") {
  Bytes stream;
  append_message(stream, as_bytes("one"));
  append_message(stream, {});
  append_message(stream, Bytes(300, 5));
  MessageReader in(1000);
  std::vector<std::size_t> sizes;
  for (const Byte b : stream) {
    in.push(ByteView(&b, 1));
    for (;;) {
      auto m = in.next();
      REQUIRE(m);
      if (!*m) break;
      sizes.push_back((*m)->size());
    }
  }
  CHECK(sizes == std::vector<std::size_t>{3, 0, 300});
  CHECK_FALSE(in.partial());
}

TEST_CASE("a message over the limit is refused before it is stored") {
  MessageReader in(100);
  in.push(Bytes{101});
  CHECK_FALSE(in.next());
  MessageReader longer(100);
  longer.push(Bytes{0x80, 0x00});
  CHECK_FALSE(longer.next());
}

}  // namespace
}  // namespace hn::net
