#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "hn/os/clock.hpp"
#include "hn/os/entropy.hpp"
#include "hn/os/env.hpp"
#include "hn/os/machine.hpp"
#include "support/temp_folder.hpp"

using namespace hn;
using namespace hn::os;

namespace {
Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto at = values.find(name);
    if (at == values.end()) return std::nullopt;
    return at->second;
  };
}
}  // namespace

TEST_CASE("the folders of a user follow XDG") {
  const auto folders = user_folders(environment(
      {{"HOME", "/home/anna"}, {"XDG_CONFIG_HOME", "/etc/anna"}, {"XDG_CACHE_HOME", "relative"}}));
  CHECK(folders.config == "/etc/anna/hn");
  CHECK(folders.data == "/home/anna/.local/share/hn");
  CHECK(folders.state == "/home/anna/.local/state/hn");
  CHECK(folders.cache == "/home/anna/.cache/hn");
}

TEST_CASE("private folders are made with those above them") {
  const test::TempFolder tmp;
  make_private_folders(tmp.path("a/b/c"));
  make_private_folders(tmp.path("a/b/c"));
  CHECK(posix().stat(tmp.path("a/b/c"))->folder);
}

TEST_CASE("monotonic time does not go back") {
  SystemClock clock;
  const Time first = clock.now();
  CHECK(clock.now() >= first);
  CHECK(clock.wall().seconds > 1'600'000'000);
}

TEST_CASE("random bytes differ") {
  SystemRandom random;
  Bytes a(32), b(32);
  random.fill(a);
  random.fill(b);
  CHECK(a != b);
}

TEST_CASE("a place is the same under another name and another for a copy") {
  const test::TempFolder tmp;
  posix().make_folder(tmp.path("a"));
  const Place place = place_of(posix(), tmp.path("a"));
  posix().rename(tmp.path("a"), tmp.path("b"));
  CHECK(place_of(posix(), tmp.path("b")) == place);
  posix().make_folder(tmp.path("a"));
  CHECK_FALSE(place_of(posix(), tmp.path("a")) == place);
  CHECK_FALSE(place.machine.empty());
}

TEST_CASE("a place is written and read as text") {
  const Place place{"host:my box", 7, 12345678901234ULL};
  CHECK(place_from(to_text(place)) == place);
  for (const char* bad : {"", "m", "m 1", "m 1 ", "m x 2", "m 1 2x", " 1 2"})
    CHECK_FALSE(place_from(bad));
}
