#include "hn/worktree/ignore.hpp"

#include <doctest/doctest.h>

using namespace hn;
using namespace hn::worktree;

namespace {

bool ignored(std::string_view patterns, std::string_view path, bool folder = false) {
  return Patterns::parse(as_bytes(patterns)).match(path, folder).value_or(false);
}

Patterns parse(std::string_view text) {
  return Patterns::parse(as_bytes(text));
}

}  // namespace

TEST_SUITE("ignore") {
  TEST_CASE("a pattern without a slash matches at any depth, one with a slash is anchored") {
    CHECK(ignored("foo", "a/b/foo"));
    CHECK(ignored("*.o", "a/b/x.o"));
    CHECK(ignored("/foo", "foo"));
    CHECK_FALSE(ignored("/foo", "a/foo"));
    CHECK(ignored("a/foo", "a/foo"));
    CHECK_FALSE(ignored("a/foo", "b/a/foo"));
    CHECK_FALSE(ignored("a/*.o", "a/b/x.o"));
    CHECK_FALSE(ignored("foo", "foobar"));
  }

  TEST_CASE("two stars cross folders") {
    CHECK(ignored("**/foo", "foo"));
    CHECK(ignored("**/foo", "a/b/foo"));
    CHECK_FALSE(ignored("**/foo", "a/xfoo"));
    CHECK(ignored("a/**", "a/b/c"));
    CHECK(ignored("a/**/b", "a/b"));
    CHECK(ignored("a/**/b", "a/x/y/b"));
    CHECK_FALSE(ignored("a/[x]**/b", "a/xy/z/b"));
    // Git takes what stands before the first special byte off, and then the stars begin a name.
    CHECK(ignored("a/x**/b", "a/xy/z/b"));
  }

  TEST_CASE("a slash at the end asks for a folder") {
    CHECK(ignored("out/", "a/out", true));
    CHECK_FALSE(ignored("out/", "a/out", false));
  }

  TEST_CASE("the last pattern that matches decides") {
    CHECK_FALSE(ignored("*.o\n!keep.o\n", "keep.o"));
    CHECK(ignored("!keep.o\n*.o\n", "keep.o"));
  }

  TEST_CASE("comments, escapes, spaces, line ends and a byte order mark") {
    CHECK_FALSE(ignored("#a", "#a"));
    CHECK(ignored("\\#a", "#a"));
    CHECK(ignored("\\!a", "!a"));
    CHECK(ignored("a  ", "a"));
    CHECK(ignored("a\\ ", "a "));
    CHECK(ignored("a\r\nb\r\n", "b"));
    CHECK(
        ignored("\xef\xbb\xbf"
                "a",
                "a"));
    CHECK_FALSE(ignored("\n\n", ""));
  }

  TEST_CASE("classes") {
    CHECK(ignored("[a-c]x", "bx"));
    CHECK_FALSE(ignored("[!a-c]x", "bx"));
    CHECK(ignored("[]]", "]"));
    CHECK(ignored("[[:digit:]]", "7"));
    CHECK_FALSE(ignored("[a", "[a"));
  }

  TEST_CASE("a deeper folder wins, and .hnignore stands after .gitignore") {
    Ignore root = Ignore({parse("*.log")}).enter("", {parse("*.o"), parse("!b.o")});
    CHECK(root.ignores("a.o", false));
    CHECK_FALSE(root.ignores("b.o", false));
    CHECK(root.ignores("x.log", false));
    Ignore deep = root.enter("d", {parse("!*.log\nb.o")});
    CHECK_FALSE(deep.ignores("d/x.log", false));
    CHECK(deep.ignores("d/b.o", false));
    CHECK(deep.ignores("d/a.o", false));
  }

  TEST_CASE("nothing in an ignored folder comes back") {
    Ignore root = Ignore().enter("", {parse("out\n!out/keep")});
    Ignore out = root.enter("out", {parse("!*")});
    CHECK(out.ignores("out/keep", false));
    CHECK(out.enter("out/deep", {parse("!*")}).ignores("out/deep/x", false));
  }

  TEST_CASE("a hostile pattern costs no more than its length") {
    std::string pattern;
    for (int i = 0; i < 2000; ++i) pattern += "*a";
    CHECK_FALSE(ignored(pattern + "b", std::string(2000, 'a')));
    pattern.clear();
    for (int i = 0; i < 500; ++i) pattern += "**/a/";
    std::string path;
    for (int i = 0; i < 400; ++i) path += "a/";
    CHECK_FALSE(ignored(pattern + "b", path + "a"));
  }
}
