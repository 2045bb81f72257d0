#include "hn/base/codec.hpp"

#include <doctest/doctest.h>

#include "hn/base/random.hpp"
#include "hn/base/text.hpp"

using namespace hn;

namespace {

std::string varint_hex(std::uint64_t v) {
  return to_hex(Encoder().varint(v).bytes());
}
std::string zigzag_hex(std::int64_t v) {
  return to_hex(Encoder().zigzag(v).bytes());
}
Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

}  // namespace

TEST_CASE("varints take seven bits a byte, lowest first") {
  CHECK(varint_hex(0) == "00");
  CHECK(varint_hex(127) == "7f");
  CHECK(varint_hex(128) == "8001");
  CHECK(varint_hex(300) == "ac02");
  CHECK(varint_hex(UINT64_MAX) == "ffffffffffffffffff01");
}

TEST_CASE("zigzag puts small numbers of either sign into one byte") {
  CHECK(zigzag_hex(0) == "00");
  CHECK(zigzag_hex(-1) == "01");
  CHECK(zigzag_hex(1) == "02");
  CHECK(zigzag_hex(-64) == "7f");
  CHECK(zigzag_hex(INT64_MAX) == "feffffffffffffffff01");
  CHECK(zigzag_hex(INT64_MIN) == "ffffffffffffffffff01");
}

TEST_CASE("fixed numbers are little endian") {
  CHECK(to_hex(Encoder().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f).bytes()) ==
        "010302070605040f0e0d0c0b0a0908");
}

TEST_CASE("numbers of every length come back") {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t near : {UINT64_MAX, std::uint64_t{0}, std::uint64_t{1}}) {
      const std::uint64_t v = (std::uint64_t{1} << shift) + near;
      const auto s = static_cast<std::int64_t>(v);
      const Bytes bytes = Encoder().varint(v).zigzag(s).u64(v).bytes();
      Decoder in(bytes);
      CHECK(in.varint() == v);
      CHECK(in.zigzag() == s);
      CHECK(in.u64() == v);
      CHECK(in.done());
    }
  }
}

TEST_CASE("a varint has one form only") {
  for (const char* bad : {"8000", "ff00", "808000", "80", "ffffffffffffffffff02",
                          "ffffffffffffffffff8100", "80808080808080808080", ""}) {
    CAPTURE(bad);
    const Bytes bytes = hex(bad);
    Decoder in(bytes);
    CHECK(in.varint() == 0);
    CHECK(in.failed());
  }
}

TEST_CASE("a varint is the same whatever stands behind it") {
  const std::string behind = "ff80ffffffffffffffff";
  for (unsigned bits = 1; bits <= 64; ++bits) {
    const std::uint64_t v = UINT64_MAX >> (64 - bits);
    Bytes bytes = Encoder().varint(v).raw(hex(behind)).bytes();
    const std::size_t left = bytes.size();
    Decoder in(bytes);
    CHECK(in.varint() == v);
    CHECK(in.left() == behind.size() / 2);
    // A longer form of the same: its last byte goes on, with nothing.
    bytes[left - behind.size() / 2 - 1] |= 0x80;
    bytes[left - behind.size() / 2] = 0;
    Decoder longer(bytes);
    CHECK(longer.varint() == 0);
    CHECK(longer.failed());
  }
}

TEST_CASE("a varint over its limit fails") {
  const Bytes bytes = hex("8001");
  Decoder fits(bytes);
  CHECK(fits.varint(128) == 128);
  Decoder over(bytes);
  CHECK(over.varint(127) == 0);
  CHECK(over.failed());
}

TEST_CASE("a length beyond the bytes that are left fails, however long it claims to be") {
  for (const char* bad : {"0261", "ffffffffffffffffff01", "05"}) {
    const Bytes bytes = hex(bad);
    Decoder in(bytes);
    CHECK(in.sized(SIZE_MAX).empty());
    CHECK(in.failed());
  }
}

TEST_CASE("failure is sticky") {
  const Bytes bytes = hex("8000010203");
  Decoder in(bytes);
  in.varint();
  CHECK(in.u8() == 0);
  CHECK(in.left() == 0);
  CHECK(in.hash() == Hash{});
  CHECK(!in.done());
}

TEST_CASE("what is left over is not done") {
  const Bytes bytes = hex("0102");
  Decoder in(bytes);
  in.u8();
  CHECK(!in.done());
  in.u8();
  CHECK(in.done());
}

TEST_CASE("sized strings come back and point into the input") {
  const Bytes bytes = Encoder().sized("abc").sized("").bytes();
  Decoder in(bytes);
  const ByteView first = in.sized(3);
  CHECK(as_text(first) == "abc");
  CHECK(first.data() == bytes.data() + 1);
  CHECK(in.sized(0).empty());
  CHECK(in.done());
}

TEST_CASE("seeded random numbers are those of xoshiro256**") {
  // From another implementation.
  SeededRandom a(0);
  SeededRandom b(0);
  CHECK(a.next() == 0x99ec5f36cb75f2b4ULL);
  CHECK(a.next() == 0xbf6e1f784956452aULL);
  Bytes bytes(8);
  b.fill(bytes);
  CHECK(to_hex(bytes) == "b4f275cb365fec99");
}

TEST_CASE("numbers below a bound stay below it and reach every value") {
  SeededRandom random(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 1000; ++i) seen.at(random.below(7)) += 1;
  for (const int n : seen) CHECK(n > 80);
  CHECK(random.below(1) == 0);
}
