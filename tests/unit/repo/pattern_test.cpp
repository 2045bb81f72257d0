#include "hn/repo/pattern.hpp"

#include <doctest/doctest.h>
#include <regex.h>

#include <array>
#include <cstdlib>
#include <random>

#include "hn/base/error.hpp"

using namespace hn;
using namespace hn::repo;

namespace {

std::optional<std::string> found(const std::string& pattern, const std::string& line,
                                 Pattern::Options options = {Pattern::Kind::extended, false,
                                                             false}) {
  const auto match = Pattern(pattern, options).find(line);
  if (!match) return std::nullopt;
  return line.substr(match->begin, match->end - match->begin);
}

// The system's own engine, as git uses it.
struct System {
  regex_t regex{};
  bool good = false;
  System(const std::string& pattern, bool extended, bool ignore_case) {
    good =
        regcomp(&regex, pattern.c_str(),
                REG_NEWLINE | (extended ? REG_EXTENDED : 0) | (ignore_case ? REG_ICASE : 0)) == 0;
  }
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  ~System() {
    if (good) regfree(&regex);
  }
  std::optional<Pattern::Match> find(const std::string& line, std::size_t from) const {
    std::array<regmatch_t, 1> at{};
    at[0].rm_eo = static_cast<regoff_t>(line.size() - from);
    if (regexec(&regex, line.data() + from, 1, at.data(),
                REG_STARTEND | (from > 0 ? REG_NOTBOL : 0)) != 0)
      return std::nullopt;
    return Pattern::Match{from + static_cast<std::size_t>(at[0].rm_so),
                          from + static_cast<std::size_t>(at[0].rm_eo)};
  }
};

using Chance = std::mt19937;

std::string random_pattern(Chance& chance, bool extended) {
  static const std::vector<std::string> kBasic{"a",
                                               "b",
                                               "_",
                                               ".",
                                               "*",
                                               "\\(",
                                               "\\)",
                                               "\\|",
                                               "\\+",
                                               "\\?",
                                               "^",
                                               "$",
                                               "[ab]",
                                               "[^a]",
                                               "\\w",
                                               "\\W",
                                               "\\b",
                                               "\\B",
                                               "\\<",
                                               "\\>",
                                               "[a-c]",
                                               "[]a]",
                                               "[[:digit:]b]",
                                               "\\s",
                                               "\\S",
                                               "\\{2\\}",
                                               "\\{1,2\\}",
                                               "\\{,1\\}",
                                               "\\{2,\\}",
                                               "+",
                                               "{",
                                               "|",
                                               "A",
                                               "[[:upper:]]",
                                               "1",
                                               "\\.",
                                               "ab",
                                               "[a-]"};
  static const std::vector<std::string> kExtended{
      "a",    "b",    "_",     ".",    "*",     "(",      ")",   "|",           "+",
      "?",    "^",    "$",     "[ab]", "[^a]",  "\\w",    "\\W", "\\b",         "\\B",
      "\\<",  "\\>",  "[a-c]", "[]a]", "1",     "\\s",    "\\S", "{2}",         "{1,2}",
      "{,1}", "{2,}", "ab",    "a*",   "(a|b)", "(ab|c)", "A",   "[[:lower:]]", "[^[:space:]]",
      "\\.",  "b+",   "(ba?)"};
  const auto& parts = extended ? kExtended : kBasic;
  std::string out;
  for (std::size_t n = 1 + chance() % 6; n > 0; --n) out += parts[chance() % parts.size()];
  return out;
}

std::string random_line(Chance& chance) {
  std::string out;
  for (std::size_t n = chance() % 12; n > 0; --n) out += "aabbcAB_1 .+|{-\xc3"[chance() % 16];
  return out;
}

}  // namespace

TEST_CASE("an expression finds the leftmost match and of these the longest") {
  CHECK(found("abcd|c", "xabcd") == "abcd");
  CHECK(found("a|ab|abc", "zabcz") == "abc");
  CHECK(found("x*", "aaxx") == "");
  CHECK(found("(a|b)+c", "ababd abc") == "abc");
  CHECK_FALSE(found("^b", "ab"));
}

