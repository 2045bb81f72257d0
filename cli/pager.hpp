#pragma once

#include "hn/repo/world.hpp"

namespace hn::cli {

// What shows long output: HN_PAGER, what is set, PAGER or less, as a command of the shell; none
// where it is empty or "cat".
std::optional<std::string> pager_command(const os::Environment& environment,
                                         const std::optional<std::string>& set);

// False where it is plain that nothing of that name can be run, so that what would be shown would
// be lost.
bool can_start_pager(const os::Environment& environment, const std::string& command);

// From here on standard output goes through the pager. LESS is FRX and LV is -c where they are not
// set, as git sets them. Does nothing where it cannot be started.
class Pager {
 public:
  explicit Pager(const std::string& command);
  ~Pager();  // waits until the pager ends
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

 private:
  int child_ = -1;
};

}  // namespace hn::cli
