#include "hn/merge/text_merge.hpp"

#include <doctest/doctest.h>

#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

TEST_CASE("changes in different places are both taken") {
  CHECK(merged({"A b c d e", "a b c d e", "a b c d E"}) == "A b c d E");
}

TEST_CASE("the same change on both sides is taken once") {
  CHECK(merged({"a X c", "a b c", "a X c"}) == "a X c");
}

TEST_CASE("different changes of one line conflict with all terms") {
  CHECK(merged({"a X c", "a b c", "a Y c"}) == "a <X|b|Y> c");
}

TEST_CASE("changes that touch conflict, with one line between they do not") {
  CHECK(merged({"X b c", "a b c", "a Y c"}) == "<X b|a b|a Y> c");
  CHECK(merged({"X b c d", "a b c d", "a b Y d"}) == "X b Y d");
}

TEST_CASE("lines added at one place conflict") {
  CHECK(merged({"a X b", "a b", "a Y b"}) == "a <X||Y> b");
}

TEST_CASE("a change inside what the other side deleted conflicts") {
  CHECK(merged({"a e", "a b c d e", "a b X d e"}) == "a <|b c d|b X d> e");
}

TEST_CASE("five terms: three sides with changes apart") {
  CHECK(merged({"A b c d e", "a b c d e", "a b C d e", "a b c d e", "a b c d E"}) == "A b C d E");
}

TEST_CASE("five terms: two of three sides agree") {
  CHECK(merged({"a X c", "a b c", "a X c", "a b c", "a b c"}) == "a X c");
  CHECK(merged({"a X c", "a b c", "a X c", "a b c", "a Y c"}) == "a <X|b|X|b|Y> c");
}

TEST_CASE("carriage returns and the missing final newline stay as they are") {
  const std::vector<std::string> texts{"a\r\nB\r\nc\r\nd", "a\r\nb\r\nc\r\nd", "a\r\nb\r\nc\r\nD"};
  const auto merge = merge_texts(views(texts));
  REQUIRE(merge.is_resolved());
  CHECK(to_string(merge.text()) == "a\r\nB\r\nc\r\nD");
}

TEST_CASE("a term of a conflict has the resolved hunks of all sides") {
  std::vector<std::string> texts{text("A b c d X"), text("a b c d e"), text("a b C d Y")};
  const auto merge = merge_texts(views(texts));
  REQUIRE_FALSE(merge.is_resolved());
  CHECK(to_string(merge.term(0)) == text("A b C d X"));
  CHECK(to_string(merge.term(1)) == text("A b C d e"));
  CHECK(to_string(merge.term(2)) == text("A b C d Y"));
}

TEST_CASE("two sides that resolved one conflict alike agree, whatever else they changed") {
  // The base is the unresolved X - b + Y; both sides made R of it, and each changed another line.
  const auto x = text("p m X m q"), b = text("p m b m q"), y = text("p m Y m q");
  const auto one = text("P m R m q"), two = text("p m R m Q");
  const Terms<Terms<ByteView>> nested{
      {as_bytes(one)}, {as_bytes(x), as_bytes(b), as_bytes(y)}, {as_bytes(two)}};
  CHECK(show(merge_nested_texts(nested)) == "P m R m Q");
}

TEST_CASE("a conflict against one unchanged copy and one changed elsewhere keeps its terms") {
  const auto x = text("p m X m q"), b = text("p m b m q"), y = text("p m Y m q");
  const auto x2 = text("P m X m q"), b2 = text("P m b m q"), y2 = text("P m Y m q");
  const Terms<ByteView> was{as_bytes(x), as_bytes(b), as_bytes(y)};
  const Terms<ByteView> now{as_bytes(x2), as_bytes(b2), as_bytes(y2)};
  const auto merge = merge_nested_texts({now, was, was});
  CHECK(show(merge) == "P m <X|b|Y|X|X|X|X|X|X> m q");
}

TEST_CASE("merging texts keeps the laws of three-way merge") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  for (int round = 0; round < 1000; ++round) {
    const auto words = 3 + random.below(40);
    const auto base = random_lines(random, random.below(30), words);
    const auto b = joined(base);
    const auto x = joined(edited(base, random, random.below(5), words));
    const auto y = joined(edited(base, random, random.below(5), words));
    const auto three = [](const std::string& p, const std::string& q, const std::string& r) {
      return merge_texts(std::vector<ByteView>{as_bytes(p), as_bytes(q), as_bytes(r)});
    };
    REQUIRE(to_string(three(x, b, b).text()) == x);
    REQUIRE(to_string(three(b, b, y).text()) == y);
    REQUIRE(to_string(three(x, b, x).text()) == x);
    const auto xy = three(x, b, y), yx = three(y, b, x);
    REQUIRE(xy.is_resolved() == yx.is_resolved());
    REQUIRE(to_string(xy.term(0)) == to_string(yx.term(2)));
    REQUIRE(to_string(xy.term(1)) == to_string(yx.term(1)));
  }
}
