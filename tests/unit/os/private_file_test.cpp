#include "hn/os/private_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "support/crash_fs.hpp"
#include "support/temp_folder.hpp"

using namespace hn;
using namespace hn::os;

TEST_CASE("a private file is the owner's alone and replaced as a whole") {
  const test::TempFolder tmp;
  write_private_file(posix(), tmp.path("key"), as_bytes("secret"));
  write_private_file(posix(), tmp.path("key"), as_bytes("new"));
  struct stat s {};
  REQUIRE(::stat(tmp.path("key").c_str(), &s) == 0);
  CHECK((s.st_mode & 0777) == 0600);
  CHECK(to_string(read_file(posix(), tmp.path("key"))) == "new");
  CHECK(posix().list(tmp.path()) == std::vector<std::string>{"key"});
}

TEST_CASE(
    "a replaced file is old or new after a power cut at any call, and new once acknowledged") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t call = 1;; ++call) {
      test::CrashFs fs;
      fs.make_folder("d");
      fs.sync_folder(".");
      replace_file(fs, "d/f", as_bytes("old"));
      fs.cut_power_at(call);
      bool acknowledged = false;
      try {
        replace_file(fs, "d/f", as_bytes("brand new"));
        acknowledged = true;
      } catch (const test::PowerCut&) {
      }
      fs.reboot(test::Losing::some(seed));
      const std::string now = to_string(read_file(fs, "d/f"));
      CHECK((now == "brand new" || (now == "old" && !acknowledged)));
      replace_file(fs, "d/f", as_bytes("third"));
      CHECK(to_string(read_file(fs, "d/f")) == "third");
      if (acknowledged) break;
    }
  }
}
