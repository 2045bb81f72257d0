#include "git/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "hn/base/error.hpp"

extern char** environ;

namespace hn::git {
namespace {

// What is kept of standard error: git says the reason in its last lines.
constexpr off_t kErrorBytesMax = 8 * 1024;

// How long a read waits before it asks again whether to stop.
constexpr int kStopCheckMs = 200;

// What would lead git to another repository than the one that is named (git rev-parse
// --local-env-vars), or make it show other objects.
constexpr std::array<std::string_view, 16> kLocal{"GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                  "GIT_COMMON_DIR",
                                                  "GIT_CONFIG",
                                                  "GIT_CONFIG_PARAMETERS",
                                                  "GIT_DIR",
                                                  "GIT_GRAFT_FILE",
                                                  "GIT_IMPLICIT_WORK_TREE",
                                                  "GIT_INDEX_FILE",
                                                  "GIT_INTERNAL_SUPER_PREFIX",
                                                  "GIT_NAMESPACE",
                                                  "GIT_NO_REPLACE_OBJECTS",
                                                  "GIT_OBJECT_DIRECTORY",
                                                  "GIT_PREFIX",
                                                  "GIT_REPLACE_REF_BASE",
                                                  "GIT_SHALLOW_FILE",
                                                  "GIT_WORK_TREE"};

constexpr std::array<std::string_view, 12> kQuiet{"LC_ALL=C",
                                                  "HOME=/nonexistent",
                                                  "XDG_CONFIG_HOME=/nonexistent",
                                                  "GIT_CONFIG_NOSYSTEM=1",
                                                  "GIT_CONFIG_GLOBAL=/dev/null",
                                                  "GIT_CONFIG_SYSTEM=/dev/null",
                                                  "GIT_NO_LAZY_FETCH=1",
                                                  "GIT_NO_REPLACE_OBJECTS=1",
                                                  "GIT_OPTIONAL_LOCKS=0",
                                                  "GIT_TERMINAL_PROMPT=0",
                                                  "GIT_ALLOW_PROTOCOL=none",
                                                  "GIT_PAGER=cat"};

void close_if_open(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

[[noreturn]] void fail_start(const std::string& program) {
  throw Failure(Code::io, "cannot start " + program);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// No signal is taken between fork and exec, or one that is meant for the child would find our
// handlers there: they would swallow it, or wait for a lock that a thread of ours held.
class Deferred {
 public:
  Deferred() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~Deferred() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

 private:
  sigset_t before_{};
};

// Between fork and exec, with all signals blocked: nothing that allocates or locks.
[[noreturn]] void become(const char* program, char** arguments, char** environment, int in, int out,
                         int errors, bool own_session) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (own_session) setsid();
  if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0)
    _exit(127);
  if (chdir("/") == 0) execve(program, arguments, environment);
  _exit(127);
}

// A file that has no name any more.
int unnamed_file() {
  std::array<char, 32> name{"/tmp/hn-git-XXXXXX"};
  const int fd = mkostemp(name.data(), O_CLOEXEC);
  if (fd >= 0) unlink(name.data());
  return fd;
}

}  // namespace

std::optional<std::string> find_git() {
  const char* variable = getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    // What lies in the current folder may belong to anybody.
    if (!folder.starts_with('/')) continue;
    const std::string path = std::string(folder) + "/git";
    struct stat found {};
    if (stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
        access(path.c_str(), X_OK) == 0)
      return path;
  }
  return std::nullopt;
}

std::vector<std::string> git_environment(Reading reading) {
  std::vector<std::string> out;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable(*at);
    const std::string_view name = variable.substr(0, variable.find('='));
    const bool local = std::ranges::find(kLocal, name) != kLocal.end();
    const bool replaced =
        reading == Reading::quiet &&
        (name.starts_with("GIT_") || std::ranges::any_of(kQuiet, [&](std::string_view fixed) {
           return fixed.substr(0, fixed.find('=')) == name;
         }));
    if (!local && !replaced) out.emplace_back(variable);
  }
  if (reading == Reading::quiet) out.insert(out.end(), kQuiet.begin(), kQuiet.end());
  return out;
}

