#include "progress.hpp"

#include <ostream>

namespace hn::cli {
namespace {
constexpr Duration kQuiet = std::chrono::seconds(1);
constexpr Duration kBetween = std::chrono::milliseconds(100);
}  // namespace

ProgressLine::ProgressLine(const Context& context)
    : context_(context), started_(context.world.clock.now()) {}

ProgressLine::~ProgressLine() {
  hide();
}

void ProgressLine::hide() {
  if (visible_) context_.err << "\r\x1b[K" << std::flush;
  visible_ = false;
}

void ProgressLine::show(const std::string& text) {
  if (!context_.err_is_terminal) return;
  const Time now = context_.world.clock.now();
  if (now - started_ < kQuiet || now - drawn_ < kBetween) return;
  drawn_ = now;
  visible_ = true;
  context_.err << "\r\x1b[K" << text << std::flush;
}

}  // namespace hn::cli
