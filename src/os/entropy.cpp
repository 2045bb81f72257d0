#include "hn/os/entropy.hpp"

#include <sys/random.h>

#include <cerrno>

#include "hn/base/error.hpp"

namespace hn::os {

void SystemRandom::fill(std::span<Byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto n = ::getrandom(out.data() + done, out.size() - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Failure(Code::io, "the system gives no random numbers (getrandom)");
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace hn::os
