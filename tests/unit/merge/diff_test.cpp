#include "hn/merge/diff.hpp"

#include <doctest/doctest.h>

#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

std::vector<Difference> diff(const std::string& a, const std::string& b) {
  return diff_lines(as_bytes(a), as_bytes(b));
}

// Rebuilds b from a and the differences, and checks what a diff promises.
std::string apply(const std::string& from, const std::string& to) {
  const auto a = split_lines(as_bytes(from)), b = split_lines(as_bytes(to));
  std::string out;
  std::uint32_t at = 0, in_b = 0;
  bool first = true;
  for (const auto& d : diff(from, to)) {
    CHECK((first || d.a_begin > at));
    CHECK(d.a_begin - at == d.b_begin - in_b);
    CHECK((d.a_end > d.a_begin || d.b_end > d.b_begin));
    for (; at < d.a_begin; ++at) out += a[at];
    for (auto j = d.b_begin; j < d.b_end; ++j) out += b[j];
    at = d.a_end;
    in_b = d.b_end;
    first = false;
  }
  for (; at < a.size(); ++at) out += a[at];
  return out;
}

}  // namespace

TEST_CASE("equal texts do not differ") {
  CHECK(diff(text("a b c"), text("a b c")).empty());
}

TEST_CASE("one changed line is one difference") {
  CHECK(diff(text("a b c"), text("a x c")) == std::vector<Difference>{{1, 2, 1, 2}});
}

TEST_CASE("against nothing everything differs") {
  CHECK(diff("", text("a b")) == std::vector<Difference>{{0, 0, 0, 2}});
  CHECK(diff(text("a b"), "") == std::vector<Difference>{{0, 2, 0, 0}});
}

TEST_CASE("a missing final newline is a difference") {
  CHECK(diff("a\nb\n", "a\nb") == std::vector<Difference>{{1, 2, 1, 2}});
}

TEST_CASE("an added block is shown as far down as it goes") {
  // f { } g { } with another block between: "g { }" added, not "} g {".
  CHECK(diff(text("f { } h { }"), text("f { } g { } h { }")) ==
        std::vector<Difference>{{3, 3, 3, 6}});
  CHECK(diff(text("a a"), text("a a a")) == std::vector<Difference>{{2, 2, 2, 3}});
}

TEST_CASE("a difference that the search left higher up goes down") {
  CHECK(diff(text("b a"), text("a b a a")) == std::vector<Difference>{{0, 0, 0, 1}, {2, 2, 3, 4}});
  CHECK(diff(text("a b a"), text("b a a")) == std::vector<Difference>{{0, 1, 0, 0}, {3, 3, 2, 3}});
}

TEST_CASE("lines that stand once on both sides hold the rest in place") {
  // A shortest script would keep the three braces and change both names.
  const auto d = diff(text("} } } one"), text("one } } }"));
  CHECK(d == std::vector<Difference>{{0, 3, 0, 0}, {4, 4, 1, 4}});
}

TEST_CASE("what differs more than the limit is one difference") {
  std::vector<Line> a(40'000'0, "a\n"), b(40'000'0, "b\n");
  for (std::size_t i = 0; i < a.size(); i += 100) a[i] = b[i] = "same\n";
  a[0] = "begin\n";
  a.back() = "end\n";
  const auto joined_lines = [](const std::vector<Line>& lines) {
    std::string out;
    for (const Line line : lines) out += line;
    return out;
  };
  CHECK(diff(joined_lines(a), joined_lines(b)).size() == 1);
}

TEST_CASE("differences rebuild the second text") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  for (int round = 0; round < 3000; ++round) {
    const auto words = 1 + random.below(30);
    const auto one = random_lines(random, random.below(40), words);
    const auto two = round % 3 == 0 ? random_lines(random, random.below(40), words)
                                    : edited(one, random, random.below(8), words);
    const auto a = joined(one, random.below(2) == 0), b = joined(two, random.below(2) == 0);
    REQUIRE(apply(a, b) == b);
  }
}
