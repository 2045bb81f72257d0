#include "hn/merge/tree_merge.hpp"

#include <doctest/doctest.h>

#include "hn/merge/three_way.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

struct Trees : World {
  Files three(const Files& base, const Files& ours, const Files& theirs) {
    const auto merged = merge_trees(blocks, blocks, tree(base), tree(ours), tree(theirs));
    REQUIRE(merged.has_value());
    conflicts = merged->conflicts;
    return show(merged->tree);
  }
  Id merge(const std::vector<std::optional<Id>>& roots) {
    const auto merged = merge_roots(blocks, blocks, roots);
    REQUIRE(merged.has_value());
    return merged->tree;
  }
  Files shown(const std::vector<std::optional<Id>>& roots) { return show(merge(roots)); }
  std::vector<std::string> conflicts;
};

}  // namespace

TEST_CASE_FIXTURE(Trees, "changes of different files are both taken") {
  CHECK(three({{"a", "1"}, {"b", "1"}}, {{"a", "2"}, {"b", "1"}}, {{"a", "1"}, {"b", "2"}}) ==
        Files{{"a", "2"}, {"b", "2"}});
}

TEST_CASE_FIXTURE(Trees, "changes of one file are merged by lines") {
  CHECK(three({{"d/a", "1 2 3"}}, {{"d/a", "X 2 3"}}, {{"d/a", "1 2 Y"}}) ==
        Files{{"d/a", "X 2 Y"}});
  CHECK(conflicts.empty());
}

TEST_CASE_FIXTURE(Trees, "what does not merge is a conflict with all its terms") {
  CHECK(three({{"d/a", "1"}}, {{"d/a", "X"}}, {{"d/a", "Y"}}) == Files{{"d/a", "<X|1|Y>"}});
  CHECK(conflicts == std::vector<std::string>{"d/a"});
}

TEST_CASE_FIXTURE(Trees, "the hunks of a conflict that resolve are resolved in every term") {
  CHECK(three({{"a", "1 2 3"}}, {{"a", "X 2 P"}}, {{"a", "Y 2 3"}}) ==
        Files{{"a", "<X 2 P|1 2 P|Y 2 P>"}});
}

TEST_CASE_FIXTURE(Trees, "a mode and a content changed on two sides are both taken") {
  CHECK(three({{"a", "1"}}, {{"a", "*1"}}, {{"a", "2"}}) == Files{{"a", "*2"}});
  CHECK(three({{"a", "*1 2 3"}}, {{"a", "X 2 3"}}, {{"a", "*1 2 Y"}}) == Files{{"a", "X 2 Y"}});
  CHECK(three({{"a", "1"}}, {{"a", "*X"}}, {{"a", "Y"}}) == Files{{"a", "<*X|*1|*Y>"}});
}

TEST_CASE_FIXTURE(Trees,
                  "delete against edit and against chmod is a conflict, against delete none") {
  CHECK(three({{"a", "1"}}, {}, {{"a", "2"}}) == Files{{"a", "<-|1|2>"}});
  CHECK(three({{"a", "1"}}, {{"a", "*1"}}, {}) == Files{{"a", "<*1|1|->"}});
  CHECK(three({{"a", "1"}}, {}, {}) == Files{});
  CHECK(three({{"a", "1"}}, {}, {{"a", "1"}}) == Files{});
}

TEST_CASE_FIXTURE(Trees,
                  "files added on both sides: alike, with another mode, with another content") {
  CHECK(three({}, {{"a", "1"}}, {{"a", "1"}}) == Files{{"a", "1"}});
  CHECK(three({}, {{"a", "1"}}, {{"a", "*1"}}) == Files{{"a", "*1"}});
  CHECK(three({}, {{"a", "1"}}, {{"a", "2"}}) == Files{{"a", "<1|-|2>"}});
}

TEST_CASE_FIXTURE(Trees, "folders added on both sides are joined") {
  CHECK(three({}, {{"d/a", "1"}}, {{"d/b", "2"}}) == Files{{"d/a", "1"}, {"d/b", "2"}});
}

