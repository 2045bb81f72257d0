#include "merge/key_values.hpp"

#include <doctest/doctest.h>

#include <set>

#include "unit/merge/texts.hpp"

using namespace hn;
using namespace hn::merge;

namespace {

// "conflict", "unreadable" or the text; "-" is nothing.
std::string merged(const std::vector<std::string>& terms) {
  Terms<Terms<std::optional<ByteView>>> nested;
  for (const auto& term : terms) {
    nested.emplace_back();
    nested.back().push_back(term == "-" ? std::nullopt : std::optional(as_bytes(term)));
  }
  const auto out = merge_key_values(nested);
  if (out.outcome == MemberMerge::Outcome::conflict) return "conflict";
  if (out.outcome == MemberMerge::Outcome::unreadable) return "unreadable";
  return to_string(out.text);
}

bool scans(std::string_view text) {
  return scan_key_values(text, 100).has_value();
}

}  // namespace

TEST_CASE("entries that one side changed, or all alike, are taken") {
  CHECK(merged({"a=1\nb=0\n", "a=0\nb=0\n", "a=0\nb=2\n"}) == "a=1\nb=2\n");
  CHECK(merged({"a = 1\nb=0\n", "a = 0\nb=0\n", "a = 1\nb=2\n"}) == "a = 1\nb=2\n");
  CHECK(merged({"b=0\n", "a=0\nb=0\n", "a=0\nb=2\n"}) == "b=2\n");
  CHECK(merged({"a=1\n", "a=0\n", "a=2\n"}) == "conflict");
  CHECK(merged({"", "a=0\n", "a=2\n"}) == "conflict");
  CHECK(merged({"a=1\n", "a=0\n", "  a   = 0\n"}) == "a=1\n");
  CHECK(merged({"a=1 \n", "a=0\n", "a=1\n"}) == "conflict");
}

TEST_CASE("entries that both sides add stand one after the other") {
  CHECK(merged({"a=0\nx=1\n", "a=0\n", "a=0\ny=2\n"}) == "a=0\nx=1\ny=2\n");
  CHECK(merged({"x=1\na=0\n", "a=0\n", "y=2\na=0\n"}) == "x=1\ny=2\na=0\n");
  CHECK(merged({"x=1\n", "-", "y=2\n"}) == "x=1\ny=2\n");
  CHECK(merged({"x=1\n", "-", "x=2\n"}) == "conflict");
  CHECK(merged({"a=0\nx=1", "a=0", "a=0\ny=2"}) == "a=0\nx=1\ny=2");
  CHECK(merged({"a=0\r\nx=1", "a=0\r\n", "a=0\r\ny=2\r\n"}) == "a=0\r\nx=1\r\ny=2\r\n");
}

TEST_CASE("sections are merged key by key") {
  CHECK(merged({"[s]\na=1\nb=0\n[t]\na=0\n", "[s]\na=0\nb=0\n[t]\na=0\n",
                "[s]\na=0\nb=2\n[t]\na=3\n"}) == "[s]\na=1\nb=2\n[t]\na=3\n");
  CHECK(merged({"[s]\na=1\n", "", "[t]\na=2\n"}) == "[s]\na=1\n[t]\na=2\n");
  CHECK(merged({"[s]\na=1\n", "", "[s]\nb=2\n"}) == "[s]\na=1\nb=2\n");
  CHECK(merged({"[s]\na=1\n", "", "[s]\na=2\n"}) == "conflict");
  CHECK(merged({"x=0\n", "x=0\n[s]\na=0\n", "x=0\n[s]\na=1\n"}) == "conflict");
  CHECK(merged({"x=0\n", "x=0\n[s]\na=0\n", "x=1\n[s]\na=0\n"}) == "x=1\n");
  // Before the first heading there is room for an entry of the other side.
  CHECK(merged({"[s]\na=1\n", "", "x=1\n"}) == "x=1\n[s]\na=1\n");
  CHECK(merged({"[s]\n\ta = 1\n\tb = 0\n", "[s]\n\ta = 0\n\tb = 0\n", "[s]\n\ta = 0\n\tb = 2\n"}) ==
        "[s]\n\ta = 1\n\tb = 2\n");
  CHECK(merged({"[s]", "", "[s]\na=1"}) == "[s]\na=1");
}

