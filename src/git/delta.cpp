#include "git/delta.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace hn::git {
namespace {

// Of a block that is looked up. Shorter ones match by chance in text, and a copy costs up to seven
// bytes.
constexpr std::size_t kBlock = 16;
// Of one copy and one insertion, by the format.
constexpr std::size_t kCopyMax = 0xffffff;
constexpr std::size_t kInsertMax = 127;
constexpr std::uint64_t kBaseMax = 0xffffffff;
// More blocks of a base are not remembered: those of a longer one stand further apart.
constexpr std::size_t kBlocksMax = std::size_t{1} << 20;

std::size_t common_front(ByteView a, ByteView b) {
  const std::size_t n = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= n; at += 8) {
    if (std::memcmp(a.data() + at, b.data() + at, 8) != 0) break;
  }
  while (at < n && a[at] == b[at]) ++at;
  return at;
}

std::size_t common_end(ByteView a, ByteView b) {
  const std::size_t n = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= n; at += 8) {
    if (std::memcmp(a.data() + a.size() - at - 8, b.data() + b.size() - at - 8, 8) != 0) break;
  }
  while (at < n && a[a.size() - 1 - at] == b[b.size() - 1 - at]) ++at;
  return at;
}

std::uint64_t mixed(const Byte* block) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, block, 8);
  std::memcpy(&high, block + 8, 8);
  return (low ^ std::rotl(high * 0x9e3779b97f4a7c15U, 29)) * 0xff51afd7ed558ccdU;
}

// Where blocks of a base stand. Of equal ones the first: copies near the front need fewer bytes.
class Blocks {
 public:
  explicit Blocks(ByteView base) : base_(base) {
    const std::size_t stride = std::max(kBlock, base.size() / kBlocksMax);
    const std::size_t count = base.size() / stride;
    shift_ = 64U - static_cast<unsigned>(std::bit_width(std::max<std::size_t>(count, 32)));
    places_.assign(std::size_t{1} << (64U - shift_), 0);
    for (std::size_t at = 0; at + kBlock <= base.size(); at += stride) {
      std::uint32_t& place = places_[mixed(base.data() + at) >> shift_];
      if (place == 0) place = static_cast<std::uint32_t>(at) + 1;
    }
  }

  // A place of the base where these 16 bytes stand.
  std::optional<std::size_t> find(const Byte* block) const {
    const std::uint32_t place = places_[mixed(block) >> shift_];
    if (place == 0 || std::memcmp(base_.data() + place - 1, block, kBlock) != 0)
      return std::nullopt;
    return place - 1;
  }

 private:
  ByteView base_;
  unsigned shift_ = 0;
  std::vector<std::uint32_t> places_;  // plus one; zero: none
};

class Writer {
 public:
  Writer(std::size_t base_bytes, std::size_t target_bytes) {
    put_size(base_bytes);
    put_size(target_bytes);
  }

  void copy(std::size_t from, std::size_t bytes) {
    for (; bytes > 0;) {
      const std::size_t part = std::min(bytes, kCopyMax);
      put_copy(from, part);
      from += part;
      bytes -= part;
    }
  }