TEST_CASE_FIXTURE(Trees,
                  "a folder that was emptied on one side goes, edited files in it conflict") {
  CHECK(three({{"d/a", "1"}, {"d/b", "1"}}, {}, {{"d/a", "1"}, {"d/b", "2"}}) ==
        Files{{"d/b", "<-|1|2>"}});
  CHECK(three({{"d/a", "1"}, {"d/b", "1"}}, {{"d/a", "1"}}, {{"d/b", "1"}}) == Files{});
}

TEST_CASE_FIXTURE(Trees, "a file against a folder is a conflict with a folder among its terms") {
  CHECK(three({{"a", "1"}}, {{"a", "2"}}, {{"a/b", "3"}}) == Files{{"a", "<2|1|{b=3}>"}});
  CHECK(three({{"a/b", "1"}}, {{"a/b", "2"}}, {{"a", "3"}}) == Files{{"a", "<{b=2}|{b=1}|3>"}});
  CHECK(three({}, {{"a", "1"}}, {{"a/b", "2"}}) == Files{{"a", "<1|-|{b=2}>"}});
}

TEST_CASE_FIXTURE(Trees, "symlinks and submodules are merged as a whole") {
  CHECK(three({{"s", "@1 2 3"}}, {{"s", "@X 2 3"}}, {{"s", "@1 2 3"}}) == Files{{"s", "@X 2 3"}});
  CHECK(three({{"s", "@1 2 3"}}, {{"s", "@X 2 3"}}, {{"s", "@1 2 Y"}}) ==
        Files{{"s", "<@X 2 3|@1 2 3|@1 2 Y>"}});
  CHECK(three({{"m", "#a"}}, {{"m", "#b"}}, {{"m", "#c"}}) == Files{{"m", "<#b|#a|#c>"}});
}

TEST_CASE_FIXTURE(Trees, "a file with a NUL is merged as a whole") {
  const std::string nul(1, '\0');
  const auto merged = three({{"a", "1 2 3" + nul}}, {{"a", "X 2 3" + nul}}, {{"a", "1 2 Y" + nul}});
  CHECK(merged.at("a") == "<X 2 3" + nul + "|1 2 3" + nul + "|1 2 Y" + nul + ">");
}

TEST_CASE_FIXTURE(Trees, "a conflict merged with its resolution is resolved") {
  const auto base = tree({{"a", "1"}}), x = tree({{"a", "X"}}), y = tree({{"a", "Y"}});
  const auto conflict = merge({x, base, y});
  const auto resolution = tree({{"a", "R"}});
  CHECK(show(merge({resolution, conflict, conflict})) == Files{{"a", "R"}});
  CHECK(show(merge({conflict, conflict, resolution})) == Files{{"a", "R"}});
}

TEST_CASE_FIXTURE(Trees, "taking one side of a conflict away gives the other back") {
  const auto base = tree({{"a", "1"}}), x = tree({{"a", "X"}}), y = tree({{"a", "Y"}});
  const auto conflict = merge({x, base, y});
  CHECK(show(merge({conflict, y, base})) == Files{{"a", "X"}});
  CHECK(show(merge({conflict, x, base})) == Files{{"a", "Y"}});
}

TEST_CASE_FIXTURE(Trees, "of two who resolved a conflict differently nobody has the base again") {
  const auto base = tree({{"f", "1 b 3 4 5"}});
  const auto left = tree({{"f", "1 L 3 4 5"}}), right = tree({{"f", "1 R 3 4 5"}});
  const auto open = merge({left, base, right});
  const auto conflict = Files{{"f", "<1 L 3 4 5|1 b 3 4 5|1 R 3 4 5>"}};
  CHECK(shown({left, open, right}) == conflict);
  const auto right_and = tree({{"f", "1 R 3 4 Q"}});
  CHECK(shown({left, open, right_and}) == Files{{"f", "<1 L 3 4 Q|1 b 3 4 Q|1 R 3 4 Q>"}});
  CHECK(shown({left, open, left, open, right}) ==
        Files{{"f", "<1 L 3 4 5|1 b 3 4 5|1 L 3 4 5|1 b 3 4 5|1 R 3 4 5>"}});
  // A third side that is not in what was resolved stays beside it.
  const auto third = tree({{"f", "1 S 3 4 5"}});
  const auto wider = merge({left, base, right, base, third});
  CHECK(shown({wider, open, left}) == Files{{"f", "<1 L 3 4 5|1 b 3 4 5|1 S 3 4 5>"}});
  // The same for whole values.
  const auto gone = tree({});
  const auto kept = merge({left, base, gone});
  CHECK(shown({left, kept, gone}) == Files{{"f", "<1 L 3 4 5|1 b 3 4 5|->"}});
}