TEST_CASE("a comment goes with the entry or heading below it, and is merged for itself") {
  CHECK(merged({"# new\na=0\n", "# old\na=0\n", "# old\na=1\n"}) == "# new\na=1\n");
  CHECK(merged({"# one\na=0\n", "# old\na=0\n", "# two\na=0\n"}) == "conflict");
  CHECK(merged({"b=1\n", "# old\na=0\nb=0\n", "# old\na=0\nb=0\n"}) == "b=1\n");
  CHECK(merged({"b=1\n", "# old\na=0\nb=1\n", "# new\na=0\nb=1\n"}) == "conflict");
  CHECK(merged({"# s\n[s]\na=1\n", "[s]\na=0\n", "[s]\na=0\nb=2\n"}) == "# s\n[s]\na=1\nb=2\n");
  CHECK(merged({"; x\na=1\nb=0\n", "a=0\nb=0\n", "a=0\n; y\nb=1\n"}) == "; x\na=1\n; y\nb=1\n");
}

TEST_CASE("a comment that stands alone is neither lost nor doubled") {
  const std::string base = "# by us\n\na=0\n";
  CHECK(merged({"# by us\n\nx=1\na=0\n", base, "# by us\n\ny=1\na=0\n"}) ==
        "# by us\n\nx=1\n\ny=1\na=0\n");
  CHECK(merged({"# by me\n\na=1\n", base, "# by us\n\na=0\n\n# end\n"}) ==
        "# by me\n\na=1\n\n# end\n");
  // Both edits of one are kept: a comment has no name by which they could meet.
  CHECK(merged({"# by me\n\na=1\n", base, "# by you\n\na=0\n"}) == "# by me\n\n# by you\n\na=1\n");
  // At the end of a section, before a heading of another side.
  const std::string other = "[s]\na=0\n[t]\nb=1\n", more = "[s]\nc=1\na=0\n[t]\nb=1\n";
  CHECK(merged({"[s]\na=1\n\n; end", "[s]\na=0\n", other}) == "[s]\na=1\n\n; end\n\n[t]\nb=1\n");
  CHECK(merged({"[s]\na=1\n\n; end", "[s]\na=0\n", more}) ==
        "[s]\nc=1\na=1\n\n; end\n\n[t]\nb=1\n");
  CHECK(merged({"# -\n\na=1\n\n# -\n\nb=0\n", "# -\n\na=0\n\n# -\n\nb=0\n",
                "# -\n\na=0\n\n# -\n\nb=1\n"}) == "# -\n\na=1\n\n# -\n\nb=1\n");
}

TEST_CASE("lines of all sides are kept where they say what the entries come to") {
  CHECK(merged({"a=1\n\n\nb=0\nc=0\n", "a=0\n\nb=0\nc=0\n", "a=0\n\nb=0\nc =  0\n"}) ==
        "a=1\n\n\nb=0\nc =  0\n");
}

TEST_CASE("a merge by lines that has an entry twice is not taken") {
  const std::string base = "a=1\nb=1\nc=1\n", first = "k=1\na=1\nb=1\nc=1\n";
  CHECK(merged({first, base, "a=1\nb=1\nk=1\nc=1\n"}) == first);
  CHECK(merged({first, base, "a=1\nb=1\nk=2\nc=1\n"}) == "conflict");
  // Two names that many readers take for one.
  CHECK(merged({"k=1\n" + base, base, base + "K=2\n"}) == "unreadable");
}

