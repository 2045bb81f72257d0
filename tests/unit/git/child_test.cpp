#include "git/child.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>

using namespace hn;

namespace {

pid_t here;
std::array<int, 2> seen{-1, -1};

// Where it runs in a child it says so.
void on_signal(int) {
  if (getpid() == here) return;
  const char byte = 'x';
  if (write(seen[1], &byte, 1) != 1) _exit(3);
  _exit(2);
}

}  // namespace

TEST_CASE("a child that is ended before it has begun does not run our handlers") {
  here = getpid();
  REQUIRE(pipe2(seen.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  struct sigaction ours {};
  struct sigaction before {};
  ours.sa_handler = on_signal;
  sigaction(SIGTERM, &ours, &before);
  for (int i = 0; i < 100; ++i) const git::Child child({{"/bin/true"}, {}});
  sigaction(SIGTERM, &before, nullptr);
  std::array<char, 128> bytes{};
  CHECK(read(seen[0], bytes.data(), bytes.size()) < 0);
  for (const int fd : seen) close(fd);
}
