#include "hn/os/tree_watch.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "hn/base/error.hpp"
#include "support/temp_folder.hpp"

using namespace hn;
namespace files = std::filesystem;
using Paths = std::set<std::string>;

namespace {

class Watched {
 public:
  Watched() {
    files::create_directories(at("own"));
    files::create_directories(at("d/e"));
    write("d/e/f");
  }

  const std::string& root() const { return folder_.path(); }
  std::string at(const std::string& path) const { return folder_.path() + "/" + path; }
  void write(const std::string& path) const {
    std::ofstream(at(path)) << "text";
    REQUIRE(files::exists(at(path)));
  }

  os::TreeWatch watch() const {
    return os::TreeWatch({folder_.path(), "own",
                          [](std::string_view name) { return name == "own" || name == "out"; }});
  }

 private:
  test::TempFolder folder_;
};

Paths told(os::TreeWatch& watch) {
  Paths out;
  watch.catch_up([&](std::string_view path) { out.emplace(path); }, std::chrono::seconds(10));
  return out;
}

}  // namespace

TEST_SUITE("tree watch") {
  TEST_CASE("what happens before a question is in its answer, at any depth") {
    const Watched tree;
    os::TreeWatch watch = tree.watch();
    CHECK(told(watch) == Paths{});
    tree.write("d/e/f");
    tree.write("g");
    CHECK(told(watch) == Paths{"d/e/f", "g"});
    CHECK(told(watch) == Paths{});
    files::remove(tree.at("g"));
    files::rename(tree.at("d/e/f"), tree.at("d/h"));
    files::permissions(tree.at("d/h"), files::perms::owner_all);
    CHECK(told(watch) == Paths{"g", "d/e/f", "d/h"});
  }

  TEST_CASE("what happens in the own folder and in what is left out is not told") {
    const Watched tree;
    files::create_directories(tree.at("d/out/g"));
    os::TreeWatch watch = tree.watch();
    CHECK(watch.folders() == 3);
    tree.write("own/f");
    tree.write("d/out/f");
    tree.write("d/out/g/f");
    CHECK(told(watch) == Paths{});
    files::create_directories(tree.at("out"));
    CHECK(told(watch) == Paths{"out"});
  }

  TEST_CASE("folders that appear are watched, with all below them") {
    const Watched tree;
    os::TreeWatch watch = tree.watch();
    files::create_directories(tree.at("n/m/k"));
    CHECK(told(watch).count("n") == 1);
    CHECK(watch.folders() == 6);
    tree.write("n/m/k/f");
    CHECK(told(watch) == Paths{"n/m/k/f"});
  }

  TEST_CASE("a folder that appears while the one that it stands in is listed is watched too") {
    const Watched tree;
    bool listing = false;
    os::TreeWatch watch({tree.root(), "own", [&](std::string_view name) {
                           if (name == "first" && !std::exchange(listing, true))
                             files::create_directories(tree.at("n/late/later"));
                           return name == "own";
                         }});
    files::create_directories(tree.at("n/first"));
    CHECK(told(watch).count("n") == 1);
    CHECK(listing);
    told(watch);  // it appeared behind the question
    CHECK(watch.folders() == 3 + 4);
    tree.write("n/late/later/f");
    CHECK(told(watch) == Paths{"n/late/later/f"});
  }

  TEST_CASE("a folder that moved is known under its new path alone") {
    const Watched tree;
    os::TreeWatch watch = tree.watch();
    files::rename(tree.at("d"), tree.at("moved"));
    CHECK(told(watch) == Paths{"d", "moved"});
    tree.write("moved/e/f");
    CHECK(told(watch) == Paths{"moved/e/f"});
    files::create_directories(tree.at("d"));
    files::rename(tree.at("moved/e"), tree.at("d/e"));
    tree.write("d/e/f");
    CHECK(told(watch) == Paths{"d", "d/e/f", "moved/e"});
    tree.write("d/e/f");
    CHECK(told(watch) == Paths{"d/e/f"});
    files::rename(tree.at("d"), tree.root() + "-gone");
    CHECK(told(watch) == Paths{"d"});
    CHECK(watch.folders() == 2);
    files::remove_all(tree.root() + "-gone");
    CHECK(told(watch) == Paths{});
  }

  TEST_CASE("two folders that change places") {
    const Watched tree;
    files::create_directories(tree.at("x/y"));
    os::TreeWatch watch = tree.watch();
    files::rename(tree.at("d"), tree.at("aside"));
    files::rename(tree.at("x"), tree.at("d"));
    files::rename(tree.at("aside"), tree.at("x"));
    CHECK(told(watch) == Paths{"aside", "d", "x"});
    tree.write("x/e/f");
    tree.write("d/y/f");
    CHECK(told(watch) == Paths{"x/e/f", "d/y/f"});
    CHECK(watch.folders() == 5);
  }

  TEST_CASE("a file that gets another name here may be written through it") {
    const Watched tree;
    os::TreeWatch watch = tree.watch();
    files::create_hard_link(tree.at("d/e/f"), tree.at("g"));
    CHECK(told(watch) == Paths{"", "g"});
  }

  TEST_CASE("a symlink to a folder is not gone through") {
    const Watched tree;
    const Watched elsewhere;
    os::TreeWatch watch = tree.watch();
    files::create_directory_symlink(elsewhere.at("d"), tree.at("link"));
    CHECK(told(watch) == Paths{"link"});
    elsewhere.write("d/f");
    CHECK(told(watch) == Paths{});
    CHECK(watch.folders() == 3);
  }

  TEST_CASE("where the root or the own folder goes, nothing is told any more") {
    for (const char* gone : {"", "/own"}) {
      const Watched tree;
      os::TreeWatch watch = tree.watch();
      const std::string from = tree.root() + gone;
      files::rename(from, from + "-gone");
      CHECK_THROWS_AS(told(watch), Failure);
      files::rename(from + "-gone", from);
    }
  }

  TEST_CASE("more events than the kernel keeps are a loss that is told") {
    const Watched tree;
    os::TreeWatch watch = tree.watch();
    std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
    std::size_t events = 0;
    REQUIRE(static_cast<bool>(limit >> events));
    for (std::size_t i = 0; i <= events; ++i) {
      const std::string path = tree.at(i % 2 == 0 ? "a" : "b");
      REQUIRE(mkdir(path.c_str(), 0777) == 0);
      REQUIRE(rmdir(path.c_str()) == 0);
    }
    CHECK_THROWS_AS(told(watch), Failure);
  }

  TEST_CASE("a root that is not there, or has no own folder, is not watched") {
    const Watched tree;
    files::remove(tree.at("own"));
    CHECK_THROWS_AS(tree.watch(), Failure);
    CHECK_THROWS_AS(os::TreeWatch({tree.at("none"), "own", nullptr}), Failure);
    CHECK_THROWS_AS(os::TreeWatch({"/proc/self", "fd", nullptr}), Failure);
  }
}