Child::Child(const ChildOptions& options) : own_group_(options.own_session) {
  const std::string program = options.arguments.front();
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = options.environment;
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> environment_pointers = pointers(environment);
  // A socket, so that writing to one who has gone is an error and no signal.
  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  const bool made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) == 0 &&
                    pipe2(out.data(), O_CLOEXEC) == 0;
  if (!options.errors_as_output) errors_ = unnamed_file();
  const int errors = options.errors_as_output ? out[1] : errors_;
  {
    const Deferred deferred;
    if (made && errors >= 0) id_ = fork();
    if (id_ == 0)
      become(program.c_str(), const_cast<char**>(argument_pointers.data()),
             const_cast<char**>(environment_pointers.data()), in[1], out[1], errors, own_group_);
  }
  close_if_open(in[1]);
  close_if_open(out[1]);
  in_ = in[0];
  out_ = out[0];
  if (id_ > 0) return;
  for (int* fd : {&in_, &out_, &errors_}) close_if_open(*fd);
  fail_start(program);
}

Child::~Child() {
  close_if_open(in_);
  close_if_open(out_);
  if (id_ > 0) {
    kill(own_group_ ? -id_ : id_, SIGTERM);
    kill(id_, SIGTERM);
    wait();
  }
  close_if_open(errors_);
}

bool Child::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = send(in_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void Child::end_input() {
  close_if_open(in_);
}

std::size_t Child::read(std::span<Byte> out, const std::function<bool()>& stop) {
  for (;;) {
    if (stop) {
      pollfd ready{out_, POLLIN, 0};
      const int n = poll(&ready, 1, kStopCheckMs);
      if (stop()) throw Failure(Code::io, "interrupted");
      if (n <= 0) continue;
    }
    const ssize_t n = ::read(out_, out.data(), out.size());
    if (n < 0 && errno == EINTR) continue;
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }
}

int Child::wait() {
  if (id_ <= 0) return 0;
  int status = 0;
  while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string Child::errors() const {
  if (errors_ < 0) return {};
  const off_t size = lseek(errors_, 0, SEEK_END);
  const off_t from = std::max<off_t>(0, size - kErrorBytesMax);
  std::string text(static_cast<std::size_t>(size - from), '\0');
  const ssize_t n = pread(errors_, text.data(), text.size(), from);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

Ran run_child(const ChildOptions& options, std::size_t bytes_max, std::string_view input) {
  Child child(options);
  // One that does not listen says why, and ends.
  child.write(input);
  child.end_input();
  Ran ran;
  std::array<Byte, 16 * 1024> piece{};
  while (const std::size_t n = child.read(piece)) {
    ran.output.append(as_text(ByteView(piece).first(n)));
    if (ran.output.size() > bytes_max)
      throw Failure(Code::refused, "git answers with more than " + std::to_string(bytes_max) +
                                       " bytes to " + options.arguments.back());
  }
  ran.status = child.wait();
  ran.errors = child.errors();
  return ran;
}

std::string reason_in(std::string_view errors) {
  std::string last = "no reason given";
  while (!errors.empty()) {
    std::string_view line = errors.substr(0, errors.find_first_of("\r\n"));
    errors.remove_prefix(std::min(errors.size(), line.size() + 1));
    for (const std::string_view prefix : {"fatal: ", "error: "}) {
      if (!line.starts_with(prefix)) continue;
      std::string reason(line.substr(prefix.size()));
      // "unknown repository extension found:", and which on a line of its own.
      if (reason.ends_with(':')) {
        std::string_view more = errors.substr(0, errors.find_first_of("\r\n"));
        more.remove_prefix(std::min(more.size(), more.find_first_not_of(" \t")));
        reason.append(" ").append(more);
      }
      return reason;
    }
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace hn::git
