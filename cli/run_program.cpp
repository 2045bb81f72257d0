#include "run_program.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// What the keyboard sends is ignored while one of these lives.
class Deaf {
 public:
  Deaf() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigemptyset(&ignore.sa_mask);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &ignore, &before_[i]);
  }
  ~Deaf() { hear(); }
  Deaf(const Deaf&) = delete;
  Deaf& operator=(const Deaf&) = delete;
  void hear() const {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGQUIT};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace

bool is_own(const std::string& path) {
  struct stat st {};
  return stat(path.c_str(), &st) == 0 && (st.st_uid == geteuid() || st.st_uid == 0);
}

int run_program(Program program) {
  std::vector<char*> arguments;
  arguments.reserve(program.words.size() + 1);
  for (std::string& word : program.words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::cout.flush();
  std::optional<Deaf> deaf;
  if (program.has_keyboard) deaf.emplace();
  const pid_t child = fork();
  if (child < 0) throw Failure(Code::io, "cannot start " + program.words.front());
  if (child == 0) {
    if (deaf) deaf->hear();
    if (program.output_is_error) dup2(STDERR_FILENO, STDOUT_FILENO);
    if (!program.folder.empty() && chdir(program.folder.c_str()) != 0) _exit(127);
    if (!program.variable.empty()) setenv(program.variable.c_str(), program.value.c_str(), 1);
    for (const auto& [name, value] : program.variables) setenv(name.c_str(), value.c_str(), 1);
    execvp(arguments.front(), arguments.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace hn::cli