TEST_CASE_FIXTURE(Trees, "a mode that both sides of a conflict changed alike stays changed") {
  const auto base = tree({{"f", "1 b 3"}});
  const auto left = tree({{"f", "*1 L 3"}}), right = tree({{"f", "*1 R 3"}});
  const auto open = merge({left, base, right});
  CHECK(shown({tree({{"f", "*1 X 3"}}), open, tree({{"f", "*1 X 3"}})}) == Files{{"f", "*1 X 3"}});
  CHECK(shown({tree({{"f", "*1 X 3"}}), open, tree({{"f", "*1 L 3"}})}) ==
        Files{{"f", "<*1 X 3|*1 b 3|*1 L 3>"}});
}

TEST_CASE_FIXTURE(Trees, "a file added where another side deleted one is no version of that") {
  const auto base = tree({{"d/f", "1 2 3"}, {"g", "g"}}), none = tree({{"g", "g"}});
  const auto edited = tree({{"d/f", "1 2 E"}, {"g", "g"}});
  const auto added = tree({{"d/f", "1 new"}, {"g", "g"}});
  const auto conflict = Files{{"d/f", "<1 2 E|1 2 3|-|-|1 new>"}, {"g", "g"}};
  CHECK(shown({edited, base, none, none, added}) == conflict);
  CHECK(shown({edited, base, tree({{"g", "h"}}), tree({{"g", "h"}}), added}) == conflict);
  CHECK(shown({edited, base, none, none, none}) == Files{{"d/f", "<1 2 E|1 2 3|->"}, {"g", "g"}});
  CHECK(shown({none, none, edited, base, tree({{"d/f", "E 2 3"}, {"g", "g"}})}) ==
        Files{{"d/f", "E 2 E"}, {"g", "g"}});
  CHECK(shown({merge({edited, base, none}), none, added}) == conflict);
  // Nothing, as a side of a conflict, is not as the base of the whole.
  CHECK(shown({added, none, merge({none, base, edited})}) ==
        Files{{"d/f", "<1 new|-|-|1 2 3|1 2 E>"}, {"g", "g"}});
  // Resolved, it is resolved.
  const auto open = merge({edited, base, none, none, added});
  CHECK(shown({open, open, edited}) == Files{{"d/f", "1 2 E"}, {"g", "g"}});
}

TEST_CASE_FIXTURE(Trees, "a third side joins a conflict as one more term") {
  const auto base = tree({{"a", "1"}}), x = tree({{"a", "X"}}), y = tree({{"a", "Y"}});
  const auto conflict = merge({x, base, y});
  const auto z = tree({{"a", "Z"}});
  CHECK(show(merge({conflict, base, z})) == Files{{"a", "<X|1|Y|1|Z>"}});
  CHECK(merge({conflict, base, z}) == merge({x, base, y, base, z}));
}

TEST_CASE_FIXTURE(Trees, "a conflict in which one side edits another hunk stays one conflict") {
  const auto base = tree({{"a", "1 2 3"}}), x = tree({{"a", "X 2 3"}}), y = tree({{"a", "Y 2 3"}});
  const auto conflict = merge({x, base, y});
  const auto later = tree({{"a", "1 2 Q"}});
  CHECK(show(merge({conflict, base, later})) == Files{{"a", "<X 2 Q|1 2 Q|Y 2 Q>"}});
}

TEST_CASE_FIXTURE(Trees, "two resolutions alike of one conflict agree though other lines changed") {
  const auto base = tree({{"a", "p m 1 m q"}}), x = tree({{"a", "p m X m q"}}),
             y = tree({{"a", "p m Y m q"}});
  const auto conflict = merge({x, base, y});
  CHECK(show(merge({tree({{"a", "P m R m q"}}), conflict, tree({{"a", "p m R m Q"}})})) ==
        Files{{"a", "P m R m Q"}});
}

