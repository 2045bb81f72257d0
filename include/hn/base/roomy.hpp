#pragma once

#include <algorithm>
#include <bit>

#include "hn/base/bytes.hpp"

namespace hn {

// No bytes, with room for so many, in steps of an eighth. For buffers of some kilobytes of which
// thousands come and go: an allocator that meets as many lengths as buffers searches for each among
// all that are free.
inline Bytes roomy(std::size_t bytes) {
  const std::size_t step = std::max<std::size_t>(std::bit_floor(bytes) / 8, 16);
  Bytes out;
  out.reserve((bytes + step - 1) / step * step);
  return out;
}

}  // namespace hn
