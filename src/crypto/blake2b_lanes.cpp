// Four independent hashes in the four 64-bit lanes of AVX2 registers, as libb2 and the reference
// code do within one BLAKE2bp. One hash alone uses a register for a row of its state and waits for
// each step; four of them keep the units busy: 2.3 GB/s on a core where libsodium has 0.9.
//
// Compiled for AVX2, so nothing here may be shared with other code: no templates, no inline
// functions of headers.
#include "crypto/blake2b_lanes.hpp"

#if defined(__AVX2__)

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

using Lanes = __m256i;

Lanes load(const void* from) {
  return _mm256_loadu_si256(static_cast<const Lanes*>(from));
}

Lanes rotate_32(Lanes x) {
  return _mm256_shuffle_epi32(x, 0xb1);
}
Lanes rotate_24(Lanes x) {
  const Lanes order = _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,  //
                                       3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
  return _mm256_shuffle_epi8(x, order);
}
Lanes rotate_16(Lanes x) {
  const Lanes order = _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,  //
                                       2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
  return _mm256_shuffle_epi8(x, order);
}
Lanes rotate_63(Lanes x) {
  return _mm256_or_si256(_mm256_srli_epi64(x, 63), _mm256_add_epi64(x, x));
}

void mix(Lanes& a, Lanes& b, Lanes& c, Lanes& d, Lanes x, Lanes y) {
  a = _mm256_add_epi64(_mm256_add_epi64(a, b), x);
  d = rotate_32(_mm256_xor_si256(d, a));
  c = _mm256_add_epi64(c, d);
  b = rotate_24(_mm256_xor_si256(b, c));
  a = _mm256_add_epi64(_mm256_add_epi64(a, b), y);
  d = rotate_16(_mm256_xor_si256(d, a));
  c = _mm256_add_epi64(c, d);
  b = rotate_63(_mm256_xor_si256(b, c));
}

// Word i of all lanes in words[i]: rows of four words become columns.
void transpose(Lanes words[16], const std::uint8_t* const blocks[kLanes]) {
  for (int i = 0; i < 4; ++i) {
    const Lanes a = load(blocks[0] + 32 * i);
    const Lanes b = load(blocks[1] + 32 * i);
    const Lanes c = load(blocks[2] + 32 * i);
    const Lanes d = load(blocks[3] + 32 * i);
    const Lanes low_ab = _mm256_unpacklo_epi64(a, b);
    const Lanes high_ab = _mm256_unpackhi_epi64(a, b);
    const Lanes low_cd = _mm256_unpacklo_epi64(c, d);
    const Lanes high_cd = _mm256_unpackhi_epi64(c, d);
    words[4 * i] = _mm256_permute2x128_si256(low_ab, low_cd, 0x20);
    words[4 * i + 1] = _mm256_permute2x128_si256(high_ab, high_cd, 0x20);
    words[4 * i + 2] = _mm256_permute2x128_si256(low_ab, low_cd, 0x31);
    words[4 * i + 3] = _mm256_permute2x128_si256(high_ab, high_cd, 0x31);
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

void compress_lanes(LaneStates& states, const std::uint8_t* const blocks[kLanes],
                    const std::uint64_t counts[kLanes], const std::uint64_t last[kLanes]) noexcept {
  Lanes words[16];
  transpose(words, blocks);
  Lanes v[16];
  for (int i = 0; i < 8; ++i) {
    v[i] = load(states.words[i]);
    v[i + 8] = _mm256_set1_epi64x(static_cast<long long>(kIv[i]));
  }
  v[12] = _mm256_xor_si256(v[12], load(counts));
  v[14] = _mm256_xor_si256(v[14], load(last));
#pragma GCC unroll 12
  for (const auto& sigma : kSigma) round(v, words, sigma);
  for (int i = 0; i < 8; ++i) {
    const Lanes mixed = _mm256_xor_si256(load(states.words[i]), _mm256_xor_si256(v[i], v[i + 8]));
    _mm256_store_si256(reinterpret_cast<Lanes*>(states.words[i]), mixed);
  }
}

}  // namespace hn::crypto

#endif
