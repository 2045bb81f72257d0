// SHA-1 (FIPS 180-4), for git's object ids alone: libsodium does not have it. Nothing in hn relies
// on its collision resistance; the git layer reads objects through libgit2, which detects the
// known attacks.
#include <bit>

#include "hn/crypto/hash.hpp"

namespace hn::crypto {
namespace {

constexpr std::size_t kBlock = 64;

void compress(std::array<std::uint32_t, 5>& h, const Byte* block) noexcept {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    const Byte* p = block + 4 * i;
    w[i] = static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
           static_cast<std::uint32_t>(p[2]) << 8 | p[3];
  }
  for (std::size_t i = 16; i < 80; ++i)
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  auto [a, b, c, d, e] = h;
  for (std::size_t i = 0; i < 80; ++i) {
    std::uint32_t f = 0;
    std::uint32_t k = 0;
    if (i < 20) {
      f = (b & c) | (~b & d), k = 0x5a827999;
    } else if (i < 40) {
      f = b ^ c ^ d, k = 0x6ed9eba1;
    } else if (i < 60) {
      f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
    } else {
      f = b ^ c ^ d, k = 0xca62c1d6;
    }
    const std::uint32_t t = std::rotl(a, 5) + f + e + k + w[i];
    e = d, d = c, c = std::rotl(b, 30), b = a, a = t;
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
}

}  // namespace

std::array<Byte, 20> sha1(ByteView bytes) noexcept {
  std::array<std::uint32_t, 5> h{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size()) * 8;
  for (; bytes.size() >= kBlock; bytes = bytes.subspan(kBlock)) compress(h, bytes.data());
  std::array<Byte, 2 * kBlock> tail{};
  for (std::size_t i = 0; i < bytes.size(); ++i) tail[i] = bytes[i];
  tail[bytes.size()] = 0x80;
  const std::size_t end = bytes.size() < kBlock - 8 ? kBlock : 2 * kBlock;
  for (std::size_t i = 0; i < 8; ++i) tail[end - 1 - i] = static_cast<Byte>(bits >> (8 * i));
  for (std::size_t at = 0; at < end; at += kBlock) compress(h, tail.data() + at);
  std::array<Byte, 20> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<Byte>(h[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

}  // namespace hn::crypto
