#include "pager.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>

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
