// The policies of hn-merge(7), POLICIES, in folds and three-way merges. In these texts a blank is
// an end of line, so attribute files have tabs.
#include <doctest/doctest.h>

#include "hn/merge/three_way.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

struct Policies : World {
  // Each version is the files of a commit on `base`; all get the attributes.
  Files fold_of(const std::string& attributes, const Files& base, const std::vector<Files>& sides,
                std::vector<std::uint32_t> seniority = {}) {
    const auto with = [&](Files files) {
      if (!attributes.empty()) files.try_emplace(".hnattributes", attributes);
      return files;
    };
    const auto root = commit(with(base));
    std::vector<Id> heads;
    for (const auto& side : sides) heads.push_back(commit(with(side), {root}));
    return without_attributes(fold_heads(heads, std::move(seniority)));
  }

  Files fold_heads(const std::vector<Id>& heads, std::vector<std::uint32_t> seniority = {}) {
    for (std::uint32_t i = 0; seniority.size() < heads.size(); ++i) seniority.push_back(i);
    auto folded_heads = merge::fold(blocks, blocks, history, heads, seniority);
    REQUIRE(folded_heads.has_value());
    CHECK(*recompute(blocks, history, folded_heads->commit) == folded_heads->commit);
    last = *folded_heads;
    return show(last.tree);
  }

  Files three(const std::string& attributes, Files base, Files ours, Files theirs) {
    for (Files* files : {&base, &ours, &theirs}) (*files)[".hnattributes"] = attributes;
    const auto merged = merge_trees(blocks, blocks, tree(base), tree(ours), tree(theirs));
    REQUIRE(merged.has_value());
    last = {};
    last.decisions = merged->decisions;
    return without_attributes(show(merged->tree));
  }

  static Files without_attributes(Files files) {
    files.erase(".hnattributes");
    return files;
  }

  std::string decided() const {
    std::string out;
    for (const auto& d : last.decisions) {
      out += (out.empty() ? "" : "; ") + d.path + " " + std::string(name_of(d.policy));
      if (d.winner) out += " " + std::to_string(*d.winner);
      for (const auto loser : d.losers) out += " -" + std::to_string(loser);
    }
    return out;
  }

  Folded last;
};

const std::string kLast = "f\tmerge=last-writer";

}  // namespace

TEST_CASE_FIXTURE(Policies, "without a policy nothing is decided, and lines are merged") {
  CHECK(fold_of("g\tmerge=binary", {{"f", "1 2 3"}}, {{{"f", "X 2 3"}}, {{"f", "1 2 Y"}}}) ==
        Files{{"f", "X 2 Y"}});
  CHECK(decided().empty());
}

TEST_CASE_FIXTURE(Policies, "binary: a file that two sides changed is a conflict of whole values") {
  CHECK(fold_of("f\tmerge=binary", {{"f", "1 2 3"}}, {{{"f", "X 2 3"}}, {{"f", "1 2 Y"}}}) ==
        Files{{"f", "<X 2 3|1 2 3|1 2 Y>"}});
  CHECK(decided() == "f binary");
  CHECK(fold_of("f\tmerge=binary", {{"f", "1 2 3"}}, {{{"f", "X"}}, {{"f", "*1 2 3"}}}) ==
        Files{{"f", "*X"}});
}

TEST_CASE_FIXTURE(Policies, "text: a NUL does not matter, the length does") {
  const std::string nul(1, '\0');
  const Files base{{"f", "1 2 3" + nul}}, x{{"f", "X 2 3" + nul}}, y{{"f", "1 Y 2 3" + nul}};
  CHECK(fold_of("", base, {x, {{"f", "1 2 Y 3" + nul}}}).at("f").starts_with("<"));
  CHECK(fold_of("f\tmerge=text", base, {x, {{"f", "1 2 Y 3" + nul}}}) ==
        Files{{"f", "X 2 Y 3" + nul}});
  CHECK(decided() == "f text");
}

