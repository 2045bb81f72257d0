#include "net/stream.hpp"

#include <doctest/doctest.h>

#include "hn/base/random.hpp"

namespace hn::net {
namespace {

Byte at(std::uint64_t offset) {
  return static_cast<Byte>(offset * 131 >> 3);
}

Bytes piece(std::uint64_t begin, std::uint64_t end) {
  Bytes out;
  for (std::uint64_t i = begin; i < end; ++i) out.push_back(at(i));
  return out;
}

TEST_CASE("pieces in any order, overlapping and repeated, come out as they were") {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    INFO("seed ", seed);
    SeededRandom random(seed);
    constexpr std::uint64_t kSize = 20'000;
    ReceiveHalf in(kSize);
    std::uint64_t read = 0, wrong = 0;
    Byte buffer[700];
    while (!in.ended()) {
      const std::uint64_t begin = random.below(kSize);
      const std::uint64_t end = std::min(kSize, begin + random.below(1500));
      REQUIRE(in.receive(begin, piece(begin, end), end == kSize));
      const std::size_t n = in.read(buffer);
      for (std::size_t i = 0; i < n; ++i) wrong += buffer[i] != at(read + i) ? 1U : 0U;
      read += n;
      if (random.below(4) == 0)
        REQUIRE(in.receive(in.highest(), piece(0, 0), in.highest() == kSize));
    }
    CHECK(read == kSize);
    CHECK(wrong == 0);
  }
}

TEST_CASE("a peer that goes over the limit or contradicts itself is caught") {
  ReceiveHalf in(100);
  CHECK_FALSE(in.receive(90, piece(90, 101), false));
  REQUIRE(in.receive(0, piece(0, 50), true));
  CHECK_FALSE(in.receive(50, piece(50, 51), false));
  CHECK_FALSE(in.receive(0, piece(0, 40), true));
  CHECK_FALSE(in.reset(60));
  CHECK(in.reset(50));
}

TEST_CASE("memory follows what has come, never more than the window") {
  ReceiveHalf in(64 * 1024);
  CHECK(in.memory() == 0);
  REQUIRE(in.receive(64 * 1024 - 1, piece(0, 1), false));
  CHECK(in.memory() <= 64 * 1024);
}

TEST_CASE("lost bytes are sent again and acknowledged ones are not") {
  SendHalf out;
  out.raise_limit(10'000);
  CHECK(out.write(piece(0, 3000), 5000) == 3000);
  out.finish();
  for (int i = 0; i < 3; ++i) {
    const auto c = out.next_chunk(1000, 10'000);
    REQUIRE(c);
    CHECK(c->end == (i == 2));
    out.sent(*c);
  }
  CHECK_FALSE(out.next_chunk(1000, 10'000));
  out.acked(1000, 1000, false);
  out.lost(0, 3000, true);
  const auto first = out.next_chunk(4000, 0);
  REQUIRE(first);
  CHECK(first->offset == 0);
  CHECK(first->length == 1000);
  CHECK(first->again);
  out.sent(*first);
  const auto second = out.next_chunk(4000, 0);
  REQUIRE(second);
  CHECK(second->offset == 2000);
  CHECK(second->end);
  out.sent(*second);
  out.acked(0, 1000, false);
  CHECK_FALSE(out.delivered());
  out.acked(2000, 1000, true);
  CHECK(out.delivered());
}

TEST_CASE("the limits of the peer hold") {
  SendHalf out;
  out.raise_limit(100);
  CHECK(out.write(piece(0, 500), 300) == 300);
  const auto c = out.next_chunk(1000, 1000);
  REQUIRE(c);
  CHECK(c->length == 100);
  out.sent(*c);
  CHECK(out.blocked());
  CHECK_FALSE(out.next_chunk(1000, 1000));
  out.raise_limit(150);
  CHECK(out.next_chunk(1000, 20)->length == 20);
}

}  // namespace
}  // namespace hn::net
