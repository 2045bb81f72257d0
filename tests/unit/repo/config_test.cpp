#include "hn/repo/config.hpp"

#include <doctest/doctest.h>

#include "hn/base/error.hpp"

using namespace hn;
using namespace hn::repo;

namespace {

std::string get(std::string_view text, std::string_view key) {
  return ConfigFile::parse(text).get(key).value_or("<none>");
}

}  // namespace

TEST_CASE("a setting is found by section and name, whatever their case") {
  CHECK(get("[user]\n\tname = Anna\n", "user.name") == "Anna");
  CHECK(get("[USER]\nNaMe=Anna", "user.name") == "Anna");
  CHECK(get("[user] name = Anna", "user.name") == "Anna");
  CHECK(get("[remote \"Home\"]\nurl = x\n", "remote.Home.url") == "x");
  CHECK(get("[user]\nname = Anna\n", "user.email") == "<none>");
}

TEST_CASE("the last value of a setting counts") {
  CHECK(get("[a]\nb = 1\n[c]\nd = 2\n[a]\nb = 3\n", "a.b") == "3");
}

TEST_CASE("a name without a value is true") {
  CHECK(get("[a]\nb\n", "a.b") == "true");
  CHECK(get("[a]\nb =\n", "a.b").empty());
}

TEST_CASE("comments, quotes, escapes and continued lines are git's") {
  CHECK(get("# x\n; y\n[a]\nb = 1 # rest\n", "a.b") == "1");
  CHECK(get("[a]\nb = \"1 # 2\"\n", "a.b") == "1 # 2");
  CHECK(get("[a]\nb = \"  1  \"  \n", "a.b") == "  1  ");
  CHECK(get("[a]\nb = one \\\ntwo\n", "a.b") == "one two");
  CHECK(get("[a]\nb = \\t\\n\\\\\\\"x\n", "a.b") == "\t\n\\\"x");
  CHECK(get("[a]\r\nb = 1\r\n", "a.b") == "1");
}

TEST_CASE("a line that cannot be understood ends the file there") {
  for (const char* bad : {"[a", "[]", "[a \"b", "[a \"b\nc\"]", "= 1", "\\", "b = \"open",
                          "b = \\q", "[a] ]", "\x01", "\xff"}) {
    INFO(std::string(bad));
    const std::string text = "[x]\ny = 1\n" + std::string(bad) + "\n[x]\ny = 2\n";
    CHECK(get(text, "x.y") == "1");
  }
  CHECK(get("y = 1\n", "y") == "<none>");
  CHECK(get("y = 1\n", ".y") == "<none>");
}

TEST_CASE("includes are settings like others") {
  const auto file = ConfigFile::parse("[include]\npath = /etc/passwd\n[user]\nname = x\n");
  CHECK(file.all().size() == 2);
}

TEST_CASE("any bytes are some settings") {
  std::string all;
  for (int round = 0; round < 3; ++round) {
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    static_cast<void>(ConfigFile::parse(std::string_view(all).substr(i)));
    static_cast<void>(ConfigFile::parse("[a]\nb = " + all.substr(i)));
    static_cast<void>(ConfigFile::parse("[a \"" + all.substr(i)));
  }
  CHECK(get("[a]\nb = " + std::string(1 << 20, 'x'), "a.b").size() == 1 << 20);
}

TEST_CASE("an author is a name and an address in angle brackets") {
  const auto who = parse_who("Anna Berg <anna@example.org>");
  REQUIRE(who);
  CHECK(who->name == "Anna Berg");
  CHECK(who->email == "anna@example.org");
  CHECK(parse_who("  Anna\t <anna@example.org> \t")->name == "Anna");
  CHECK(parse_who("Anna <>")->email.empty());
  CHECK(parse_who("J. R. <j@x>")->name == "J. R");
}

TEST_CASE("what is no author is refused") {
  for (const char* bad :
       {"", "Anna", "anna@example.org", "<anna@example.org>", "  <a@b>", "Anna >a@b<", "Anna <a@b",
        "Anna a@b>", "Anna <a@b> x", "... <a@b>", "\n <a@b>"}) {
    INFO(std::string(bad));
    CHECK_FALSE(parse_who(bad));
  }
}

