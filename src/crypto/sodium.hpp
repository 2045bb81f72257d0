#pragma once

#include <sodium.h>

namespace hn::crypto {
// libsodium must be initialised once before anything else; thread-safe.
void ready() noexcept;
}  // namespace hn::crypto
