#pragma once

#include <cstddef>
#include <cstdint>

namespace hn::crypto {

inline constexpr std::size_t kLanes = 4;
inline constexpr std::size_t kWideLanes = 8;
inline constexpr std::size_t kBlakeBlockBytes = 128;

// The states of as many BLAKE2b hashes side by side: word w of lane l is words[w][l].
struct LaneStates {
  alignas(32) std::uint64_t words[8][kLanes];
};
struct WideStates {
  alignas(64) std::uint64_t words[8][kWideLanes];
};

// BLAKE2b's compression F (RFC 7693, 3.2) in each lane: of one block, of the number of bytes up to
// its end, and of all ones where it is the last one, else 0. For a processor with AVX2.
void compress_lanes(LaneStates& states, const std::uint8_t* const blocks[kLanes],
                    const std::uint64_t counts[kLanes], const std::uint64_t last[kLanes]) noexcept;
// The same for one with AVX-512F.
void compress_wide(WideStates& states, const std::uint8_t* const blocks[kWideLanes],
                   const std::uint64_t counts[kWideLanes],
                   const std::uint64_t last[kWideLanes]) noexcept;

}  // namespace hn::crypto
