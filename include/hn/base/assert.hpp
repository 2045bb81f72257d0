#pragma once

namespace hn {
// Says where, and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace hn

// Always compiled in: a bug in our own code, never a reaction to input.
#define HN_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::hn::assertion_failed(#expression, __FILE__, __LINE__))
