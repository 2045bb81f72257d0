#pragma once

#include "hn/crypto/box.hpp"

namespace hn::testing {

// A peer's name, told from others by its bytes: no key that anybody could use.
inline crypto::TransportKey key_of(Byte value) {
  crypto::TransportKey key;
  key.bytes.fill(value);
  return key;
}

}  // namespace hn::testing
