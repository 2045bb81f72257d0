#include "hn/worktree/files.hpp"

#include "unit/worktree/working_folder.hpp"

namespace hn::testing {
namespace {

using worktree::Files;
using Kind = Files::Kind;
using Renamed = Files::Renamed;

// "SOURCE:LINE:TEXT", or "-".
std::string rule(Files& files, std::string_view path) {
  const auto found = files.rule_of(path, {worktree::Patterns::parse(as_bytes("outer\n"), "mine")});
  return found ? found->source + ":" + std::to_string(found->line) + ":" + found->text : "-";
}

}  // namespace

TEST_SUITE("files") {
  TEST_CASE("a file, a link and an empty folder are removed, a full one stays") {
    WorkingFolder w;
    w.write("full/f", "1");
    w.write("f", "1");
    w.folder("empty");
    w.symlink("link", "full");
    Files files(w.path());
    CHECK(files.remove("f"));
    CHECK(files.remove("empty"));
    CHECK(files.remove("link"));
    CHECK_FALSE(files.remove("full"));
    CHECK_FALSE(files.remove("gone"));
    CHECK(w.exists("full/f"));
  }

  TEST_CASE("nothing is removed or renamed through a symlink") {
    WorkingFolder outside;
    outside.write("precious", "1");
    WorkingFolder w;
    w.symlink("way", outside.path());
    w.write("f", "1");
    Files files(w.path());
    CHECK(files.look("way") == Kind::symlink);
    CHECK(files.look("way/precious") == Kind::absent);
    CHECK(files.is_beyond_symlink("way/precious"));
    CHECK_FALSE(files.is_beyond_symlink("way"));
    CHECK_FALSE(files.remove("way/precious"));
    CHECK(files.rename("way/precious", "stolen", true) == Renamed::absent);
    CHECK(files.rename("f", "way/f", true) == Renamed::refused);
    CHECK(outside.exists("precious"));
    CHECK(w.exists("f"));
  }

  TEST_CASE("hn's and git's folders are out of reach, however they are spelled") {
    WorkingFolder w;
    w.write(".hn/store", "1");
    w.write("sub/.GIT/config", "1");
    w.write("f", "1");
    Files files(w.path());
    for (const char* path : {".hn/store", "sub/.GIT/config", "sub/.GIT"}) {
      CHECK_FALSE(files.remove(path));
      CHECK(files.rename(path, "out", true) == Renamed::refused);
      CHECK(files.rename("f", path, true) == Renamed::refused);
    }
    CHECK(w.read("sub/.GIT/config") == "1");
  }

  TEST_CASE("renaming replaces a file where that is asked for, a folder never") {
    WorkingFolder w;
    w.write("a", "1");
    w.write("b", "2");
    w.write("d/x", "3");
    Files files(w.path());
    CHECK(files.rename("a", "b", false) == Renamed::exists);
    CHECK(files.rename("a", "d", true) == Renamed::exists);
    CHECK(files.rename("d", "d/e", true) == Renamed::refused);
    CHECK(files.rename("gone", "c", false) == Renamed::absent);
    CHECK(w.read("b") == "2");
    CHECK(files.rename("a", "b", true) == Renamed::done);
    CHECK(w.read("b") == "1");
    CHECK(files.rename("d", "e", false) == Renamed::done);
    CHECK(w.read("e/x") == "3");
  }

  TEST_CASE("the rule of a path is the last one that matches, or that of a folder above") {
    WorkingFolder w;
    w.write(".gitignore", "# objects\n*.o\n!keep.o\nout/\n");
    w.write(".hnignore", "keep.o\n");
    w.write("d/.gitignore", "!x.o\n");
    w.write("out/.gitignore", "!y\n");
    Files files(w.path());
    CHECK(rule(files, "a.o") == ".gitignore:2:*.o");
    CHECK(rule(files, "keep.o") == ".hnignore:1:keep.o");
    CHECK(rule(files, "d/x.o") == "d/.gitignore:1:!x.o");
    CHECK(rule(files, "d/e/f/x.o") == "d/.gitignore:1:!x.o");
    CHECK(rule(files, "out/deep/y") == ".gitignore:4:out/");
    CHECK(rule(files, "outer") == "mine:1:outer");
    CHECK(rule(files, "a") == "-");
    CHECK(rule(files, "new/out") == "-");
    CHECK(rule(files, "new/out/") == ".gitignore:4:out/");
  }
}

}  // namespace hn::testing
