#include "store/plain_cache.hpp"

#include <doctest/doctest.h>

using namespace hn;
using namespace hn::store;

namespace {

constexpr std::size_t kMax = 24U << 20U;
constexpr std::size_t kBlock = 64U << 10U;

object::Address address(std::uint32_t number) {
  object::Address out;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = static_cast<Byte>(number >> (8 * i));
  return out;
}

void add(PlainCache& cache, std::uint32_t number) {
  cache.add(address(number), make_plain(object::Kind::tree, PlainBytes(kBlock), 0));
}

std::size_t bytes_held(PlainCache& cache, std::uint32_t from, std::uint32_t to) {
  std::size_t held = 0;
  for (std::uint32_t i = from; i < to; ++i) held += cache.find(address(i)) ? kBlock : 0;
  return held;
}

}  // namespace

TEST_CASE("a cache whose blocks are met again grows, and never beyond its limit") {
  PlainCache cache(kMax);
  constexpr std::uint32_t kBlocks = 4000;
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    if (i > 0) CHECK(cache.find(address(i - 1)) != nullptr);
    add(cache, i);
  }
  const std::size_t held = bytes_held(cache, 0, kBlocks);
  CHECK(held > kMax);
  CHECK(held <= 2 * kMax + kBlock);
}

TEST_CASE("a cache whose blocks are not met again stays small") {
  PlainCache cache(kMax);
  constexpr std::uint32_t kBlocks = 4000;
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    if (i % 8 == 7) CHECK(cache.find(address(i - 1)) != nullptr);
    add(cache, i);
  }
  CHECK(cache.find(address(kBlocks - 1)) != nullptr);
  CHECK(bytes_held(cache, 0, kBlocks) < kMax / 2);
}

TEST_CASE("a cache of little room holds no more than that") {
  constexpr std::size_t kLittle = 1U << 20U;
  PlainCache cache(kLittle);
  for (std::uint32_t i = 0; i < 100; ++i) {
    if (i > 0) CHECK(cache.find(address(i - 1)) != nullptr);
    add(cache, i);
  }
  CHECK(bytes_held(cache, 0, 100) <= 2 * kLittle + kBlock);
}
