#include "net/ring.hpp"

#include <algorithm>
#include <bit>

#include "hn/base/assert.hpp"

namespace hn::net {
namespace {
constexpr std::size_t kSmallest = 4096;
constexpr std::size_t kKeepWhenEmpty = 64 * 1024;  // a busy stream that drains keeps this much
}  // namespace

void OffsetRing::extend(std::uint64_t end) {
  if (end <= end_) return;
  const auto needed = static_cast<std::size_t>(end - begin_);
  if (needed > store_.size()) {
    Bytes larger(std::bit_ceil(std::max(needed, kSmallest)));
    larger.swap(store_);
    // The same offsets lie elsewhere in the larger ring: move them in at most two pieces each way.
    for (std::uint64_t o = begin_; o < end_;) {
      const auto from = static_cast<std::size_t>(o & (larger.size() - 1));
      const auto n = std::min<std::uint64_t>(end_ - o, larger.size() - from);
      put(o, ByteView(larger).subspan(from, static_cast<std::size_t>(n)));
      o += n;
    }
  }
  end_ = end;
}

void OffsetRing::put(std::uint64_t offset, ByteView bytes) noexcept {
  if (bytes.empty()) return;
  const std::size_t from = at(offset);
  const std::size_t n = std::min(bytes.size(), store_.size() - from);
  std::copy_n(bytes.begin(), n, store_.begin() + static_cast<std::ptrdiff_t>(from));
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(n), bytes.end(), store_.begin());
}

void OffsetRing::get(std::uint64_t offset, std::span<Byte> out) const noexcept {
  HN_ASSERT(offset >= begin_ && offset + out.size() <= end_);
  if (out.empty()) return;
  const std::size_t from = at(offset);
  const std::size_t n = std::min(out.size(), store_.size() - from);
  std::copy_n(store_.begin() + static_cast<std::ptrdiff_t>(from), n, out.begin());
  std::copy_n(store_.begin(), out.size() - n, out.begin() + static_cast<std::ptrdiff_t>(n));
}

void OffsetRing::advance(std::uint64_t begin) {
  begin_ = std::max(begin_, begin);
  end_ = std::max(end_, begin_);
  if (begin_ == end_ && store_.size() > kKeepWhenEmpty) Bytes().swap(store_);
}

}  // namespace hn::net
