#pragma once

#include <string>

#include "command.hpp"

namespace hn::cli {

// One line on standard error that is drawn over: from a second after its start, ten times a second
// at most, and on a terminal only. Gone when the object goes.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const std::string& text);
  // Gone until the next show(), for a line of its own kind.
  void hide();

 private:
  const Context& context_;
  Time started_;
  Time drawn_{};
  bool visible_ = false;
};

}  // namespace hn::cli
