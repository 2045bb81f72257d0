#include "pager.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "run_program.hpp"

namespace hn::cli {

std::optional<std::string> pager_command(const os::Environment& environment,
                                         const std::optional<std::string>& set) {
  for (const auto& value : {environment("HN_PAGER"), set, environment("PAGER")}) {
    if (!value) continue;
    if (value->empty() || *value == "cat") return std::nullopt;
    return value;
  }
  return "less";
}

bool can_start_pager(const os::Environment& environment, const std::string& command) {
  // As git does: what the shell has to read may be anything, and is left to it.
  constexpr std::string_view kOfShell = "|&;<>()$`\\\"'*?[#~=%";
  const std::size_t begin = command.find_first_not_of(" \t\n");
  if (begin == command.npos) return true;
  const std::string name = command.substr(begin, command.find_first_of(" \t\n", begin) - begin);
  if (name.find_first_of(kOfShell) != name.npos) return true;
  const auto is_program = [](const std::string& path) { return access(path.c_str(), X_OK) == 0; };
  if (name.find('/') != name.npos) return is_program(name);
  std::istringstream folders(environment("PATH").value_or("/usr/bin:/bin"));
  for (std::string folder; std::getline(folders, folder, ':');)
    if (is_program((folder.empty() ? "." : folder) + "/" + name)) return true;
  // A word of the shell itself, such as exec.
  return run_program({{"sh", "-c", "command -v \"$1\" >/dev/null", "sh", name}, {}, {}, {}}) == 0;
}

Pager::Pager(const std::string& command) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return;
  std::cout.flush();
  child_ = fork();
  if (child_ == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    setenv("LESS", "FRX", 0);
    setenv("LV", "-c", 0);
    execlp("sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  if (child_ > 0) dup2(ends[1], STDOUT_FILENO);
  close(ends[0]);
  close(ends[1]);
}

Pager::~Pager() {
  if (child_ <= 0) return;
  std::cout.flush();
  close(STDOUT_FILENO);
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace hn::cli
