#pragma once

#include <string>
#include <utility>
#include <vector>

// Programs of the user's that hn starts and waits for: hooks, aliases, an editor.
namespace hn::cli {

// Whether what stands there belongs to who runs this, or to root. What belongs to others names no
// program to run.
bool is_own(const std::string& path);

struct Program {
  std::vector<std::string> words;  // the first is looked for as a shell looks
  std::string folder;              // to run in; empty: the current one
  std::string variable;            // one more in its environment, and what it says; or empty
  std::string value;
  bool output_is_error = false;  // its standard output goes to standard error
  // What is typed means this program alone: ^C does not end hn, which waits for it.
  bool has_keyboard = false;
  std::vector<std::pair<std::string, std::string>> variables{};  // more of them
};

// Its exit status as a shell counts: 127 where it cannot be run, 128 and the signal where one ended
// it. What was printed goes out first. Failure io where nothing can be started.
int run_program(Program program);

}  // namespace hn::cli
