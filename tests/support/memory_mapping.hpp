#pragma once

#include "hn/os/file_system.hpp"

namespace hn::testing {

// A file that is mapped, for whoever only reads it. A length of its own on the heap, so that the
// sanitizer sees what is read behind it.
class MemoryMapping final : public os::Mapping {
 public:
  explicit MemoryMapping(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {
    bytes_.shrink_to_fit();
  }
  ByteView bytes() const noexcept override { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace hn::testing