TEST_CASE_FIXTURE(Policies, "union: the lines of all sides in order, equal ones once") {
  const std::string join = "f\tmerge=union";
  CHECK(fold_of(join, {{"f", "a z"}}, {{{"f", "a X z"}}, {{"f", "a Y z"}}}) ==
        Files{{"f", "a X Y z"}});
  CHECK(decided() == "f union");
  CHECK(fold_of(join, {{"f", "a z"}}, {{{"f", "a P X Q z"}}, {{"f", "a P Y Q z"}}}) ==
        Files{{"f", "a P X Y Q z"}});
  CHECK(fold_of(join, {{"f", "a z"}}, {{{"f", "a X S z"}}, {{"f", "a S Y z"}}}) ==
        Files{{"f", "a X S Y z"}});
  CHECK(fold_of(join, {{"f", "a"}}, {{{"f", "a X"}}, {{"f", "a Y X"}}, {{"f", "a Z"}}}) ==
        Files{{"f", "a Y X Z"}});
  CHECK(fold_of(join, {{"f", "a b c"}}, {{{"f", "a c"}}, {{"f", "a B c"}}}) ==
        Files{{"f", "a B c"}});
}

TEST_CASE_FIXTURE(Policies, "union: a file added on two sides, a last line without its end") {
  const std::string join = "f\tmerge=union";
  CHECK(fold_of(join, {}, {{{"f", "X"}}, {{"f", "X Y"}}, {{"f", "*Z"}}}) == Files{{"f", "*X Y Z"}});
  CHECK(fold_of(join, {{"f", "1"}}, {{}, {{"f", "2"}}}) == Files{{"f", "<-|1|2>"}});
  const auto file = [&](std::string_view bytes) {
    return Value::of(Mode::file, object::write_file(blocks, as_bytes(bytes)));
  };
  const auto root = [&](std::string_view bytes) {
    const std::vector<object::TreeEntry> entries{{".hnattributes", value(join)},
                                                 {"f", file(bytes)}};
    return object::write_tree(blocks, entries);
  };
  const auto merged = merge_trees(blocks, blocks, root("a"), root("b"), root("c"));
  REQUIRE(merged.has_value());
  const auto found = object::find_path(blocks, merged->tree, "f");
  CHECK(to_string(*object::read_file(blocks, (*found)->id(), 100)) == "b\nc\n");
}

TEST_CASE_FIXTURE(Policies, "last-writer: the last head that changed the path wins as a whole") {
  CHECK(fold_of(kLast, {{"f", "1 2 3"}}, {{{"f", "X 2 3"}}, {{"f", "1 2 Y"}}}) ==
        Files{{"f", "1 2 Y"}});
  CHECK(decided() == "f last-writer 2 -0");
  CHECK(fold_of(kLast, {{"f", "1"}}, {{{"f", "X"}}, {{"f", "*Y"}}, {{"f", "1"}, {"g", "1"}}}) ==
        Files{{"f", "*Y"}, {"g", "1"}});
  CHECK(decided() == "f last-writer 2 -0");
  CHECK(fold_of(kLast, {{"f", "1"}}, {{{"f", "1"}}, {{"f", "X"}}, {{"f", "Y"}}, {{"f", "X"}}}) ==
        Files{{"f", "X"}});
  CHECK(decided() == "f last-writer 6 -4");
}

TEST_CASE_FIXTURE(Policies, "last-writer: deletions, folders and links win and lose alike") {
  CHECK(fold_of(kLast, {{"f", "1"}}, {{{"f", "X"}}, {}}) == Files{});
  CHECK(decided() == "f last-writer 2 -0");
  CHECK(fold_of(kLast, {{"f", "1"}}, {{}, {{"f", "X"}}}) == Files{{"f", "X"}});
  CHECK(fold_of(kLast, {{"f", "1"}}, {{{"f", "X"}}, {{"f/a", "2"}}}) == Files{{"f/a", "2"}});
  CHECK(fold_of(kLast, {{"f", "1"}}, {{{"f/a", "2"}}, {{"f", "@X"}}}) == Files{{"f", "@X"}});
  CHECK(fold_of("d/f\tmerge=last-writer", {{"d/f", "1"}, {"d/g", "1"}},
                {{{"d/f", "X"}, {"d/g", "2"}}, {}}) == Files{{"d/g", "<2|1|->"}});
}