TEST_CASE("what some reader might read in another way is not merged so") {
  for (const std::string bad : {"a",
                                "=1",
                                "  =1",
                                "a: 1",
                                "a:b=1",
                                "a=1\na=2",
                                "a=1\nA=2",
                                "[s]\n[s]",
                                "[s]\n[S]",
                                "a=1\n  b=2",
                                "[s]\n\ta=1\n  b=2",
                                "a=1\n more",
                                "a=1\\\nb=2",
                                "a=1\\",
                                "a=\"1\nb=2\"",
                                "a='1\nb=2'",
                                "a=\"\"\"\nb=2\n\"\"\"",
                                "a=[\nb=2\n]",
                                "\"a=b\"=1",
                                "'a'=1",
                                "a\\ b=1",
                                "a += 1",
                                "a ?= 1",
                                "a >= 1",
                                "!a=1",
                                "[s",
                                "[s]x",
                                "[]",
                                "[[s]]",
                                "[s] a=1",
                                "a=1\n [s]",
                                "a=1\rb=2",
                                "a=1\r",
                                "a=\x01",
                                "a=\x7f",
                                "\xef\xbb\xbfk=1"}) {
    INFO(bad);
    CHECK_FALSE(scans(bad));
    CHECK(merged({"a=1\n", bad, "b=1\n"}) == "unreadable");
  }
  for (const std::string good :
       {"", "\n \n", "# c", "a=1", "a =\t1\r\n", "a=", "export A=b", "a.b-c_d = x", "Name[de]=Wert",
        "\xc3\xbc=\xff", "a=b=c", "a=\"x\"", "a=don't", "a=x # y", "a=C:\\dir", "[s]\n",
        "[a \"b\"]  \n\tc=d\n\te=f\n", "a=1\n[s]\n  a=1\n  b=2\n[t]\nb=1\n"}) {
    INFO(good);
    CHECK(scans(good));
  }
  CHECK_FALSE(scans(std::string_view("a=\0", 3)));
}

TEST_CASE("a text with too many entries is not merged so") {
  // A section counts as one, also that before the first heading.
  CHECK(scan_key_values("a=1\n[s]\n# c\nb=1\n", 5).has_value());
  CHECK_FALSE(scan_key_values("a=1\n[s]\n# c\nb=1\n", 4).has_value());
}

namespace {

using Entries = std::map<std::string, std::string>;
using Sections = std::map<std::string, Entries>;

// A comment is an entry too: "#k" of the entry k below it.
void drop_comments_of_nothing(Sections& sections) {
  for (auto& section : sections) {
    Entries& entries = section.second;
    std::erase_if(entries, [&](const auto& entry) {
      return entry.first[0] == '#' && !entries.contains(entry.first.substr(1));
    });
  }
}

Sections random_sections(Random& random) {
  Sections out{{"", {}}};
  const auto count = random.below(7);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto section = random.below(3);
    auto& entries = out[section == 0 ? "" : "[s" + std::to_string(section) + "]"];
    const auto key = "k" + std::to_string(random.below(4));
    entries[key] = std::to_string(random.below(3));
    if (random.below(3) == 0) entries["#" + key] = std::to_string(random.below(3));
  }
  return out;
}

Sections edited(Sections sections, Random& random) {
  const auto edits = random.below(3);
  for (std::uint64_t i = 0; i < edits; ++i) {
    for (const auto& [name, entries] : random_sections(random)) {
      if (!name.empty() && random.below(8) == 0) sections.erase(name);
      for (const auto& [key, value] : entries) {
        if (random.below(3) == 0)
          sections[name].erase(key);
        else
          sections[name][key] = value;
      }
    }
  }
  drop_comments_of_nothing(sections);
  return sections;
}