TEST_CASE("an author keeps nothing that would break a commit's header") {
  const auto who = parse_who(std::string_view("An\nna\0 B <a>\n@\0<b>", 18));
  REQUIRE(who);
  CHECK(who->name == "Anna B");
  CHECK(who->email == "a@b");
  const auto two = parse_who("Anna <a@b> <c@d>");
  REQUIRE(two);
  CHECK(two->name == "Anna");
  CHECK(two->email == "a@b c@d");
}

TEST_CASE("a file is changed as git changes it, the rest of it left as it is") {
  const auto changed = [](const std::string& text, const std::string& name, ConfigEdit edit,
                          const std::string& value = "") {
    return edited_config(text, name, edit, value).value_or("<none>");
  };
  CHECK(changed("", "user.name", ConfigEdit::set, "A") == "[user]\n\tname = A\n");
  CHECK(changed("[a]\n  b=1 # x\n[c]\nd=2", "a.b", ConfigEdit::set, "3") ==
        "[a]\n\tb = 3\n[c]\nd=2");
  CHECK(changed("[a]\nb=1\n[c]\nd=2", "a.e", ConfigEdit::set, "3") ==
        "[a]\nb=1\n\te = 3\n[c]\nd=2");
  CHECK(changed("[A]\nb=1", "a.C", ConfigEdit::set, "3") == "[A]\nb=1\n\tC = 3\n");
  CHECK(changed("[a]\nb=1\n", "x.Y z\"\\.k", ConfigEdit::set, " v") ==
        "[a]\nb=1\n[x \"Y z\\\"\\\\\"]\n\tk = \" v\"\n");
  CHECK(changed("[a]\nb=1\nb=2\n", "a.b", ConfigEdit::set, "3") == "<none>");
  CHECK(changed("[a]\nb=1\n[c]\nd=1\n", "a.b", ConfigEdit::unset) == "[c]\nd=1\n");
  CHECK(changed("[a]\n# why\nb=1\n[c]\nd=1\n", "a.b", ConfigEdit::unset) ==
        "[a]\n# why\n[c]\nd=1\n");
  CHECK(changed("[a]\nb=1\nc=1\nb=2\n", "a.b", ConfigEdit::unset_all) == "[a]\nc=1\n");
  CHECK(changed("[a]\nb=1\n", "a.c", ConfigEdit::unset) == "<none>");
  CHECK_THROWS_AS(changed("[a]\nb=1\n[bad\n", "a.b", ConfigEdit::unset), Failure);
}

TEST_CASE("what was set is read again") {
  for (const std::string value :
       {"", " ", "a b", "#", ";", "\"", "\\", "a\tb\nc", "\r", "x ", "\xff"}) {
    INFO(value);
    const auto text = edited_config("[x]\ny = 1\n", "x.s.z", ConfigEdit::set, value);
    REQUIRE(text);
    CHECK(ConfigFile::parse(*text).get("x.s.z") == value);
  }
}

TEST_CASE("what was set is read again behind a line that goes on at the end of the file") {
  for (const std::string end : {"\\", "\\\n", "\\\r\n", "\\\\\\\n", "\\\\\n"}) {
    INFO(end);
    for (const std::string name : {"x.z", "y.z"}) {
      const auto text = edited_config("[x]\ny = 1" + end, name, ConfigEdit::set, "new");
      REQUIRE(text);
      CHECK(ConfigFile::parse(*text).get(name) == "new");
    }
  }
}

TEST_CASE("the name of a setting has a section and a key") {
  CHECK(config_key("User.Name") == "user.name");
  CHECK(config_key("Remote.My.Home.URL") == "remote.My.Home.url");
  for (const char* bad :
       {"", "user", ".name", "user.", "us er.name", "user.na_me", "user.1", "a.b\nc.d"}) {
    INFO(std::string(bad));
    CHECK_FALSE(config_key(bad));
  }
}
