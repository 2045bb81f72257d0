#pragma once

#include <span>

#include "hn/base/bytes.hpp"

namespace hn::net {

// Bytes of a stream under their absolute offsets: a ring that grows by doubling to hold
// [begin, end) and is given back when it is empty. Who uses it bounds end - begin.
class OffsetRing {
 public:
  // Makes room up to `end`; what [begin, old end) held stays.
  void extend(std::uint64_t end);
  void put(std::uint64_t offset, ByteView bytes) noexcept;  // within [begin, end)
  void get(std::uint64_t offset, std::span<Byte> out) const noexcept;
  // Forgets everything under `begin`.
  void advance(std::uint64_t begin);

  std::uint64_t begin() const noexcept { return begin_; }
  std::uint64_t end() const noexcept { return end_; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
  std::size_t memory() const noexcept { return store_.size(); }

 private:
  std::size_t at(std::uint64_t offset) const noexcept {
    return static_cast<std::size_t>(offset & (store_.size() - 1));
  }
  Bytes store_;  // a power of two, or empty
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace hn::net
