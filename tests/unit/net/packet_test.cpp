#include "net/packet.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace hn::net {
namespace {

struct Wire {
  crypto::AeadKey key = [] {
    crypto::AeadKey k{};
    k[0] = 42;
    return k;
  }();
  PacketSealer sealer{key};
  PacketOpener opener{key};
  Bytes scratch = Bytes(2000);

  Bytes seal(std::uint64_t number, std::string_view text = "x") {
    Bytes p(kDataHeader + text.size() + crypto::kTagBytes);
    std::ranges::copy(as_bytes(text), p.begin() + kDataHeader);
    sealer.seal(0x1122334455667788, number, p);
    return p;
  }
  bool take(const Bytes& p) { return opener.open(p, scratch).has_value(); }
};

TEST_CASE("a sealed packet opens to its frames and number") {
  Wire w;
  const Bytes p = w.seal(7, "some frames");
  CHECK(connection_id_of(p) == 0x1122334455667788);
  const auto opened = w.opener.open(p, w.scratch);
  REQUIRE(opened);
  CHECK(opened->number == 7);
  CHECK(opened->highest);
  CHECK(as_text(opened->frames) == "some frames");
}

TEST_CASE("every changed bit is refused and changes nothing") {
  Wire w;
  const Bytes p = w.seal(0, "some frames");
  for (std::size_t i = 0; i < p.size() * 8; ++i) {
    Bytes forged = p;
    forged[i / 8] ^= static_cast<Byte>(1U << (i % 8));
    CHECK_FALSE(w.take(forged));
  }
  for (std::size_t n = 0; n < p.size(); ++n)
    CHECK_FALSE(w.take(Bytes(p.begin(), p.begin() + static_cast<long>(n))));
  CHECK(w.take(p));
}

TEST_CASE("a packet is taken once, in any order, within the window") {
  Wire w;
  const Bytes old = w.seal(1);
  const Bytes early = w.seal(5);
  CHECK(w.take(w.seal(9)));
  CHECK(w.take(early));
  CHECK_FALSE(w.take(early));
  CHECK(w.take(w.seal(kReplayWindow)));
  CHECK(w.take(old));
  CHECK_FALSE(w.take(old));
  const Bytes ancient = w.seal(2);
  CHECK(w.take(w.seal(kReplayWindow + 100)));
  CHECK_FALSE(w.take(ancient));
}

TEST_CASE("the number is found again from its low half") {
  Wire w;
  const std::uint64_t span = std::uint64_t{1} << 32;
  CHECK(w.take(w.seal(span / 2 - 1)));
  CHECK(w.take(w.seal(span - 3)));
  const auto across = w.opener.open(w.seal(span + 2), w.scratch);
  REQUIRE(across);
  CHECK(across->number == span + 2);
  const auto back = w.opener.open(w.seal(span - 1), w.scratch);
  REQUIRE(back);
  CHECK(back->number == span - 1);
}

TEST_CASE("keys change by the phase bit and packets of the last phase still open") {
  Wire w;
  const Bytes late = w.seal(3);
  CHECK(w.take(w.seal(4)));
  w.sealer.update();
  CHECK(w.take(w.seal(10)));
  CHECK(w.opener.key_updates() == 1);
  CHECK(w.take(late));
  CHECK(w.take(w.seal(8)));  // of the new phase, overtaken by the first that showed it
  w.sealer.update();
  CHECK(w.take(w.seal(20)));
  CHECK(w.opener.key_updates() == 2);
}

TEST_CASE("headers do not show number or phase") {
  Wire w;
  const Bytes a = w.seal(1);
  const Bytes b = w.seal(2);
  CHECK(a[9] != 1);
  CHECK((a[9] ^ b[9]) != 3);
}

}  // namespace
}  // namespace hn::net
