#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hn/base/bytes.hpp"

// Git's own program, run beside us: never through a shell, with an environment made here.
namespace hn::git {

// The file that PATH leads to; nullopt where git is not installed.
std::optional<std::string> find_git();

// Variables of this process without those that point git at a repository or another program's
// settings. `quiet`: also without all others of git's, with no configuration but the repository's
// own, no hooks, no network and replaced objects as they were: for reading what is not trusted.
enum class Reading { trusted, quiet };
std::vector<std::string> git_environment(Reading reading);

struct ChildOptions {
  std::vector<std::string> arguments;    // the program's path first
  std::vector<std::string> environment;  // NAME=VALUE
  bool errors_as_output = false;         // standard error goes the way of standard output
  bool own_session = false;              // no terminal to ask at
};

// A process with pipes. Killed by the destructor, and by the kernel with the thread that made it.
class Child {
 public:
  // Throws Failure(io).
  explicit Child(const ChildOptions& options);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // False where it does not listen any more.
  bool write(std::string_view text);
  void end_input();
  // 0 at the end; waits for what comes. `stop` is asked several times a second whether to give up,
  // which throws Failure(io).
  std::size_t read(std::span<Byte> out, const std::function<bool()>& stop = {});
  // The exit status once the output has ended; 128 + N where signal N killed it.
  int wait();
  // The last of what it said on standard error, at most a few kilobytes.
  std::string errors() const;

 private:
  pid_t id_ = -1;
  int in_ = -1;
  int out_ = -1;
  int errors_ = -1;
  bool own_group_ = false;
};

// Gives it `input` and runs it to its end; it must not write more than a pipe holds (64 KiB) before
// it has read all. Its output, at most `bytes_max` of it: more is an error.
struct Ran {
  int status = 0;
  std::string output;
  std::string errors;
};
Ran run_child(const ChildOptions& options, std::size_t bytes_max, std::string_view input = {});

// The first line of what git said that tells the reason, without its "fatal: ".
std::string reason_in(std::string_view errors);

}  // namespace hn::git
