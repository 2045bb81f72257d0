#include "hn/merge/combined.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace hn;
using namespace hn::merge;

// What a merge has that none of what it was merged from has.
namespace {

std::string shown(std::span<const std::string> texts, const std::string& result,
                  const CombinedOptions& options = {}) {
  std::vector<ByteView> views;
  for (const std::string& text : texts) views.push_back(as_bytes(text));
  std::string out;
  for (const CombinedHunk& hunk : combined_hunks(views, as_bytes(result), options)) {
    out += "@";
    for (const auto& range : hunk.old)
      out += " -" + std::to_string(range.begin) + "," + std::to_string(range.count);
    out += " +" + std::to_string(hunk.now.begin) + "," + std::to_string(hunk.now.count) + "\n";
    for (const CombinedLine& line : hunk.lines) out += line.signs + std::string(line.text) + "\n";
  }
  return out;
}

std::string lines(int first, int last) {
  std::string out;
  for (int i = first; i <= last; ++i) out += std::to_string(i) + "\n";
  return out;
}

}  // namespace

TEST_CASE("what is as one of the texts has it is left out, but for who wants all") {
  const std::array<std::string, 2> texts{"ours\n" + lines(1, 20), lines(1, 20) + "theirs\n"};
  const std::string result = "ours\n" + lines(1, 20) + "theirs\n";
  CHECK(shown(texts, result).empty());
  CHECK(
      shown(texts, result, {3, false, {}}) ==
      "@ -1,4 -1,3 +1,4\n +ours\n  1\n  2\n  3\n@ -19,3 -18,4 +19,4\n  18\n  19\n  20\n+ theirs\n");
}

TEST_CASE("what was decided by hand is shown with a column for each text") {
  const std::array<std::string, 2> texts{lines(1, 5) + "ours\n" + lines(7, 9),
                                         lines(1, 5) + "theirs\n" + lines(7, 9)};
  CHECK(shown(texts, lines(1, 5) + "both\n" + lines(7, 9)) ==
        "@ -3,7 -3,7 +3,7\n  3\n  4\n  5\n- ours\n -theirs\n++both\n  7\n  8\n  9\n");
  CHECK(shown(texts, lines(1, 5) + "ours\ntheirs\n" + lines(7, 9), {1, true, {}}) ==
        "@ -5,3 -5,3 +5,4\n  5\n +ours\n+ theirs\n  7\n");
}

TEST_CASE("what one text alone lost does not show as far from what was decided as the context") {
  const std::array<std::string, 2> texts{"a\nX\nb\nc\nd\nours\n", "a\nb\nc\nd\ntheirs\n"};
  // git counts the line all the same.
  CHECK(shown(texts, "a\nb\nc\nd\nboth\n") ==
        "@ -2,5 -2,4 +2,4\n  b\n  c\n  d\n- ours\n -theirs\n++both\n");
  CHECK(shown(texts, "a\nb\nc\nd\nboth\n", {4, true, {}}) ==
        "@ -1,6 -1,5 +1,5\n  a\n- X\n  b\n  c\n  d\n- ours\n -theirs\n++both\n");
}

TEST_CASE("lines that several texts lost at one place are one, in the order of their longest row") {
  const std::array<std::string, 3> texts{"a\nx\nb\ny\nz\n", "a\nb\nx\ny\nz\n", "a\nz\n"};
  CHECK(shown(texts, "a\nz\n", {3, false, {}}) ==
        "@ -1,5 -1,5 -1,2 +1,2\n   a\n-  x\n-- b\n - x\n-- y\n   z\n");
  const std::array<std::string, 2> blanks{"a\n  b\nc\n", "a\nb  \nc\n"};
  const auto with = [&](Whitespace whitespace) {
    return shown(blanks, "a\nc\n", {0, true, {whitespace, true}});
  };
  CHECK(with(Whitespace::exact) == "@ -2,1 -2,1 +2,0\n-   b\n -b  \n");
  CHECK(with(Whitespace::ignore_all) == "@ -2,1 -2,1 +2,0\n--  b\n");
}

TEST_CASE("a text that is gone, or came, or lacks its last newline") {
  const std::array<std::string, 2> texts{"a\nb\n", "a\nb"};
  CHECK(shown(texts, "") == "@ -1,2 -1,2 +1,0\n--a\n--b\n");
  const std::array<std::string, 2> nothing{"", ""};
  CHECK(shown(nothing, "a\nb") == "@ -1,0 -1,0 +1,2\n++a\n++b\n");
  CHECK(shown(nothing, "").empty());
}

TEST_CASE("as many texts as there are columns") {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < kCombinedMax; ++i) texts.push_back(std::to_string(i) + "\n");
  const std::string all = shown(texts, "x\n");
  CHECK(all.find("\n" + std::string(kCombinedMax, '+') + "x\n") != all.npos);
  CHECK(std::ranges::count(all, '\n') == kCombinedMax + 2);
}

TEST_CASE("very many lines that were lost at one place are not compared each with each") {
  const std::string many = lines(1, 40000);
  const std::string others = lines(2, 40001);
  const std::array<std::string, 2> texts{"a\n" + many + "z\n", "a\n" + others + "z\n"};
  const std::string all = shown(texts, "a\nz\n", {0, true, {}});
  CHECK(std::ranges::count(all, '\n') == 80001);
}
