#include "hn/merge/attributes.hpp"

#include <doctest/doctest.h>

using namespace hn;
using namespace hn::merge;

namespace {

Attributes parsed(std::string_view text) {
  auto out = Attributes::parse(as_bytes(text));
  REQUIRE(out.has_value());
  return *out;
}

std::string policy(std::string_view text, std::string_view path) {
  const auto found = parsed(text).policy(path);
  return found ? std::string(name_of(*found)) : "-";
}

bool is_file(const std::string& text) {
  return Attributes::parse(as_bytes(text)).has_value();
}

}  // namespace

TEST_CASE("the last line that matches and names a policy decides") {
  CHECK(policy("*.c merge=union\n", "lib/a.c") == "union");
  CHECK(policy("*.c merge=union\n", "lib/a.h") == "-");
  CHECK(policy("*.c merge=union\na.c merge=binary\n", "lib/a.c") == "binary");
  CHECK(policy("*.c merge=union\na.c -text eol=lf\n", "lib/a.c") == "union");
  CHECK(policy("*.c merge=union merge=json", "a.c") == "json");
  for (const std::string word :
       {"text", "binary", "union", "last-writer", "authority", "json", "keyvalue"})
    CHECK(policy("* merge=" + word, "a") == word);
}

TEST_CASE("what is no policy is skipped, so that the file can grow") {
  CHECK(policy("* merge=union\n* merge=ours\n", "a") == "union");
  CHECK(policy("* merge=union\n* -merge\n* merge\n* !merge\n* merge=\n", "a") == "union");
  CHECK(policy("* merge=union\n* \xff=1 =x --x *\n", "a") == "union");
  CHECK(policy("* Merge=union\n* merge=Union\n", "a") == "-");
}

TEST_CASE("a word that names no policy is told where it would have decided") {
  const auto unknown = [](std::string_view text, std::string_view path) {
    const Attributes attributes = parsed(text);
    const UnknownPolicy* found = attributes.unknown_policy(path);
    return found ? std::to_string(found->line) + " " + found->as_written() : "-";
  };
  CHECK(unknown("* merge=union\n\n*.c merge=last-writr\n", "a.c") == "3 merge=last-writr");
  CHECK(unknown("* merge=union\n\n*.c merge=last-writr\n", "a.h") == "-");
  CHECK(unknown("* merge=unoin\n* merge=union\n", "a") == "-");
  CHECK(unknown("* merge=unoin\n* eol=lf\n", "a") == "1 merge=unoin");
  CHECK(unknown("* merge=unoin merge=union\n", "a") == "-");
  CHECK(unknown("* merge=union merge=unoin\n", "a") == "1 merge=unoin");
  CHECK(unknown("* -merge\n", "a") == "1 -merge");
  CHECK(unknown("* !merge\n", "a") == "1 !merge");
  CHECK(unknown("* merge\n", "a") == "1 merge");
  CHECK(unknown("!* merge\n", "a") == "-");
  CHECK(parsed("a merge=x\nb merge=text\nc merge=y eol=lf\n").unknown_policies().size() == 2);
  std::string many;
  for (std::size_t i = 0; i < kAttributesRulesMax + 1; ++i) many += "a merge=x\n";
  CHECK(parsed(many).size() == 0);
}

TEST_CASE("patterns are those of gitattributes") {
  CHECK(policy("/a merge=text", "a") == "text");
  CHECK(policy("/a merge=text", "d/a") == "-");
  CHECK(policy("d/*.c merge=text", "d/a.c") == "text");
  CHECK(policy("d/*.c merge=text", "x/d/a.c") == "-");
  CHECK(policy("d/** merge=text", "d/e/a.c") == "text");
  CHECK(policy("d/ merge=text", "d") == "-");
  CHECK(policy("!a merge=text", "!a") == "-");
  CHECK(policy("\\!a merge=text", "!a") == "text");
  CHECK(policy("A merge=text", "a") == "-");
  CHECK(policy("\"a b\\t\\303\\274\\\"\" merge=text", "a b\t\xc3\xbc\"") == "text");
  CHECK(policy("\"a merge=text", "\"a") == "text");
  CHECK(policy("[attr]x merge=text", "[attr]x") == "-");
  CHECK(policy("#a merge=text\n \t\n  b merge=text\r\n", "b") == "text");
  CHECK(policy("\xef\xbb\xbf"
               "a merge=text",
               "a") == "text");
}

TEST_CASE("what is over a bound or has a NUL is no attribute file") {
  const std::string line = "a merge=text\n";
  CHECK(is_file(""));
  CHECK(is_file(line + std::string(kAttributesLineMax, '#') + "\n"));
  CHECK_FALSE(is_file(line + std::string(kAttributesLineMax + 1, '#') + "\n"));
  CHECK_FALSE(is_file(line + std::string(1, '\0')));
  std::string rules;
  for (std::size_t i = 0; i < kAttributesRulesMax; ++i) rules += line;
  CHECK(is_file(rules + "# no rule\nnor-this\n"));
  CHECK_FALSE(is_file(rules + line));
  CHECK(is_file(std::string(kAttributesBytesMax, '\n')));
  CHECK_FALSE(is_file(std::string(kAttributesBytesMax + 1, '\n')));
}

TEST_CASE("a pattern made to be costly is matched in the product of the lengths") {
  std::string pattern;
  for (int i = 0; i < 600; ++i) pattern += "*a";
  CHECK(policy(pattern + "b merge=text", std::string(4000, 'a')) == "-");
}

TEST_CASE("all attributes of a path, those of later lines first") {
  const auto attributes = parsed("* text merge=union\n*.c -text !eol diff=cpp\n");
  const auto all = attributes.all("a.c");
  REQUIRE(all.size() == 4);
  CHECK(*all[0] == Attribute{"diff", Attribute::State::value, "cpp"});
  CHECK(*all[1] == Attribute{"eol", Attribute::State::unspecified, ""});
  CHECK(*all[2] == Attribute{"text", Attribute::State::unset, ""});
  CHECK(*all[3] == Attribute{"merge", Attribute::State::value, "union"});
  CHECK(attributes.find("a.h", "text")->state == Attribute::State::set);
  CHECK(attributes.find("a.h", "diff") == nullptr);
}
