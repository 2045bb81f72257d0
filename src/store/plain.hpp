#pragma once

#include <algorithm>
#include <memory>

#include "hn/base/bytes.hpp"
#include "hn/object/block.hpp"

namespace hn::store {

// Bytes that are written as a whole before they are read, and not cleared before that: clearing the
// room for each version of a long file was a ninth of an export's processor time.
class PlainBytes {
 public:
  PlainBytes() = default;
  explicit PlainBytes(std::size_t size)
      : bytes_(std::make_unique_for_overwrite<Byte[]>(size)), size_(size) {}
  explicit PlainBytes(ByteView bytes) : PlainBytes(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }

  Byte* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  operator ByteView() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<Byte[]> bytes_;
  std::size_t size_ = 0;
};

// Plaintext of a block and how many steps of bases lie beneath its record. Held by pointer, for a
// cache and who reads it share it.
struct Plain {
  object::Kind kind = object::Kind::chunk;
  PlainBytes bytes;
  std::uint8_t depth = 0;
};
using PlainPtr = std::shared_ptr<const Plain>;

inline PlainPtr make_plain(object::Kind kind, PlainBytes bytes, std::uint8_t depth) {
  return std::make_shared<const Plain>(Plain{kind, std::move(bytes), depth});
}

}  // namespace hn::store
