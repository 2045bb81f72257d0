#include "background.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace hn::cli {
namespace {

// In the child of a child, so that it is nobody's to wait for.
[[noreturn]] void become(const Background& program, std::vector<char*>& arguments) {
  setsid();
  const pid_t child = fork();
  if (child != 0) _exit(child < 0 ? 1 : 0);
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) _exit(1);
  // Out of the way of the three before they are set.
  const int output = program.output < 0 ? nowhere : fcntl(program.output, F_DUPFD_CLOEXEC, 3);
  const int errors = program.errors < 0 ? nowhere : fcntl(program.errors, F_DUPFD_CLOEXEC, 3);
  dup2(nowhere, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  // Whatever else is open, a pipe that somebody reads to its end among it.
  for (int other = STDERR_FILENO + 1; other < 256; ++other) close(other);
  if (program.nice != 0 && nice(program.nice) < 0) errno = 0;
  execv("/proc/self/exe", arguments.data());
  _exit(1);
}

}  // namespace

bool start_in_background(const Background& program) {
  std::vector<std::string> words{"hn"};
  words.insert(words.end(), program.words.begin(), program.words.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) become(program, arguments);
  int status = 1;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace hn::cli
