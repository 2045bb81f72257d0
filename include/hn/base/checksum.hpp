#pragma once

#include <array>

#include "hn/base/bytes.hpp"

namespace hn {

// XXH64 with seed 0. Finds what disks and crashes do, not what an attacker does: against that
// stands the id. Chosen over a shortened BLAKE2b because every read pays for it, and at some 10
// GB/s it costs less than the copy; over CRC-32C because 4 bytes are few for billions of records.
std::uint64_t checksum(ByteView bytes) noexcept;

// The same of bytes that come in pieces.
class Checksum {
 public:
  Checksum() noexcept;
  Checksum& update(ByteView bytes) noexcept;
  std::uint64_t finish() const noexcept;

 private:
  std::array<std::uint64_t, 4> lanes_;
  std::array<Byte, 32> rest_{};  // what does not fill a stripe yet
  std::uint64_t bytes_ = 0;
};

}  // namespace hn
