#include "merge/moves.hpp"

#include <doctest/doctest.h>

#include "hn/merge/three_way.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

struct Names : World {
  Files three(const Files& base, const Files& ours, const Files& theirs) {
    const auto merged = merge_trees(blocks, blocks, tree(base), tree(ours), tree(theirs));
    REQUIRE(merged.has_value());
    conflicts = merged->conflicts;
    return show(merged->tree);
  }
  // Both ways round: sides have no rank but in a conflict's order.
  void both(const Files& base, const Files& ours, const Files& theirs, const Files& merged) {
    CHECK(three(base, ours, theirs) == merged);
    CHECK(three(base, theirs, ours) == merged);
    CHECK(conflicts.empty());
  }
  std::vector<std::string> conflicts;
};

const Files kBase{{"a", "1 2 3 4 5 6 7 8"}, {"k", "k"}};

}  // namespace

TEST_CASE_FIXTURE(Names, "an edit follows a file to its new name") {
  both(kBase, {{"b", "1 2 3 4 5 6 7 8"}, {"k", "k"}}, {{"a", "1 2 3 4 5 6 7 Y"}, {"k", "k"}},
       {{"b", "1 2 3 4 5 6 7 Y"}, {"k", "k"}});
}

TEST_CASE_FIXTURE(Names, "it is merged with an edit that came with the new name") {
  both(kBase, {{"d/e/b", "X 2 3 4 5 6 7 8"}, {"k", "k"}}, {{"a", "1 2 3 4 5 6 7 Y"}, {"k", "k"}},
       {{"d/e/b", "X 2 3 4 5 6 7 Y"}, {"k", "k"}});
  CHECK(three(kBase, {{"b", "X 2 3 4 5 6 7 8"}}, {{"a", "Y 2 3 4 5 6 7 8"}, {"k", "k"}}) ==
        Files{{"b", "<X 2 3 4 5 6 7 8|1 2 3 4 5 6 7 8|Y 2 3 4 5 6 7 8>"}});
}

TEST_CASE_FIXTURE(Names, "a mode follows, a symlink and a submodule keep their names") {
  both({{"a", "1 2 3"}}, {{"b", "1 2 3"}}, {{"a", "*1 2 3"}}, {{"b", "*1 2 3"}});
  CHECK(three({{"a", "@x"}}, {{"b", "@x"}}, {{"a", "@y"}}) == Files{{"b", "@y"}});
}

