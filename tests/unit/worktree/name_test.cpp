#include "hn/worktree/name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace hn::worktree;

TEST_SUITE("names") {
  TEST_CASE("every spelling of .git and .hn is reserved") {
    for (const char* name : {".git",
                             ".hn",
                             ".GIT",
                             ".Git",
                             ".hN",
                             ".git.",
                             ".git ",
                             ".git. . ",
                             ".hn...",
                             "git~1",
                             "GIT~1",
                             "git~2",
                             "HN~1",
                             "hn~12",
                             ".g\xe2\x80\x8cit",
                             "\xef\xbb\xbf.hn",
                             ".hn\xe2\x81\xaf",
                             ".git\xe2\x80\xaa",
                             ".git::$INDEX_ALLOCATION",
                             ".hn:x",
                             ".git\\x",
                             "git~1 ",
                             ".git                         ."}) {
      CAPTURE(name);
      CHECK(is_reserved_name(name));
    }
  }

  TEST_CASE("names that only resemble them are not") {
    for (const char* name :
         {".gitignore", ".hnignore", "git", "hn", ".gi", ".git1", "git~", "git~a", ".gitmodules",
          "a.git", "..git", " .git", ".hnx", ".git                 x", "\xe2\x80\x8c", "", "xgit~1",
          ".g\xe2\x82\xacit"}) {
      CAPTURE(name);
      CHECK_FALSE(is_reserved_name(name));
    }
  }

  TEST_CASE("paths are ordered name by name") {
    CHECK(path_less("a", "a/b"));
    CHECK(path_less("a/b", "a-b"));
    CHECK(path_less("a/\x01", "a\x01"));
    CHECK(path_less("a", "b"));
    CHECK_FALSE(path_less("a", "a"));
    CHECK(path_less("z", "\xff"));
    CHECK(is_below("a/b/c", "a/b"));
    CHECK_FALSE(is_below("a/bc", "a/b"));
    CHECK_FALSE(is_below("a/b", "a/b"));
  }

  TEST_CASE("a path is a folder and a name") {
    CHECK(folder_of("a/b/c") == "a/b");
    CHECK(folder_of("a").empty());
    CHECK(name_of_path("a/b/c") == "c");
    CHECK(join("", "a") == "a");
    CHECK(join("a/b", "c") == "a/b/c");
    CHECK(depth_of("a/b/c") == 2);
  }
}
