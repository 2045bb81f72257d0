#include "hn/merge/unified.hpp"

#include <doctest/doctest.h>

#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {
std::string unified(const std::string& a, const std::string& b, std::uint32_t context = 3) {
  return unified_text(as_bytes(a), as_bytes(b), {context, true});
}
}  // namespace

TEST_CASE("a changed line with its context") {
  CHECK(unified(text("1 2 3 4 5 6 7 8 9"), text("1 2 3 4 X 6 7 8 9")) ==
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
}

TEST_CASE("contexts that touch are one hunk, else two") {
  const auto a = text("1 2 3 4 5 6 7 8 9");
  CHECK(unified(a, text("X 2 3 4 5 6 7 Y 9")).find("@@ -1,9 +1,9 @@\n") == 0);
  CHECK(unified(a, text("X 2 3 4 5 6 7 8 Y"), 3) ==
        "@@ -1,4 +1,4 @@\n-1\n+X\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+Y\n");
}

TEST_CASE("a range of one line has no count, an empty one names the line before it") {
  CHECK(unified("a\n", "b\n") == "@@ -1 +1 @@\n-a\n+b\n");
  CHECK(unified("", "b\n") == "@@ -0,0 +1 @@\n+b\n");
  CHECK(unified(text("1 2"), text("1 x 2"), 0) == "@@ -1,0 +2 @@\n+x\n");
}

TEST_CASE("a missing final newline is said") {
  CHECK(unified("a\nb", "a\nb\n") == "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
}

TEST_CASE("a heading ends where a character is cut in two, or none") {
  std::string line = "f";
  for (int i = 0; i < 60; ++i) line += "\u0436";
  const std::string rest = "\n 1\n 2\n 3\n 4\n";
  const auto heading = [&](const std::string& first) {
    return std::string(
        unified_hunks(as_bytes(first + rest), as_bytes(first + rest + " 5\n")).front().heading);
  };
  CHECK(heading(line) == line.substr(0, 79));
  CHECK(heading("f\xff rest") == "f");
  CHECK(heading("f \u0436") == "f \u0436");
}

TEST_CASE("the heading is the last line above that begins a function") {
  const std::string body = "  1\n  2\n  3\n  4\n  5\n";
  const auto out = unified("int main()  \n" + body, "int main()  \n" + body + "  6\n");
  CHECK(out.find("@@ -4,3 +4,4 @@ int main()\n") == 0);
}

TEST_CASE("with whole functions a hunk has the function and the comment above it") {
  const auto functions = [](const std::string& a, const std::string& b) {
    return unified_text(as_bytes(a), as_bytes(b),
                        {.context = 1, .headings = false, .shown = {}, .functions = true});
  };
  const std::string one = "one\n  1\n  2\n\n";
  const std::string two = "/* two */\ntwo\n  1\n  2\n  3\n\n";
  const std::string three = "three\n  1\n";
  const std::string changed = "/* two */\ntwo\n  1\n  2\n  X\n\n";
  CHECK(functions(one + two + three, one + changed + three) ==
        "@@ -5,6 +5,6 @@\n /* two */\n two\n   1\n   2\n-  3\n+  X\n \n");
  // A function of its own at the end needs nothing round it.
  CHECK(functions(one, one + three) == "@@ -4 +4,3 @@\n \n+three\n+  1\n");
  // Two changes in one function are one hunk, however far apart.
  const std::string body = "  3\n  4\n  5\n  6\n";
  CHECK(functions("f\n  1\n" + body + "  2\n", "f\n  X\n" + body + "  Y\n") ==
        "@@ -1,7 +1,7 @@\n f\n-  1\n+  X\n   3\n   4\n   5\n   6\n-  2\n+  Y\n");
}

TEST_CASE("equal texts give nothing") {
  CHECK(unified("a\n", "a\n").empty());
}
