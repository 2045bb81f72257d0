#include "hn/crypto/box.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "hn/base/text.hpp"

using namespace hn;
using namespace hn::crypto;

namespace {

template <std::size_t N>
std::array<Byte, N> fixed(std::string_view hex) {
  const Bytes bytes = from_hex(hex).value();
  REQUIRE(bytes.size() == N);
  std::array<Byte, N> out{};
  std::ranges::copy(bytes, out.begin());
  return out;
}

Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

std::array<Byte, 32> counting_from(Byte first) {
  std::array<Byte, 32> out{};
  for (Byte& b : out) b = first++;
  return out;
}

constexpr const char* kAlice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
constexpr const char* kBob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";

}  // namespace

TEST_CASE("key agreement is that of RFC 7748, section 6.1") {
  const AgreementKey alice = AgreementKey::from_secret(fixed<32>(kAlice));
  const AgreementKey bob = AgreementKey::from_secret(fixed<32>(kBob));
  CHECK(to_hex(alice.public_key().bytes) ==
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  CHECK(to_hex(bob.public_key().bytes) ==
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const auto secret = fixed<32>("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  CHECK(alice.agree(bob.public_key()) == secret);
  CHECK(bob.agree(alice.public_key()) == secret);
}

TEST_CASE("scalar multiplication is that of RFC 7748, section 5.2") {
  const auto times = [](std::string_view scalar, std::string_view point) {
    return AgreementKey::from_secret(fixed<32>(scalar)).agree({fixed<32>(point)});
  };
  CHECK(times("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
              "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c") ==
        fixed<32>("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
  CHECK(times("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
              "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493") ==
        fixed<32>("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"));
}

TEST_CASE("keys of small order give no secret") {
  const AgreementKey alice = AgreementKey::from_secret(fixed<32>(kAlice));
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"}) {
    CHECK(!alice.agree({fixed<32>(point)}));
  }
}

TEST_CASE("sealing is ChaCha20-Poly1305 of RFC 8439, appendix A.5") {
  const AeadKey key = fixed<32>("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
  const Bytes ad = hex("f33388860000000000004e91");
  const Bytes plain = to_bytes(as_bytes(
      "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, "
      "replaced, or obsoleted by other documents at any time. It is inappropriate to use "
      "Internet-Drafts as reference material or to cite them other than as /\xe2\x80\x9cwork in "
      "progress./\xe2\x80\x9d"));
  constexpr std::uint64_t kCounter = 0x0807060504030201;
  Bytes sealed(plain.size() + kTagBytes);
  seal(key, kCounter, ad, plain, sealed);
  CHECK(to_hex(ByteView(sealed).first(16)) == "64a0861575861af460f062c79be643bd");
  CHECK(to_hex(ByteView(sealed).last(16)) == "eead9d67890cbb22392336fea1851f38");
  Bytes back(plain.size());
  CHECK(open(key, kCounter, ad, sealed, back));
  CHECK(back == plain);
}

TEST_CASE("what was sealed opens with its own key, counter and data alone, in place too") {
  const AeadKey key = counting_from(1);
  const Bytes plain = hex("00112233445566778899");
  Bytes box = plain;
  box.resize(plain.size() + kTagBytes);
  seal(key, 7, {}, ByteView(box).first(plain.size()), box);
  Bytes out(plain.size(), 0x55);
  CHECK(!open(key, 8, {}, box, out));
  CHECK(out == Bytes(plain.size()));
  CHECK(!open(counting_from(2), 7, {}, box, out));
  CHECK(!open(key, 7, plain, box, out));
  for (std::size_t i = 0; i < box.size(); ++i) {
    Bytes bad = box;
    bad[i] ^= 1;
    CHECK(!open(key, 7, {}, bad, out));
  }
  CHECK(open(key, 7, {}, box, std::span(box).first(plain.size())));
  CHECK(equal(ByteView(box).first(plain.size()), plain));
}

TEST_CASE("what is shorter than a tag does not open") {
  Bytes nothing;
  CHECK(!open(AeadKey{}, 0, {}, Bytes(15), nothing));
  CHECK(!open_x(AeadKey{}, {}, {}, Bytes(15), nothing));
}

TEST_CASE("sealing with a long nonce is XChaCha20-Poly1305 of draft-irtf-cfrg-xchacha, A.3.1") {
  const Bytes plain = to_bytes(as_bytes(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it."));
  const auto nonce = fixed<24>("404142434445464748494a4b4c4d4e4f5051525354555657");
  const Bytes ad = hex("50515253c0c1c2c3c4c5c6c7");
  Bytes sealed(plain.size() + kTagBytes);
  seal_x(counting_from(0x80), nonce, ad, plain, sealed);
  CHECK(to_hex(ByteView(sealed).first(16)) == "bd6d179d3e83d43b9576579493c0e939");
  CHECK(to_hex(ByteView(sealed).last(16)) == "c0875924c1c7987947deafd8780acf49");
  Bytes back(plain.size());
  CHECK(open_x(counting_from(0x80), nonce, ad, sealed, back));
  CHECK(back == plain);
  sealed[0] ^= 1;
  CHECK(!open_x(counting_from(0x80), nonce, ad, sealed, back));
}

TEST_CASE("the key stream is ChaCha20 of RFC 8439, section 2.3.2") {
  Bytes out(64);
  stream(counting_from(0), 1, fixed<12>("000000090000004a00000000"), out);
  CHECK(to_hex(out) ==
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST_CASE("comparison in constant time compares") {
  CHECK(equal_in_constant_time(hex("0102"), hex("0102")));
  CHECK(!equal_in_constant_time(hex("0102"), hex("0103")));
  CHECK(!equal_in_constant_time(hex("0102"), hex("010200")));
}
