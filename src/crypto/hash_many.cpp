#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <numeric>

#include "crypto/blake2b_lanes.hpp"
#include "hn/base/assert.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::crypto {
namespace {

#if defined(__x86_64__)

enum class Width { none, four, eight };

Width width() noexcept {
  static const Width found = __builtin_cpu_supports("avx512f") != 0 ? Width::eight
                             : __builtin_cpu_supports("avx2") != 0  ? Width::four
                                                                    : Width::none;
  return found;
}

struct Four {
  static constexpr std::size_t kCount = kLanes;
  using States = LaneStates;
  static constexpr auto compress = compress_lanes;
};
struct Eight {
  static constexpr std::size_t kCount = kWideLanes;
  using States = WideStates;
  static constexpr auto compress = compress_wide;
};

// The parameter block of a hash of 32 bytes without key and salt (RFC 7693, 2.5 and the reference
// code's blake2b_param), already mixed with the initial state.
constexpr std::array<std::uint64_t, 8> kStart = {0x6a09e667f3bcc908ULL ^ 0x01010020ULL,
                                                 0xbb67ae8584caa73bULL,
                                                 0x3c6ef372fe94f82bULL,
                                                 0xa54ff53a5f1d36f1ULL,
                                                 0x510e527fade682d1ULL,
                                                 0x9b05688c2b3e6c1fULL,
                                                 0x1f83d9abfb41bd6bULL,
                                                 0x5be0cd19137e2179ULL};

// Messages in lanes; one that ends makes room for the next.
template <class Kind>
class Lanes {
 public:
  Lanes(std::span<const HashInput> inputs, std::span<Hash> out) : inputs_(inputs), out_(out) {}

  // Of all inputs that `order` names, by their places.
  void run(std::span<const std::uint32_t> order) {
    for (;;) {
      for (std::size_t l = 0; l < kCount; ++l) {
        if (lanes_[l].busy || order.empty()) continue;
        begin(l, order.front());
        order = order.subspan(1);
      }
      if (std::ranges::none_of(lanes_, &Lane::busy)) return;
      step();
    }
  }

 private:
  static constexpr std::size_t kCount = Kind::kCount;
  struct Lane {
    bool busy = false;
    std::uint32_t input = 0;
    std::size_t done = 0;  // bytes
    std::array<Byte, kBlakeBlockBytes> tail{};
  };

  void begin(std::size_t l, std::uint32_t input) {
    lanes_[l].busy = true;
    lanes_[l].input = input;
    lanes_[l].done = 0;
    for (std::size_t w = 0; w < 8; ++w) states_.words[w][l] = kStart[w];
    const auto purpose =
        std::bit_cast<std::array<std::uint64_t, 2>>(inputs_[input].purpose->bytes());
    states_.words[6][l] ^= purpose[0];
    states_.words[7][l] ^= purpose[1];
  }

  // Compresses a block of each lane. One that is idle goes over its old tail for nothing.
  void step() {
    const std::uint8_t* blocks[kCount];
    std::uint64_t counts[kCount] = {};
    std::uint64_t last[kCount] = {};
    for (std::size_t l = 0; l < kCount; ++l) {
      Lane& lane = lanes_[l];
      blocks[l] = lane.tail.data();
      if (!lane.busy) continue;
      const ByteView rest = inputs_[lane.input].bytes.subspan(lane.done);
      if (rest.size() > kBlakeBlockBytes) {
        blocks[l] = rest.data();
        lane.done += kBlakeBlockBytes;
      } else {
        lane.tail.fill(0);
        std::ranges::copy(rest, lane.tail.begin());
        lane.done += rest.size();
        last[l] = ~std::uint64_t{0};
      }
      counts[l] = lane.done;
    }
    Kind::compress(states_, blocks, counts, last);
    for (std::size_t l = 0; l < kCount; ++l) {
      if (last[l] != 0) end(l);
    }
  }

  void end(std::size_t l) {
    Hash& out = out_[lanes_[l].input];
    for (std::size_t w = 0; w < out.size() / 8; ++w)
      std::memcpy(out.data() + 8 * w, &states_.words[w][l], 8);
    lanes_[l].busy = false;
  }

  std::span<const HashInput> inputs_;
  std::span<Hash> out_;
  std::array<Lane, kCount> lanes_;
  typename Kind::States states_{};
};

// The longest begin first, so that all lanes end at about the same time; one that is longer than
// all others together would have the lanes to itself for most of it, and goes alone.
template <class Kind>
void hash_in_lanes(std::span<const HashInput> inputs, std::span<Hash> out) {
  const auto bytes_of = [&](std::uint32_t i) { return inputs[i].bytes.size(); };
  std::vector<std::uint32_t> by_length(inputs.size());
  std::iota(by_length.begin(), by_length.end(), 0U);
  std::ranges::sort(by_length, std::greater<>(), bytes_of);
  std::size_t rest = 0;
  for (const std::uint32_t i : by_length) rest += bytes_of(i);
  std::span<const std::uint32_t> order = by_length;
  while (!order.empty() && 2 * bytes_of(order.front()) > rest) {
    const std::uint32_t alone = order.front();
    out[alone] = hash(*inputs[alone].purpose, inputs[alone].bytes);
    rest -= bytes_of(alone);
    order = order.subspan(1);
  }
  Lanes<Kind>(inputs, out).run(order);
}

#endif

}  // namespace

std::vector<Hash> hash_many(std::span<const HashInput> inputs) {
  std::vector<Hash> out(inputs.size());
#if defined(__x86_64__)
  if (width() == Width::eight) return hash_in_lanes<Eight>(inputs, out), out;
  if (width() == Width::four) return hash_in_lanes<Four>(inputs, out), out;
#endif
  for (std::size_t i = 0; i < inputs.size(); ++i)
    out[i] = hash(*inputs[i].purpose, inputs[i].bytes);
  return out;
}

}  // namespace hn::crypto