TEST_CASE_FIXTURE(Names, "many files of a folder follow, each to its own name") {
  both({{"old/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}}, {{"new/a", "1 2 3 4"}, {"new/b", "5 6 7 8"}},
       {{"old/a", "1 2 3 A"}, {"old/b", "B 6 7 8"}}, {{"new/a", "1 2 3 A"}, {"new/b", "B 6 7 8"}});
}

TEST_CASE_FIXTURE(Names, "two sides that gave the same new name are merged there") {
  both(kBase, {{"b", "X 2 3 4 5 6 7 8"}, {"k", "k"}}, {{"b", "1 2 3 4 5 6 7 Y"}, {"k", "k"}},
       {{"b", "X 2 3 4 5 6 7 Y"}, {"k", "k"}});
}

TEST_CASE_FIXTURE(Names, "renamed and deleted is a conflict under the new name") {
  CHECK(three({{"a", "1"}}, {}, {{"b", "1"}}) == Files{{"b", "<-||1>"}});
  CHECK(three({{"a", "1"}}, {{"b", "1"}}, {}) == Files{{"b", "<1||->"}});
  CHECK(three(kBase, {{"b", "X 2 3 4 5 6 7 8"}, {"k", "k"}}, {{"k", "k"}}) ==
        Files{{"b", "<X 2 3 4 5 6 7 8|1 2 3 4 5 6 7 8|->"}, {"k", "k"}});
}

TEST_CASE_FIXTURE(Names,
                  "renamed in two ways is a conflict under both names, and nothing is lost") {
  CHECK(three({{"a", "1"}}, {{"b", "1"}}, {{"c", "1"}}) == Files{{"b", "<1||->"}, {"c", "<-||1>"}});
  CHECK(conflicts == std::vector<std::string>{"b", "c"});
}

TEST_CASE_FIXTURE(Names, "a new name that is taken, or lies below a file, is left alone") {
  CHECK(three({{"a", "1 2"}}, {{"b", "1 2"}}, {{"a", "1 X"}, {"b", "other"}}) ==
        Files{{"a", "<-|1 2|1 X>"}, {"b", "<1 2|-|other>"}});
  CHECK(three({{"a", "1 2"}}, {{"d/b", "1 2"}}, {{"a", "1 X"}, {"d", "file"}}).at("a") ==
        "<-|1 2|1 X>");
  both({{"a", "1 2"}}, {{"a/b", "1 2"}}, {{"a", "1 X"}}, {{"a/b", "1 X"}});
}

TEST_CASE_FIXTURE(Names, "two files that come to one name keep their conflicts") {
  CHECK(three({{"a", "1 2"}, {"b", "5 6"}}, {{"c", "1 2"}, {"b", "5 X"}},
              {{"a", "1 Y"}, {"c", "5 6"}}) ==
        Files{{"a", "<-|1 2|1 Y>"}, {"b", "<5 X|5 6|->"}, {"c", "<1 2|-|5 6>"}});
  CHECK(three({{"a", "1 2"}, {"b", "5 6"}}, {{"c", "1 2"}, {"b", "5 X"}}, {{"c", "5 6"}}) ==
        Files{{"b", "<5 X|5 6|->"}, {"c", "<1 2|-|5 6>"}});
}

TEST_CASE_FIXTURE(Names, "a conflict keeps its name") {
  const Id base = commit({{"a", "1 2 3"}});
  const Id open = fold({commit({{"a", "X 2 3"}}, {base}), commit({{"a", "Y 2 3"}}, {base})}).commit;
  const Id moved = commit({{"b", "1 2 3"}}, {base});
  CHECK(show(fold({open, moved}).tree) ==
        Files{{"a", "<X 2 3|1 2 3|Y 2 3|1 2 3|->"}, {"b", "1 2 3"}});
}

TEST_CASE_FIXTURE(Names, "files less than half alike, and empty ones, are not the same") {
  CHECK(three({{"a", "11 22 33 44"}}, {{"b", "11 77 88 99"}}, {{"a", "11 22 33 XX"}}) ==
        Files{{"a", "<-|11 22 33 44|11 22 33 XX>"}, {"b", "11 77 88 99"}});
  CHECK(three({{"a", ""}}, {{"b", ""}}, {{"a", "1"}}) == Files{{"a", "<-||1>"}, {"b", ""}});
}

TEST_CASE_FIXTURE(Names, "the last name tells files apart that are alike") {
  both({{"x/a", "1 2 3 4"}, {"x/b", "1 2 3 4"}}, {{"y/a", "1 2 3 4"}, {"y/b", "1 2 3 4"}},
       {{"x/a", "1 2 3 A"}, {"x/b", "1 2 3 B"}}, {{"y/a", "1 2 3 A"}, {"y/b", "1 2 3 B"}});
}

TEST_CASE_FIXTURE(Names, "one of three heads renames, and the edits of the others follow") {
  const Id base = commit({{"a", "1 2 3 4 5"}});
  const Id x = commit({{"a", "X 2 3 4 5"}}, {base});
  const Id moved = commit({{"b", "1 2 3 4 5"}}, {base});
  const Id y = commit({{"a", "1 2 3 4 Y"}}, {base});
  for (const auto& heads : {std::vector{x, moved, y}, {moved, x, y}, {y, x, moved}}) {
    CHECK(show(fold(heads).tree) == Files{{"b", "X 2 3 4 Y"}});
  }
}

TEST_CASE_FIXTURE(Names, "a file added to a folder that was renamed is found in the new one") {
  const Files base{{"old/a", "1 2 3 4"}, {"old/s/b", "5 6 7 8"}, {"k", "k"}};
  const Files moved{{"new/a", "1 2 3 4"}, {"new/s/b", "5 6 7 8"}, {"k", "k"}};
  auto added = base;
  added["old/x"] = "x";
  added["old/s/y"] = "y";
  added["old/t/z"] = "z";
  auto all = moved;
  all["new/x"] = "x";
  all["new/s/y"] = "y";
  all["new/t/z"] = "z";
  both(base, moved, added, all);
  // Also where a file in it was changed on either side.
  added["old/a"] = "1 2 3 Y";
  all["new/a"] = "1 2 3 Y";
  both(base, moved, added, all);
  // And where it was moved to the root, or into a folder that there was.
  both({{"d/a", "1 2 3"}}, {{"a", "1 2 3"}}, {{"d/a", "1 2 3"}, {"d/x", "x"}},
       {{"a", "1 2 3"}, {"x", "x"}});
  both({{"d/a", "1 2 3"}, {"e/k", "k"}}, {{"e/a", "1 2 3"}, {"e/k", "k"}},
       {{"d/a", "1 2 3"}, {"d/x", "x"}, {"e/k", "k"}},
       {{"e/a", "1 2 3"}, {"e/k", "k"}, {"e/x", "x"}});
}

TEST_CASE_FIXTURE(Names, "a folder that is still there, or went to two, keeps what is added") {
  const Files base{{"old/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}};
  both(base, {{"new/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}},
       {{"old/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}, {"old/x", "x"}},
       {{"new/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}, {"old/x", "x"}});
  both(base, {{"m/a", "1 2 3 4"}, {"n/b", "5 6 7 8"}},
       {{"old/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}, {"old/x", "x"}},
       {{"m/a", "1 2 3 4"}, {"n/b", "5 6 7 8"}, {"old/x", "x"}});
  both(base, {}, {{"old/a", "1 2 3 4"}, {"old/b", "5 6 7 8"}, {"old/x", "x"}}, {{"old/x", "x"}});
  // Two of three went one way.
  both({{"old/a", "1 2 3"}, {"old/b", "4 5 6"}, {"old/c", "7 8 9"}},
       {{"m/a", "1 2 3"}, {"n/b", "4 5 6"}, {"n/c", "7 8 9"}},
       {{"old/a", "1 2 3"}, {"old/b", "4 5 6"}, {"old/c", "7 8 9"}, {"old/x", "x"}},
       {{"m/a", "1 2 3"}, {"n/b", "4 5 6"}, {"n/c", "7 8 9"}, {"n/x", "x"}});
}

TEST_CASE_FIXTURE(Names, "what is added under a folder's old and new name is a conflict there") {
  const Files base{{"old/a", "1 2 3 4"}};
  CHECK(
      three(base, {{"new/a", "1 2 3 4"}, {"new/x", "X"}}, {{"old/a", "1 2 3 4"}, {"old/x", "Y"}}) ==
      Files{{"new/a", "1 2 3 4"}, {"new/x", "<X|-|Y>"}});
  // One that the side itself already has under both names stays where it is.
  both(base, {{"new/a", "1 2 3 4"}}, {{"old/a", "1 2 3 4"}, {"old/x", "Y"}, {"new/x", "Z"}},
       {{"new/a", "1 2 3 4"}, {"new/x", "Z"}, {"old/x", "Y"}});
}

TEST_CASE_FIXTURE(Names, "of three heads one renames a folder, and both others add to it") {
  const auto base = commit(Files{{"old/a", "1 2 3 4"}, {"k", "k"}});
  const auto moved = commit(Files{{"new/a", "1 2 3 4"}, {"k", "k"}}, {base});
  const auto x = commit(Files{{"old/a", "1 2 3 4"}, {"old/x", "x"}, {"k", "k"}}, {base});
  const auto y = commit(Files{{"old/a", "1 2 3 4"}, {"old/y", "y"}, {"k", "k"}}, {base});
  const Files all{{"k", "k"}, {"new/a", "1 2 3 4"}, {"new/x", "x"}, {"new/y", "y"}};
  CHECK(folded({moved, x, y}) == all);
  CHECK(folded({x, moved, y}) == all);
  CHECK(folded({x, y, moved}) == all);
}

TEST_CASE_FIXTURE(Names, "a file that is not here is waited for") {
  const Id base = tree({{"a", "1 2 3 4 5 6 7 8"}});
  const Id ours = tree({{"b", "X 2 3 4 5 6 7 8"}});
  const Id theirs = tree({{"a", "1 2 3 4 5 6 7 Y"}});
  const Id file = object::find_path(blocks, ours, "b").value()->id();
  blocks.remove(file);
  const auto merged = merge_trees(blocks, blocks, base, ours, theirs);
  REQUIRE_FALSE(merged.has_value());
  CHECK(merged.error().code == Code::absent);
  CHECK(Id{merged.error().subject} == file);
}