std::string laid_out(const Sections& sections, Random& random) {
  const std::string equals = random.below(2) == 0 ? "=" : " = ";
  const bool blank = random.below(2) == 0;
  std::string out;
  for (const auto& [name, entries] : sections) {
    if (!name.empty()) out += (blank && !out.empty() ? "\n" : "") + name + "\n";
    for (const auto& [key, value] : entries) {
      if (key[0] == '#') continue;
      const auto comment = entries.find("#" + key);
      if (comment != entries.end()) out += "# " + comment->second + "\n";
      out += key + equals + value + "\n";
    }
  }
  if (random.below(4) == 0 && !out.empty()) out.pop_back();
  return out;
}

Sections read_back(std::string_view text) {
  Sections out{{"", {}}};
  std::string section, comment;
  while (!text.empty()) {
    std::string line(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::erase(line, ' ');
    if (line.empty()) continue;
    if (line[0] == '[') {
      CHECK(out.emplace(line, Entries{}).second);
      section = line;
      continue;
    }
    if (line[0] == '#') {
      comment = line.substr(1);
      continue;
    }
    const auto key = line.substr(0, line.find('='));
    CHECK(out[section].emplace(key, line.substr(key.size() + 1)).second);
    if (!comment.empty()) out[section].emplace("#" + key, comment);
    comment.clear();
  }
  return out;
}

template <class T>
const T* at(const std::map<std::string, T>& all, const std::string& key) {
  const auto found = all.find(key);
  return found == all.end() ? nullptr : &found->second;
}
template <class T>
bool same(const T* a, const T* b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

// False: a conflict.
template <class T, class Inner>
bool oracle(const std::map<std::string, T>& ours, const std::map<std::string, T>& base,
            const std::map<std::string, T>& theirs, std::map<std::string, T>& out,
            const Inner& inner) {
  std::set<std::string> keys;
  for (const auto* side : {&ours, &base, &theirs}) {
    for (const auto& [key, value] : *side) keys.insert(key);
  }
  for (const auto& key : keys) {
    const T *o = at(ours, key), *b = at(base, key), *t = at(theirs, key);
    const T* taken = same(o, t) || same(b, t) ? o : t;
    T made;
    if (!same(o, t) && !same(b, t) && !same(o, b)) {
      if (o == nullptr || t == nullptr || !inner(*o, b == nullptr ? T{} : *b, *t, made))
        return false;
      taken = &made;
    }
    if (taken != nullptr) out[key] = *taken;
  }
  return true;
}

}  // namespace

TEST_CASE("merging random sections is merging their entries, whatever their layout") {
  MESSAGE("HN_SEED=" << test::seed());
  SeededRandom random(test::seed());
  const auto no_inner = [](const auto&, const auto&, const auto&, auto&) { return false; };
  const auto in_section = [&](const Entries& o, const Entries& b, const Entries& t, Entries& out) {
    return oracle(o, b, t, out, no_inner);
  };
  std::size_t clean = 0;
  for (int round = 0; round < 4000; ++round) {
    const auto base = random_sections(random);
    const auto ours = edited(base, random), theirs = edited(base, random);
    const auto a = laid_out(ours, random), b = laid_out(base, random), c = laid_out(theirs, random);
    INFO(a << "\n--\n" << b << "\n--\n" << c);
    CHECK(merged({a, b, b}) == a);
    CHECK(merged({b, b, a}) == a);
    CHECK(merged({a, b, a}) == a);
    Sections expected;
    const bool resolves = oracle(ours, base, theirs, expected, in_section);
    const auto got = merged({a, b, c}), other = merged({c, b, a});
    if (!resolves) {
      CHECK(got == "conflict");
      CHECK(other == "conflict");
      continue;
    }
    auto without = expected;
    drop_comments_of_nothing(without);
    // One side gave a comment to what the other removed.
    if (without != expected) {
      CHECK(got == "unreadable");
      CHECK(other == "unreadable");
      continue;
    }
    REQUIRE(got != "conflict");
    REQUIRE(other != "conflict");
    INFO(got);
    CHECK(read_back(got) == expected);
    CHECK(read_back(other) == expected);
    ++clean;
  }
  CHECK(clean > 500);
}
