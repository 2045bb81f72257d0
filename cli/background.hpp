#pragma once

#include <string>
#include <vector>

namespace hn::cli {

// This program again, going on after the command that starts it: nobody's child, in a session of
// its own, with nothing open but what is given here.
struct Background {
  std::vector<std::string> words;  // behind "hn"
  int output = -1;                 // where its standard output goes; -1: nowhere
  int errors = -1;
  int nice = 0;
};

// False where nothing could be started. Buffers of standard output are flushed by the caller.
bool start_in_background(const Background& program);

}  // namespace hn::cli
