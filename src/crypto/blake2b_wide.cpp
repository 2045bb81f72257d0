// blake2b_lanes.cpp with eight lanes: AVX-512 has an instruction for each rotation, and registers
// for the whole state and block. For AVX-512F alone; the same caution holds.
#include "crypto/blake2b_lanes.hpp"

#if defined(__AVX512F__)

#include <immintrin.h>

namespace hn::crypto {
namespace {

constexpr std::uint64_t kIv[8] = {
    0x6a09e667f3bcc908ULL, 0xbb67ae8584caa73bULL, 0x3c6ef372fe94f82bULL, 0xa54ff53a5f1d36f1ULL,
    0x510e527fade682d1ULL, 0x9b05688c2b3e6c1fULL, 0x1f83d9abfb41bd6bULL, 0x5be0cd19137e2179ULL};

// RFC 7693, 2.7; rounds 10 and 11 are those of 0 and 1.
constexpr std::uint8_t kSigma[12][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                         {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                         {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                         {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                         {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                         {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                         {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                         {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                         {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
                                         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

using Lanes = __m512i;

Lanes load(const void* from) {
  return _mm512_loadu_si512(from);
}

void mix(Lanes& a, Lanes& b, Lanes& c, Lanes& d, Lanes x, Lanes y) {
  a = _mm512_add_epi64(_mm512_add_epi64(a, b), x);
  d = _mm512_ror_epi64(_mm512_xor_si512(d, a), 32);
  c = _mm512_add_epi64(c, d);
  b = _mm512_ror_epi64(_mm512_xor_si512(b, c), 24);
  a = _mm512_add_epi64(_mm512_add_epi64(a, b), y);
  d = _mm512_ror_epi64(_mm512_xor_si512(d, a), 16);
  c = _mm512_add_epi64(c, d);
  b = _mm512_ror_epi64(_mm512_xor_si512(b, c), 63);
}

// Of a vector, its quarters 0 and 2; 1 and 3.
Lanes even_quarters(Lanes a, Lanes b) {
  return _mm512_shuffle_i64x2(a, b, 0x88);
}
Lanes odd_quarters(Lanes a, Lanes b) {
  return _mm512_shuffle_i64x2(a, b, 0xdd);
}

// Pairs of lanes, each with every other word of theirs, become four words of all lanes.
void join_pairs(Lanes words[8], int first, const Lanes pairs[4]) {
  const Lanes even_low = even_quarters(pairs[0], pairs[1]);
  const Lanes even_high = even_quarters(pairs[2], pairs[3]);
  const Lanes odd_low = odd_quarters(pairs[0], pairs[1]);
  const Lanes odd_high = odd_quarters(pairs[2], pairs[3]);
  words[first] = even_quarters(even_low, even_high);
  words[first + 4] = odd_quarters(even_low, even_high);
  words[first + 2] = even_quarters(odd_low, odd_high);
  words[first + 6] = odd_quarters(odd_low, odd_high);
}

// Word i of all lanes in words[i]: rows of eight words become columns.
void transpose(Lanes words[16], const std::uint8_t* const blocks[kWideLanes]) {
  for (int half = 0; half < 2; ++half) {
    Lanes low[4];
    Lanes high[4];
    for (int i = 0; i < 4; ++i) {
      const Lanes a = load(blocks[2 * i] + 64 * half);
      const Lanes b = load(blocks[2 * i + 1] + 64 * half);
      low[i] = _mm512_unpacklo_epi64(a, b);
      high[i] = _mm512_unpackhi_epi64(a, b);
    }
    join_pairs(words + 8 * half, 0, low);
    join_pairs(words + 8 * half, 1, high);
  }
}

void round(Lanes v[16], const Lanes words[16], const std::uint8_t* s) {
  mix(v[0], v[4], v[8], v[12], words[s[0]], words[s[1]]);
  mix(v[1], v[5], v[9], v[13], words[s[2]], words[s[3]]);
  mix(v[2], v[6], v[10], v[14], words[s[4]], words[s[5]]);
  mix(v[3], v[7], v[11], v[15], words[s[6]], words[s[7]]);
  mix(v[0], v[5], v[10], v[15], words[s[8]], words[s[9]]);
  mix(v[1], v[6], v[11], v[12], words[s[10]], words[s[11]]);
  mix(v[2], v[7], v[8], v[13], words[s[12]], words[s[13]]);
  mix(v[3], v[4], v[9], v[14], words[s[14]], words[s[15]]);
}

}  // namespace

void compress_wide(WideStates& states, const std::uint8_t* const blocks[kWideLanes],
                   const std::uint64_t counts[kWideLanes],
                   const std::uint64_t last[kWideLanes]) noexcept {
  Lanes words[16];
  transpose(words, blocks);
  Lanes v[16];
  for (int i = 0; i < 8; ++i) {
    v[i] = load(states.words[i]);
    v[i + 8] = _mm512_set1_epi64(static_cast<long long>(kIv[i]));
  }
  v[12] = _mm512_xor_si512(v[12], load(counts));
  v[14] = _mm512_xor_si512(v[14], load(last));
#pragma GCC unroll 12
  for (const auto& sigma : kSigma) round(v, words, sigma);
  for (int i = 0; i < 8; ++i) {
    const Lanes mixed = _mm512_xor_si512(load(states.words[i]), _mm512_xor_si512(v[i], v[i + 8]));
    _mm512_store_si512(states.words[i], mixed);
  }
}

}  // namespace hn::crypto

#endif