TEST_CASE_FIXTURE(Policies, "authority: the most senior of those who changed the path wins") {
  const std::string senior = "f\tmerge=authority";
  const std::vector<Files> sides{
      {{"f", "X"}}, {{"f", "Y"}}, {{"f", "Z"}}, {{"f", "1"}, {"g", "1"}}};
  CHECK(fold_of(senior, {{"f", "1"}}, sides, {3, 1, 2, 0}) == Files{{"f", "Y"}, {"g", "1"}});
  CHECK(decided() == "f authority 2 -0 -4");
  CHECK(fold_of(senior, {{"f", "1"}}, sides, {1, 3, 0, 2}) == Files{{"f", "Z"}, {"g", "1"}});
  CHECK(fold_of(senior, {{"f", "1"}}, {{{"f", "X"}}, {}}, {1, 0}) == Files{});
}

TEST_CASE_FIXTURE(Policies, "a three-way merge knows no order: as if there were no policy") {
  for (const std::string policy : {"last-writer", "authority"}) {
    CHECK(three("f\tmerge=" + policy, {{"f", "1 2 3"}}, {{"f", "X 2 3"}}, {{"f", "1 2 Y"}}) ==
          Files{{"f", "X 2 Y"}});
    CHECK(three("f\tmerge=" + policy, {{"f", "1"}}, {{"f", "X"}}, {{"f", "Y"}}) ==
          Files{{"f", "<X|1|Y>"}});
    CHECK(decided().empty());
  }
  CHECK(three("f\tmerge=union", {{"f", "1"}}, {{"f", "X"}}, {{"f", "Y"}}) == Files{{"f", "X Y"}});
}

TEST_CASE_FIXTURE(Policies, "of two folds' common ancestors nobody has chosen yet") {
  // Both heads contain a and b. One stays at what last-writer chose, the other goes on from it: its
  // edit wins, whoever comes last, since the other changed nothing.
  const Files attributes{{".hnattributes", kLast}};
  const auto with = [&](Files files) {
    files.merge(Files(attributes));
    return files;
  };
  const auto base = commit(with({{"f", "1"}}));
  const auto a = commit(with({{"f", "A"}}), {base});
  const auto b = commit(with({{"f", "B"}}), {base});
  const auto e = commit(with({{"f", "1"}, {"g", "E"}}), {base});
  const auto by_c = fold({a, b}).commit;
  const auto by_d = fold({a, b, e}).commit;
  CHECK(without_attributes(show(fold({by_c, by_d}).tree)) == Files{{"f", "B"}, {"g", "E"}});
  const auto on_c = commit(with({{"f", "C"}}), {by_c});
  CHECK(without_attributes(fold_heads({on_c, by_d})) == Files{{"f", "C"}, {"g", "E"}});
  CHECK(decided() == "f last-writer 0 -2");
  CHECK(without_attributes(fold_heads({by_d, on_c})) == Files{{"f", "C"}, {"g", "E"}});
  const auto on_d = commit(with({{"f", "D"}, {"g", "E"}}), {by_d});
  CHECK(without_attributes(fold_heads({on_d, on_c})) == Files{{"f", "C"}, {"g", "E"}});
}

TEST_CASE_FIXTURE(Policies, "the deepest file with a line for the path decides") {
  const Files outer{{".hnattributes", "?*\tmerge=binary"}};
  const auto sides = [&](const std::string& inner) {
    Files base{{".hnattributes", "?*\tmerge=binary"}, {"d/.hnattributes", inner}, {"d/f", "1 2 3"}};
    Files x = base, y = base;
    x["d/f"] = "X 2 3";
    y["d/f"] = "1 2 Y";
    const auto root = commit(base);
    return fold_heads({commit(x, {root}), commit(y, {root})}).at("d/f");
  };
  CHECK(sides("f\tmerge=text") == "X 2 Y");
  CHECK(sides("/f\tmerge=text") == "X 2 Y");
  CHECK(sides("d/f\tmerge=text").starts_with("<"));
  CHECK(sides("@f\tmerge=text") == "X 2 Y");  // a symbolic link: nobody knows what it would say
}

TEST_CASE_FIXTURE(Policies,
                  "attribute files are merged first, as text, whatever they say of themselves") {
  const auto base = commit(Files{{".hnattributes", "?*\tmerge=last-writer a b"}, {"f", "1"}});
  const auto x = commit(
      Files{{".hnattributes", "?*\tmerge=last-writer a f\tmerge=union b"}, {"f", "X"}}, {base});
  const auto y =
      commit(Files{{".hnattributes", "?*\tmerge=last-writer a b c"}, {"f", "Y"}}, {base});
  const auto all = fold_heads({x, y});
  CHECK(all.at(".hnattributes") == "?*\tmerge=last-writer a f\tmerge=union b c");
  CHECK(all.at("f") == "X Y");
  CHECK(decided() == "f union");
}

