#include "auto_gc.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "alias.hpp"
#include "hn/base/error.hpp"
#include "hn/repo/gc.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kOperationsDefault = 1000;
// The lowest priority but for what only runs where nothing else does.
constexpr int kNice = 15;

// In the child of a child, so that it is nobody's to wait for.
[[noreturn]] void become_gc(const std::string& root) {
  setsid();
  const pid_t child = fork();
  if (child != 0) _exit(0);
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) _exit(0);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, standard);
  // Whatever else is open, a pipe that somebody reads to its end among it.
  for (int other = STDERR_FILENO + 1; other < 256; ++other) close(other);
  if (nice(kNice) < 0) errno = 0;
  execl("/proc/self/exe", "hn", "-C", root.c_str(), "gc", "--auto", static_cast<char*>(nullptr));
  _exit(0);
}

void start_gc(const Context& context, const repo::Repository& repository) {
  const std::string root = repository.layout().root;
  context.out.flush();
  const pid_t child = fork();
  if (child == 0) become_gc(root);
  while (child > 0 && waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::optional<std::uint64_t> operations_per_gc(const Context& context) {
  const auto text = own_settings(context).get("gc.auto");
  if (!text) return kOperationsDefault;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  const bool is_number = error == std::errc() && end == text->data() + text->size();
  return is_number && count > 0 ? std::optional(count) : std::nullopt;
}

void start_gc_where_worthwhile(const Context& context, const repo::Repository& repository) {
  try {
    const auto operations = operations_per_gc(context);
    if (operations && repo::gc_is_worthwhile(repository, *operations))
      return start_gc(context, repository);
  } catch (const Failure&) {
    return;
  }
  start_filters_where_wanted(context, repository);
}

void start_filters_where_wanted(const Context& context, const repo::Repository& repository) {
  repository.history().keep();
  try {
    if (repository.history().wants_filters() && operations_per_gc(context))
      start_gc(context, repository);
  } catch (const Failure&) {
    // Settings that cannot be read.
  }
}

}  // namespace hn::cli
