#include "hn/crypto/sign.hpp"

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

constexpr const char* kSeed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

SigningKey key() {
  return SigningKey::from_seed(fixed<32>(kSeed));
}

}  // namespace

TEST_CASE("public keys are those of RFC 8032, section 7.1") {
  const auto public_of = [](std::string_view seed) {
    return to_hex(SigningKey::from_seed(fixed<32>(seed)).public_key().bytes);
  };
  CHECK(public_of(kSeed) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(public_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb") ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(public_of("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7") ==
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
}

TEST_CASE("a signature covers purpose, zero byte and message") {
  // Made by OpenSSL over "hn test\0message" with the first key of RFC 8032.
  CHECK(to_hex(key().sign("hn test", as_bytes("message")).bytes) ==
        "815b5427e6359ef346e0df04c570ae088e25fb9aecc5f676465d8c6c381f3b92"
        "4eaf98627ec23052a6a0d7a3335d746e155f579abe2b0aa863c833843887eb08");
}

TEST_CASE("a signature holds for its own key, purpose and message alone") {
  const SigningKey mine = key();
  const Signature s = mine.sign("purpose", as_bytes("message"));
  CHECK(verify(mine.public_key(), "purpose", as_bytes("message"), s));
  CHECK(!verify(mine.public_key(), "purpose", as_bytes("massage"), s));
  CHECK(!verify(mine.public_key(), "porpoise", as_bytes("message"), s));
  CHECK(!verify(SigningKey::from_seed({}).public_key(), "purpose", as_bytes("message"), s));
}

TEST_CASE("no bit of a signature can be changed") {
  const SigningKey mine = key();
  const Signature s = mine.sign("p", as_bytes("m"));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature other = s;
    other.bytes[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    CHECK(!verify(mine.public_key(), "p", as_bytes("m"), other));
  }
}

TEST_CASE("signatures are not malleable and small-order keys verify nothing") {
  const SigningKey mine = key();
  Signature s = mine.sign("p", as_bytes("m"));
  // S + L, the other form of the same number.
  const auto order = fixed<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = s.bytes[32 + i] + order[i] + carry;
    s.bytes[32 + i] = static_cast<Byte>(sum);
    carry = sum >> 8;
  }
  CHECK(!verify(mine.public_key(), "p", as_bytes("m"), s));
  PublicKey neutral;
  neutral.bytes[0] = 1;
  Signature trivial;
  trivial.bytes[0] = 1;
  CHECK(!verify(neutral, "p", as_bytes("m"), trivial));
}

TEST_CASE("a moved key signs on, the one it came from is wiped") {
  SigningKey from = key();
  SigningKey to = std::move(from);
  CHECK(verify(to.public_key(), "p", as_bytes("m"), to.sign("p", as_bytes("m"))));
  CHECK(from.seed() == std::array<Byte, 32>{});  // NOLINT(bugprone-use-after-move)
}