TEST_CASE_FIXTURE(Policies, "below an attribute file in conflict nothing has a policy") {
  const auto base = commit(Files{
      {".hnattributes", "?*\tmerge=union"}, {"d/.hnattributes", "1"}, {"d/f", "1"}, {"f", "1"}});
  const auto x = commit(
      Files{
          {".hnattributes", "?*\tmerge=union"}, {"d/.hnattributes", "X"}, {"d/f", "X"}, {"f", "X"}},
      {base});
  const auto y = commit(
      Files{
          {".hnattributes", "?*\tmerge=union"}, {"d/.hnattributes", "Y"}, {"d/f", "Y"}, {"f", "Y"}},
      {base});
  CHECK(fold_heads({x, y}) == Files{{".hnattributes", "?*\tmerge=union"},
                                    {"d/.hnattributes", "<X|1|Y>"},
                                    {"d/f", "<X|1|Y>"},
                                    {"f", "X Y"}});
  CHECK(last.conflicts == std::vector<std::string>{"d/.hnattributes", "d/f"});
}

TEST_CASE_FIXTURE(Policies, "a policy that one side adds holds in the merge that brings it") {
  const auto base = commit(Files{{"f", "1"}});
  const auto x = commit(Files{{"f", "X"}, {".hnattributes", "f\tmerge=union"}}, {base});
  const auto y = commit(Files{{"f", "Y"}}, {base});
  CHECK(fold_heads({x, y}).at("f") == "X Y");
}

TEST_CASE_FIXTURE(Policies, "a renamed file has the policy of its new name") {
  const std::string long_text = "a b c d e f g h";
  const Files base{{"old", long_text}}, moved{{"new", long_text + " X"}},
      edited{{"old", long_text + " Y"}};
  CHECK(fold_of("new\tmerge=union", base, {moved, edited}) == Files{{"new", long_text + " X Y"}});
  CHECK(fold_of("old\tmerge=union", base, {moved, edited}).at("new").starts_with("<"));
  CHECK(fold_of("new\tmerge=last-writer", base, {moved, edited}) ==
        Files{{"new", long_text + " Y"}});
  CHECK(
      fold_of("new\tmerge=last-writer", base, {{{"g", "1"}, {"old", long_text}}, edited, moved}) ==
      Files{{"g", "1"}, {"new", long_text + " X"}});
  CHECK(decided() == "new last-writer 4 -2");
}

TEST_CASE_FIXTURE(Policies, "idle sides do not shift the places of those that decide") {
  CHECK(fold_of("f\tmerge=authority", {{"f", "1"}}, {{{"f", "1"}}, {{"f", "X"}}, {{"f", "Y"}}},
                {1, 2, 0}) == Files{{"f", "Y"}});
  CHECK(decided() == "f authority 4 -2");
}

TEST_CASE_FIXTURE(Policies, "a folder in conflict on the way: nobody is chosen") {
  const auto base = tree({{".hnattributes", kLast}});
  const auto open = merge_roots(
      blocks, blocks,
      std::vector<std::optional<Id>>{tree({{".hnattributes", kLast}, {"d/f", "A"}}), base,
                                     tree({{".hnattributes", kLast}, {"d", "2"}})});
  REQUIRE(open.has_value());
  const auto root = commit(open->tree);
  const auto x = commit(Files{{".hnattributes", kLast}, {"d/f", "X"}}, {root});
  const auto y = commit(Files{{".hnattributes", kLast}, {"d/f", "Y"}}, {root});
  CHECK(fold_heads({x, y}).at("d/f") == "<X|-|Y>");
}