TEST_CASE("patterns find what the system's own engine finds") {
  const char* given = std::getenv("HN_SEED");
  const auto seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261121U;
  INFO("HN_SEED=" << seed);
  Chance chance(seed);
  int compared = 0;
  for (int round = 0; round < 12000; ++round) {
    const bool extended = chance() % 2 != 0;
    const bool ignore_case = chance() % 4 == 0;
    const std::string pattern = random_pattern(chance, extended);
    const System system(pattern, extended, ignore_case);
    INFO("pattern " << pattern << " extended " << extended << " ignore case " << ignore_case);
    std::optional<Pattern> ours;
    try {
      ours.emplace(pattern,
                   Pattern::Options{extended ? Pattern::Kind::extended : Pattern::Kind::basic,
                                    ignore_case, false});
    } catch (const Failure&) {
    }
    REQUIRE(ours.has_value() == system.good);
    if (!ours) continue;
    const LineSearch lines(
        {pattern}, {extended ? Pattern::Kind::extended : Pattern::Kind::basic, ignore_case, false});
    for (int i = 0; i < 6; ++i) {
      const std::string line = random_line(chance);
      const std::size_t from = line.empty() ? 0 : chance() % line.size();
      INFO("line '" << line << "' from " << from);
      const auto a = ours->find(line, from);
      const auto b = system.find(line, from);
      REQUIRE(a.has_value() == b.has_value());
      ++compared;
      if (a) CHECK((a->begin == b->begin && a->end == b->end));
      const std::string text = "\n" + line + "\n";
      const auto at = lines.candidate(text, 1);
      CHECK(at.has_value() == system.find(line, 0).has_value());
    }
  }
  CHECK(compared > 10000);
}

TEST_CASE("an expression that is hard for others takes time in proportion to the line") {
  const std::string line(20000, 'a');
  CHECK(found("(a*)*b", line) == std::nullopt);
  CHECK(found("(a|aa)+$", line) == line);
  CHECK(LineSearch({"a.*a.*a.*b"}, {Pattern::Kind::extended, false, false}).candidate(line, 0) ==
        std::nullopt);
}

TEST_CASE("expressions that would grow without bound are refused") {
  const auto refused = [](const std::string& pattern) {
    CHECK_THROWS_AS(Pattern(pattern, {Pattern::Kind::extended, false, false}), Failure);
  };
  refused("(((a{1,1000}){1,1000}){1,1000}){1,1000}");
  refused(std::string(100000, '(') + std::string(100000, ')'));
  refused("(a)\\1");
  refused("a" + std::string(100000, '*'));
  const Pattern deep(std::string("(") + std::string(150, '(') + "a" + std::string(150, ')') + ")+",
                     {Pattern::Kind::extended, false, false});
  std::string nested = "a";
  for (int i = 0; i < 30; ++i) nested = "(" + nested + "+)";
  const Pattern repeated(nested, {Pattern::Kind::extended, false, false});
}

TEST_CASE("a search in a text finds the lines that match one of the patterns") {
  const std::string text = "one\ntwo\n\nthree";
  const LineSearch search({"t.o", "ee$"}, {});
  CHECK(text.substr(0, *search.candidate(text, 0)).find("one\nt") == 0);
  const auto at = search.candidate(text, 8);
  REQUIRE(at);
  CHECK(*at >= 9);
  CHECK_FALSE(search.candidate("one\n", 0));
  CHECK(LineSearch({"^$"}, {}).candidate(text, 0) == 8);
  CHECK_FALSE(LineSearch({"^$"}, {}).candidate("a\n", 0));
}

TEST_CASE("a search of many states forgets them and goes on") {
  // Which of the last twelve bytes were an a: 2^12 states and more.
  const LineSearch search({"a[ab]{13}c"}, {Pattern::Kind::extended, false, false});
  Chance chance(7);
  std::string text;
  for (int i = 0; i < 60000; ++i) text += "ab"[chance() % 2];
  CHECK_FALSE(search.candidate(text, 0));
  CHECK(search.candidate(text + "abbbbbbbbbbbbbc", 0));
}