TEST_CASE_FIXTURE(Trees, "all sides alike is that side, whatever the bases were") {
  const auto x = tree({{"a", "X"}});
  CHECK(merge({x, tree({{"a", "1"}}), x, tree({{"a", "2"}}), x}) == x);
}

TEST_CASE_FIXTURE(Trees, "folders and files that nobody changed are not read") {
  Files base;
  for (int d = 0; d < 20; ++d) {
    for (int f = 0; f < 20; ++f) base["d" + std::to_string(d) + "/f" + std::to_string(f)] = "1";
  }
  auto ours = base, theirs = base;
  ours["d3/f4"] = "2";
  theirs["d7/f7"] = "3";
  const auto b = tree(base), o = tree(ours), t = tree(theirs);
  blocks.reads = 0;
  auto both = ours;
  both["d7/f7"] = "3";
  const auto merged = merge({o, b, t});
  CHECK(blocks.reads < 20);
  CHECK(merged == tree(both));
  blocks.reads = 0;
  CHECK(merge({o, b, b}) == o);
  CHECK(blocks.reads == 0);
}

TEST_CASE_FIXTURE(Trees, "a block that is not here is named") {
  const auto b = tree({{"d/a", "1"}}), o = tree({{"d/a", "2"}}), t = tree({{"d/a", "3"}});
  const auto lost = value("3").id();
  REQUIRE(blocks.remove(lost));
  const auto merged = merge_trees(blocks, blocks, b, o, t);
  REQUIRE_FALSE(merged.has_value());
  CHECK(merged.error().code == Code::absent);
  CHECK(merged.error().subject == lost.bytes);
}

TEST_CASE_FIXTURE(Trees, "a folder that does not decode is a term like any other") {
  const auto bad = blocks.write(object::Kind::tree, as_bytes("no folder"));
  const std::vector<object::TreeEntry> entries{{"d", Value::of(Mode::folder, bad)}};
  const auto o = object::write_tree(blocks, entries);
  const auto merged =
      merge({o, tree({{"a", "1"}, {"d/a", "1"}}), tree({{"a", "2"}, {"d/a", "2"}})});
  const auto d = object::find_name(blocks, merged, "d");
  REQUIRE(d.has_value());
  REQUIRE(d->has_value());
  CHECK((**d).mode == Mode::conflict);
}

TEST_CASE_FIXTURE(Trees, "a side whose root does not decode changes nothing") {
  const auto bad = blocks.write(object::Kind::tree, as_bytes("no folder"));
  const auto base = tree({{"a", "1"}, {"b", "1"}}), x = tree({{"a", "X"}, {"b", "1"}});
  CHECK(merge({bad, base, x}) == x);
  CHECK(merge({x, base, bad}) == x);
  CHECK(show(merge({x, bad, tree({{"a", "X"}, {"c", "2"}})})) ==
        Files{{"a", "X"}, {"b", "1"}, {"c", "2"}});
}

TEST_CASE_FIXTURE(Trees, "a folder nested too deeply is merged as a whole") {
  std::string path = "a";
  for (std::size_t i = 0; i < kFolderDepthMax + 5; ++i) path += "/a";
  const auto merged = merge({tree({{path, "X"}}), tree({{path, "1"}}), tree({{path, "Y"}})});
  const auto found = list_conflicts(blocks, merged);
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 1);
  CHECK(found->front().path.size() == 2 * kFolderDepthMax - 1);
  CHECK(found->front().conflict.terms[0]->mode == Mode::folder);
}

TEST_CASE_FIXTURE(Trees, "more terms than a conflict holds stand in the parents") {
  std::vector<std::optional<Id>> roots{tree({{"a", "0"}})};
  const auto base = tree({{"a", "base"}});
  for (int i = 1; i <= 2048; ++i) {
    roots.push_back(base);
    roots.push_back(tree({{"a", std::to_string(i)}}));
  }
  const auto found = list_conflicts(blocks, merge(roots));
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 1);
  CHECK(found->front().conflict.terms.empty());
}
