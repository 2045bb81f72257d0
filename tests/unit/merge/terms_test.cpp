#include "hn/merge/terms.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

// Terms as letters: "xby" is x - b + y.
Terms<char> terms(std::string_view letters) {
  return {letters.begin(), letters.end()};
}
std::string letters(const Terms<char>& t) {
  return {t.begin(), t.end()};
}
std::string simplified(std::string_view s) {
  return letters(simplify(terms(s)));
}
std::string resolved(std::string_view s) {
  const auto t = terms(s);
  const auto place = resolved_place(std::span<const char>(t));
  return place ? std::string(1, t[*place]) : "?";
}

// A merge of merges of letters, nested as deep as wanted, as its flat terms.
Terms<char> random_merge(Random& random, int depth) {
  if (depth == 0) return {static_cast<char>('a' + random.below(4))};
  Terms<Terms<char>> nested;
  const auto sides = 1 + random.below(3);
  for (std::uint64_t i = 0; i < 2 * sides - 1; ++i) {
    nested.push_back(random_merge(random, random.below(2) == 0 ? 0 : depth - 1));
  }
  return flatten(nested);
}

// The value of terms in the free abelian group over the letters.
std::map<char, int> value(const Terms<char>& t) {
  std::map<char, int> out;
  for (std::size_t i = 0; i < t.size(); ++i) out[t[i]] += i % 2 == 0 ? 1 : -1;
  std::erase_if(out, [](const auto& entry) { return entry.second == 0; });
  return out;
}

}  // namespace

TEST_CASE("counting resolves what one side changed and what all changed alike") {
  CHECK(resolved("x") == "x");
  CHECK(resolved("xbb") == "x");
  CHECK(resolved("bbx") == "x");
  CHECK(resolved("xbx") == "x");
  CHECK(resolved("xby") == "?");
  CHECK(resolved("xbybx") == "?");
  CHECK(resolved("xbxbx") == "x");
  CHECK(resolved("xaxbx") == "x");
  CHECK(resolved("xbbbybb") == "?");
}

TEST_CASE("an unresolved base in place of a resolved one would undo the change") {
  // x - (x - b + x) + x: why a virtual base is resolved before it enters.
  CHECK(letters(flatten(Terms<Terms<char>>{terms("x"), terms("xbx"), terms("x")})) == "xxbxx");
  CHECK(resolved("xxbxx") == "b");
}

TEST_CASE("a place is of an added term") {
  const auto t = terms("bxxbx");
  CHECK(*resolved_place(std::span<const char>(t)) % 2 == 0);
}

TEST_CASE("simplifying cancels pairs and keeps the order of the rest") {
  CHECK(simplified("xby") == "xby");
  CHECK(simplified("xbb") == "x");
  CHECK(simplified("bbx") == "x");
  CHECK(simplified("abcbd") == "abcbd");
  CHECK(simplified("abbcd") == "acd");
  CHECK(simplified("abcad") == "dbc");
}

TEST_CASE("flattening turns a removed merge round, each change staying together") {
  CHECK(letters(flatten(Terms<Terms<char>>{terms("x"), terms("abcde"), terms("y")})) == "xcbeday");
}

TEST_CASE("flattening and simplifying keep the value in the free abelian group") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  for (int round = 0; round < 5000; ++round) {
    Terms<Terms<char>> nested;
    const auto sides = 1 + random.below(4);
    std::map<char, int> sum;
    for (std::uint64_t i = 0; i < 2 * sides - 1; ++i) {
      nested.push_back(random_merge(random, 3));
      for (const auto& [letter, count] : value(nested.back())) {
        sum[letter] += i % 2 == 0 ? count : -count;
      }
    }
    std::erase_if(sum, [](const auto& entry) { return entry.second == 0; });
    const auto flat = flatten(nested);
    const auto simple = simplify(flat);
    INFO(letters(flat));
    REQUIRE(value(flat) == sum);
    REQUIRE(value(simple) == sum);
    REQUIRE(simplify(simple) == simple);
    REQUIRE(flatten(Terms<Terms<char>>{simple}) == simple);
    for (std::size_t i = 0; i < simple.size(); i += 2) {
      for (std::size_t j = 1; j < simple.size(); j += 2) REQUIRE(simple[i] != simple[j]);
    }
    // Substitution: renaming letters before or after comes to the same value.
    const auto rename = [&](Terms<char> t) {
      for (auto& letter : t) letter = letter == 'a' ? 'b' : letter;
      return t;
    };
    REQUIRE(value(rename(simple)) == value(rename(flat)));
    REQUIRE(resolved(letters(simple)) == resolved(letters(flat)));
  }
}

TEST_CASE("one merge is taken out of another with each term on its sign and as often") {
  const auto takes = [](const std::string& whole, const std::string& part) {
    SignedTerms<char> left(terms(whole));
    return left.take_out(SignedTerms<char>(terms(part)));
  };
  CHECK(takes("lbr", "lbr"));
  CHECK(takes("lbr", "rbl"));
  CHECK(takes("sblbr", "lbr"));
  CHECK_FALSE(takes("lbr", "lbs"));
  CHECK_FALSE(takes("lbr", "lrb"));
  CHECK_FALSE(takes("lbr", "lbrbl"));
  CHECK_FALSE(takes("lbr", "lbl"));
  SignedTerms<char> once(terms("sblbr"));
  CHECK(once.take_out(SignedTerms<char>(terms("lbr"))));
  CHECK_FALSE(once.take_out(SignedTerms<char>(terms("lbr"))));
  CHECK(bases_resolved_since(Terms<Terms<char>>{terms("l"), terms("lbr"), terms("r")}) ==
        std::vector<std::size_t>{1});
  CHECK(bases_resolved_since(
            Terms<Terms<char>>{terms("rbl"), terms("lbr"), terms("r"), terms("lbr"), terms("x")}) ==
        std::vector<std::size_t>{3});
  // All those of a single term together are such a merge, once.
  CHECK(bases_resolved_since(
            Terms<Terms<char>>{terms("l"), terms("b"), terms("r"), terms("lbr"), terms("x")})
            .empty());
  CHECK(bases_resolved_since(Terms<Terms<char>>{terms("l"), terms("b"), terms("r"), terms("lbr"),
                                                terms("x"), terms("lbr"), terms("y")}) ==
        std::vector<std::size_t>{5});
  CHECK(bases_resolved_since(Terms<Terms<char>>{terms("l"), terms("c"), terms("r"), terms("lbr"),
                                                terms("x")}) == std::vector<std::size_t>{3});
}
