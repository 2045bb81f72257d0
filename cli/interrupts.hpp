#pragma once

#include <array>
#include <csignal>

namespace hn::cli {

// While one lives, SIGINT, SIGTERM and SIGHUP are noted instead of ending the program, for a
// command that has something to take away first. Its end sends the signal again. One at a time.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  static bool came() noexcept;

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace hn::cli
