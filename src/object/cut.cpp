// The cutters of hn-objects(5), sections CUTTING FILES and CUTTING TREES.
//
// Files: FastCDC (Xia, Zhou, Jiang, Feng, Hua, Hu, Zhang, Liu: FastCDC: a Fast and Efficient
// Content-Defined Chunking Approach for Data Deduplication, USENIX ATC 2016, sections 4.2 to 4.4).
// We differ in three places: the masks are the top bits of a 64-bit fingerprint, which a window of
// 64 bytes fills, so that no padded masks are needed; the window is filled from before the minimum,
// so that a border depends on the 64 bytes before it and on nothing else; the gear table is derived
// from the hash, so that no page has to print 256 numbers.
//
// Trees: prolly trees as in Noms (Attic Labs, 2015), cut by names at the leaves, so that a changed
// value never moves a border.
#include "hn/object/cut.hpp"

#include <algorithm>

#include "hn/crypto/hash.hpp"

namespace hn::object {
namespace {

using Gear = std::array<std::uint64_t, 256>;

Gear make_gear() noexcept {
  constexpr crypto::Purpose kGear{"hn.gear"};
  Gear gear{};
  for (std::size_t i = 0; i < gear.size(); ++i) {
    const Byte index = static_cast<Byte>(i);
    const Hash h = crypto::hash(kGear, {&index, 1});
    for (std::size_t k = 0; k < 8; ++k) gear[i] |= static_cast<std::uint64_t>(h[k]) << (8 * k);
  }
  return gear;
}

// Two bits more and two bits fewer than the 16 of a 64 KiB average ("normalised chunking", level
// 2).
constexpr std::uint64_t kStrict = ~std::uint64_t{0} << (64 - 18);
constexpr std::uint64_t kLoose = ~std::uint64_t{0} << (64 - 14);

// FNV-1a (Fowler, Noll, Vo), finished by the mixer of MurmurHash3 (Appleby): FNV alone leaves the
// low bits of short names too regular.
std::uint64_t name_hash(std::string_view name) noexcept {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : name) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  h ^= h >> 33;
  return h;
}

// Behind the first byte in [begin, end) where the fingerprint has none of the mask's bits; 0 where
// there is none.
std::size_t cut_between(const Gear& gear, const Byte* p, std::size_t begin, std::size_t end,
                        std::uint64_t mask, std::uint64_t& print) noexcept {
  std::uint64_t f = print;
  std::size_t i = begin;
  // Two bytes with one step from print to print, which a processor waits for.
  for (; end - i >= 2; i += 2) {
    const std::uint64_t first = gear[p[i]];
    const std::uint64_t both = (first << 1) + gear[p[i + 1]];
    if ((((f << 1) + first) & mask) == 0) return i + 1;
    f = (f << 2) + both;
    if ((f & mask) == 0) return i + 2;
  }
  for (; i < end; ++i) {
    f = (f << 1) + gear[p[i]];
    if ((f & mask) == 0) return i + 1;
  }
  print = f;
  return 0;
}

}  // namespace

std::size_t cut_chunk(ByteView bytes) noexcept {
  static const Gear gear = make_gear();
  const std::size_t n = std::min(bytes.size(), kChunkBytesMax);
  if (n <= kChunkBytesMin) return n;
  const Byte* const p = bytes.data();
  std::uint64_t print = 0;
  std::size_t i = kChunkBytesMin - kChunkWindow;
  for (; i < kChunkBytesMin - 1; ++i) print = (print << 1) + gear[p[i]];
  const std::size_t middle = std::min(n, kChunkBytesTarget);
  if (const std::size_t cut = cut_between(gear, p, i, middle, kStrict, print)) return cut;
  if (const std::size_t cut = cut_between(gear, p, middle, n, kLoose, print)) return cut;
  return n;
}

bool cut_list(std::size_t rows, const Id& last) noexcept {
  return rows >= kListRowsMax || (rows >= kListRowsMin && last.bytes[0] == 0);
}

bool cut_leaf(std::size_t bytes, std::string_view last) noexcept {
  return bytes >= kTreeBytesMax || (bytes >= kTreeBytesMin && name_hash(last) % 64 == 0);
}

bool cut_inner(std::size_t bytes, std::size_t children, const Id& last) noexcept {
  if (children < kTreeChildrenMin) return false;
  return bytes >= kTreeBytesMax || (bytes >= kTreeBytesMin && last.bytes[0] % 64 == 0);
}

}  // namespace hn::object
