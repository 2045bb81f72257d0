#include "interrupts.hpp"

namespace hn::cli {
namespace {
volatile std::sig_atomic_t noted = 0;
void note(int number) {
  noted = number;
}
}  // namespace

Interrupts::Interrupts() {
  noted = 0;
  struct sigaction action {};
  action.sa_handler = note;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &before_[i]);
    // What was ignored before, as by nohup, stays so.
    if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

Interrupts::~Interrupts() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  if (noted != 0) std::raise(noted);
}

bool Interrupts::came() noexcept {
  return noted != 0;
}

}  // namespace hn::cli
