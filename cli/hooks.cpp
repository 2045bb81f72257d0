#include "hooks.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "hn/base/error.hpp"

namespace hn::cli {
namespace {

// As a shell counts: 128 and the signal for one that was killed.
int status_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

[[noreturn]] void become(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

std::string path_of(const repo::Repository& repository, std::string_view name) {
  return repository.layout().hn() + "/hooks/" + std::string(name);
}

}  // namespace

bool has_hook(const Context& context, const repo::Repository& repository, std::string_view name) {
  const std::string program = path_of(repository, name);
  const auto stat = context.world.fs.stat(program);
  return stat && !stat->folder && access(program.c_str(), X_OK) == 0;
}

int run_hook(const Context& context, const repo::Repository& repository, std::string_view name,
             const std::vector<std::string>& arguments) {
  const repo::Layout& layout = repository.layout();
  if (!has_hook(context, repository, name)) return 0;
  const std::string program = path_of(repository, name);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  context.out.flush();
  const pid_t child = fork();
  if (child < 0) throw Failure(Code::io, "cannot start the hook " + program);
  if (child == 0) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (chdir(layout.root.c_str()) != 0) _exit(127);
    setenv("HN_ROOT", layout.root.c_str(), 1);
    become(std::move(words));
  }
  return status_of(child);
}

void require_hook(const Context& context, const repo::Repository& repository, std::string_view name,
                  const std::vector<std::string>& arguments) {
  const int status = run_hook(context, repository, name, arguments);
  if (status == 0) return;
  throw Failure(Code::refused,
                "the hook " + std::string(name) + " ended with " + std::to_string(status),
                "mend what it found, or go past it: --no-verify");
}

int run_shell(const std::string& command, const std::string& file) {
  std::cout.flush();
  const pid_t child = fork();
  if (child < 0) throw Failure(Code::io, "cannot start " + command);
  if (child == 0) become({"sh", "-c", command + " \"$@\"", command, file});
  return status_of(child);
}

}  // namespace hn::cli