TEST_CASE_FIXTURE(Policies, "json: members are merged, a member in conflict leaves whole terms") {
  const std::string entries = "f\tmerge=json";
  CHECK(fold_of(entries, {{"f", "{ }"}}, {{{"f", "{ \"a\":1 }"}}, {{"f", "{ \"b\":2 }"}}}) ==
        Files{{"f", "{ \"a\":1, \"b\":2 }"}});
  CHECK(decided() == "f json");
  CHECK(fold_of(entries, {{"f", "{\"a\":0}"}},
                {{{"f", "{\"a\":1}"}}, {{"f", "*{\"a\":2, \"b\":1}"}}}) ==
        Files{{"f", "<*{\"a\":1}|*{\"a\":0}|*{\"a\":2, \"b\":1}>"}});
  CHECK(fold_of(entries, {}, {{{"f", "{\"a\":1}"}}, {{"f", "{\"b\":2}"}}}) ==
        Files{{"f", "{\"a\":1,\"b\":2}"}});
  CHECK(fold_of(entries, {}, {{{"f", "{\"a\":1}"}}, {{"f", "{\"a\":2}"}}}) ==
        Files{{"f", "<{\"a\":1}|-|{\"a\":2}>"}});
}

TEST_CASE_FIXTURE(Policies, "json: what is no JSON object is merged as without a policy") {
  CHECK(fold_of("f\tmerge=json", {{"f", "{ } 1"}}, {{{"f", "[ ] { } 1"}}, {{"f", "{ } 2"}}}) ==
        Files{{"f", "[ ] { } 2"}});
  CHECK(fold_of("f\tmerge=json", {}, {{{"f", "1"}}, {{"f", "2"}}}) == Files{{"f", "<1|-|2>"}});
}

TEST_CASE_FIXTURE(Policies, "json: three heads, and a conflict among the terms") {
  const Files attributes{{".hnattributes", "f\tmerge=json"}};
  const auto with = [&](const std::string& f) {
    Files files = attributes;
    files["f"] = f;
    return files;
  };
  const auto base = commit(with("{\"a\":0}"));
  const auto x = commit(with("{\"a\":1,\"x\":1}"), {base});
  const auto y = commit(with("{\"a\":2,\"y\":1}"), {base});
  const auto z = commit(with("{\"a\":0,\"z\":1}"), {base});
  const auto open = fold({x, y}).commit;
  const auto closed = commit(with("{\"a\":1,\"x\":1,\"y\":1}"), {open});
  CHECK(fold_heads({closed, z}).at("f") == "{\"a\":1,\"x\":1,\"y\":1,\"z\":1}");
  const auto z_too = commit(with("{\"a\":1,\"z\":1}"), {base});
  CHECK(fold_heads({x, z, z_too}).at("f") == "{\"a\":1,\"x\":1,\"z\":1}");
}

TEST_CASE_FIXTURE(Policies, "keyvalue: entries are merged, one in conflict leaves whole terms") {
  const std::string entries = "f\tmerge=keyvalue";
  CHECK(fold_of(entries, {{"f", "a=0 b=0"}}, {{{"f", "a=1 b=0"}}, {{"f", "a=0 b=2"}}}) ==
        Files{{"f", "a=1 b=2"}});
  CHECK(decided() == "f keyvalue");
  CHECK(fold_of(entries, {{"f", "a=0"}}, {{{"f", "a=1"}}, {{"f", "*a=2 b=1"}}}) ==
        Files{{"f", "<*a=1|*a=0|*a=2 b=1>"}});
  CHECK(fold_of(entries, {}, {{{"f", "a=1"}}, {{"f", "b=2"}}}) == Files{{"f", "a=1 b=2"}});
  CHECK(fold_of(entries, {}, {{{"f", "a=1"}}, {{"f", "a=2"}}}) == Files{{"f", "<a=1|-|a=2>"}});
  CHECK(
      fold_of(entries, {{"f", "a=0"}}, {{{"f", "a=1"}}, {{"f", "a=0 b=1"}}, {{"f", "c=2 a=0"}}}) ==
      Files{{"f", "c=2 a=1 b=1"}});
}

TEST_CASE_FIXTURE(Policies, "keyvalue: what is not read exactly is merged as without a policy") {
  CHECK(fold_of("f\tmerge=keyvalue", {{"f", "x a=0 y b=0"}},
                {{{"f", "x a=1 y b=0"}}, {{"f", "x a=0 y b=2"}}}) == Files{{"f", "x a=1 y b=2"}});
  CHECK(fold_of("f\tmerge=keyvalue", {}, {{{"f", "x"}}, {{"f", "y"}}}) == Files{{"f", "<x|-|y>"}});
}
