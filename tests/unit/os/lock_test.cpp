#include "hn/os/lock.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_folder.hpp"

using namespace hn::os;

TEST_CASE("one lock at a time, free again once it is dropped") {
  const hn::test::TempFolder tmp;
  {
    const Lock lock = Lock::wait(posix(), tmp.path("lock"));
    CHECK_FALSE(Lock::try_now(posix(), tmp.path("lock")));
  }
  CHECK(Lock::try_now(posix(), tmp.path("lock")).has_value());
}

TEST_CASE("a lock dies with its process") {
  const hn::test::TempFolder tmp;
  const pid_t child = ::fork();
  if (child == 0) {
    const Lock lock = Lock::wait(posix(), tmp.path("lock"));
    ::_exit(Lock::try_now(posix(), tmp.path("lock")) ? 1 : 0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(Lock::try_now(posix(), tmp.path("lock")).has_value());
}
