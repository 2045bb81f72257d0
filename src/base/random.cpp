#include "hn/base/random.hpp"

#include <bit>

#include "hn/base/assert.hpp"

namespace hn {

std::uint64_t Random::u64() {
  std::array<Byte, 8> b{};
  fill(b);
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < b.size(); ++i) v |= static_cast<std::uint64_t>(b[i]) << (8 * i);
  return v;
}

std::uint64_t Random::below(std::uint64_t bound) {
  HN_ASSERT(bound > 0);
  const std::uint64_t skip = (~bound + 1) % bound;  // 2^64 mod bound values would be favoured
  for (;;) {
    const std::uint64_t v = u64();
    if (v >= skip) return v % bound;
  }
}

SeededRandom::SeededRandom(std::uint64_t seed) : s_{} {
  for (std::uint64_t& s : s_) {
    seed += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    s = z ^ (z >> 31);
  }
}

std::uint64_t SeededRandom::next() {
  const std::uint64_t out = std::rotl(s_[1] * 5, 7) * 9;
  const std::uint64_t t = s_[1] << 17;
  s_[2] ^= s_[0];
  s_[3] ^= s_[1];
  s_[1] ^= s_[2];
  s_[0] ^= s_[3];
  s_[2] ^= t;
  s_[3] = std::rotl(s_[3], 45);
  return out;
}

void SeededRandom::fill(std::span<Byte> out) {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) v = next();
    out[i] = static_cast<Byte>(v >> (8 * (i % 8)));
  }
}

}  // namespace hn