  void insert(ByteView bytes) {
    while (!bytes.empty()) {
      const std::size_t part = std::min(bytes.size(), kInsertMax);
      out.push_back(static_cast<Byte>(part));
      out.insert(out.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
      bytes = bytes.subspan(part);
    }
  }

  Bytes out;

 private:
  void put_size(std::size_t n) {
    for (; n >= 0x80; n >>= 7U) out.push_back(static_cast<Byte>((n & 0x7fU) | 0x80U));
    out.push_back(static_cast<Byte>(n));
  }

  // Bytes that are zero are left out; the first byte says which are there.
  void put_copy(std::size_t from, std::size_t bytes) {
    const std::size_t head = out.size();
    out.push_back(0);
    unsigned there = 0x80;
    for (unsigned i = 0; i < 4; ++i) there |= put_byte(from >> (8 * i), 1U << i);
    for (unsigned i = 0; i < 3; ++i) there |= put_byte(bytes >> (8 * i), 0x10U << i);
    out[head] = static_cast<Byte>(there);
  }

  unsigned put_byte(std::size_t value, unsigned bit) {
    const Byte byte = static_cast<Byte>(value);
    if (byte == 0) return 0;
    out.push_back(byte);
    return bit;
  }
};

// What lies between the common front and the common end. What moved lies there on both sides, so
// no block outside is worth a place. False where the delta grows too long.
bool put_middle(Writer& writer, ByteView base, std::size_t base_from, ByteView target,
                std::size_t bytes_max) {
  std::size_t open = 0;  // written so far
  if (target.size() >= kBlock && base.size() >= kBlock) {
    const Blocks blocks(base);
    for (std::size_t at = 0; at + kBlock <= target.size();) {
      const auto found = blocks.find(target.data() + at);
      if (!found) {
        ++at;
        if (at - open > bytes_max) return false;
        continue;
      }
      const std::size_t back = common_end(base.first(*found), target.subspan(open, at - open));
      const std::size_t ahead = common_front(base.subspan(*found), target.subspan(at));
      writer.insert(target.subspan(open, at - back - open));
      writer.copy(base_from + *found - back, back + ahead);
      if (writer.out.size() > bytes_max) return false;
      at += ahead;
      open = at;
    }
  }
  writer.insert(target.subspan(open));
  return true;
}

std::optional<std::uint64_t> take_size(ByteView& delta) {
  std::uint64_t n = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (delta.empty()) return std::nullopt;
    const Byte byte = delta.front();
    delta = delta.subspan(1);
    n |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return n;
  }
  return std::nullopt;
}

// Little-endian bytes of which `there` says which are written.
std::optional<std::size_t> take_part(ByteView& delta, unsigned there, unsigned count) {
  std::size_t n = 0;
  for (unsigned i = 0; i < count; ++i) {
    if ((there >> i & 1U) == 0) continue;
    if (delta.empty()) return std::nullopt;
    n |= std::size_t{delta.front()} << (8 * i);
    delta = delta.subspan(1);
  }
  return n;
}

// The bytes that one instruction makes.
std::optional<ByteView> take_bytes(ByteView base, ByteView& delta) {
  const unsigned op = delta.front();
  delta = delta.subspan(1);
  if ((op & 0x80U) == 0) {
    if (op == 0 || op > delta.size()) return std::nullopt;
    const ByteView bytes = delta.first(op);
    delta = delta.subspan(op);
    return bytes;
  }
  const auto from = take_part(delta, op & 0xfU, 4);
  const auto bytes = from ? take_part(delta, op >> 4U & 7U, 3) : std::nullopt;
  if (!bytes) return std::nullopt;
  const std::size_t length = *bytes == 0 ? 0x10000 : *bytes;
  if (*from > base.size() || length > base.size() - *from) return std::nullopt;
  return base.subspan(*from, length);
}

}  // namespace

std::optional<Bytes> make_delta(ByteView base, ByteView target, std::size_t bytes_max) {
  if (base.size() > kBaseMax) return std::nullopt;
  const std::size_t front = common_front(base, target);
  const std::size_t end = common_end(base.subspan(front), target.subspan(front));
  Writer writer(base.size(), target.size());
  writer.copy(0, front);
  if (!put_middle(writer, base.subspan(front, base.size() - front - end), front,
                  target.subspan(front, target.size() - front - end), bytes_max))
    return std::nullopt;
  writer.copy(base.size() - end, end);
  if (writer.out.size() > bytes_max) return std::nullopt;
  return std::move(writer.out);
}

std::optional<Bytes> apply_delta(ByteView base, ByteView delta, std::size_t bytes_max) {
  const auto base_bytes = take_size(delta);
  const auto target_bytes = take_size(delta);
  if (!base_bytes || !target_bytes || *base_bytes != base.size() || *target_bytes > bytes_max)
    return std::nullopt;
  Bytes out;
  out.reserve(*target_bytes);
  while (!delta.empty()) {
    const auto bytes = take_bytes(base, delta);
    if (!bytes || bytes->size() > *target_bytes - out.size()) return std::nullopt;
    out.insert(out.end(), bytes->begin(), bytes->end());
  }
  if (out.size() != *target_bytes) return std::nullopt;
  return out;
}

}  // namespace hn::git
