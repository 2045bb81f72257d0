#include "run_program.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "hn/base/error.hpp"

namespace hn::cli {

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
  const pid_t child = fork();
  if (child < 0) throw Failure(Code::io, "cannot start " + program.words.front());
  if (child == 0) {
    if (program.output_is_error) dup2(STDERR_FILENO, STDOUT_FILENO);
    if (!program.folder.empty() && chdir(program.folder.c_str()) != 0) _exit(127);
    if (!program.variable.empty()) setenv(program.variable.c_str(), program.value.c_str(), 1);
    execvp(arguments.front(), arguments.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace hn::cli
