#include "hn/merge/parts.hpp"

#include <doctest/doctest.h>

#include "hn/merge/scratch.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

// Merges with what merges before have left, and beside it alone.
class Remembering : public World {
 public:
  Parts parts{std::size_t{1} << 20};
  ScratchBlocks kept{blocks};
  bool stays = true;

  void check(const Files& ours, const Files& base, const Files& theirs) {
    const std::optional<Id> roots[] = {tree(ours), tree(base), tree(theirs)};
    ScratchBlocks cold(blocks), passing(blocks);
    const auto alone = merge_roots(cold, cold, roots);
    // What it came to stays, or goes with this merge: then it is made again.
    ScratchBlocks& scratch = stays ? kept : passing;
    const auto merged = merge_roots(scratch, scratch, roots, {}, &parts);
    REQUIRE(alone.has_value());
    REQUIRE(merged.has_value());
    CHECK(merged->tree == alone->tree);
    CHECK(merged->conflicts == alone->conflicts);
    CHECK(merged->decisions.size() == alone->decisions.size());
    CHECK(object::walk_paths(scratch, merged->tree, [&](const std::string&, const Value& value) {
            return value.mode == Mode::submodule || scratch.has(value.id());
          }).has_value());
  }
};

}  // namespace

TEST_CASE_FIXTURE(Remembering, "a file is merged anew over another base") {
  check({{"f", "a x c"}}, {{"f", "a b c"}}, {{"f", "a b c y"}});
  check({{"f", "a x c"}}, {{"f", "a c"}}, {{"f", "a b c y"}});
  check({{"f", "a x c"}}, {{"f", "a x c y"}}, {{"f", "a b c y"}});
}

TEST_CASE_FIXTURE(Remembering, "a folder is merged anew over another base") {
  check({{"d/f", "a x c"}, {"d/g", "1"}}, {{"d/f", "a b c"}}, {{"d/f", "a b c y"}});
  check({{"d/f", "a x c"}, {"d/g", "1"}}, {{"d/g", "1"}}, {{"d/f", "a b c y"}});
  check({{"d/f", "a x c"}, {"d/g", "1"}}, {}, {{"d/f", "a b c y"}});
}

TEST_CASE_FIXTURE(Remembering, "what is remembered and not here is made again") {
  stays = false;
  for (int i = 0; i < 2; ++i)
    check({{"d/f", "a x c"}, {"d/g", "1"}}, {{"d/f", "a b c"}}, {{"d/f", "a b c y"}});
}

TEST_CASE_FIXTURE(Remembering, "conflicts below a folder come back under its name") {
  for (const std::string folder : {"d/", "d/", "e/", "e/d/"}) {
    check({{folder + "f", "x"}, {folder + "g", "1"}}, {{folder + "f", "b"}}, {{folder + "f", "y"}});
  }
}

TEST_CASE_FIXTURE(Remembering, "attribute files above a folder are part of what it comes to") {
  const Files ours{{"d/f", "a x"}, {"d/g", "1"}}, base{{"d/f", "a"}}, theirs{{"d/f", "a y"}};
  check(ours, base, theirs);
  const auto with = [](Files files, const std::string& line) {
    files[".hnattributes"] = line;
    return files;
  };
  for (const std::string line : {"d/f\tmerge=union", "d/f\tmerge=binary", "f\tmerge=last-writer"})
    check(with(ours, line), with(base, line), with(theirs, line));
  // As they are merged, not as one side has them.
  check(with(ours, "d/f\tmerge=union"), base, theirs);
  check(ours, base, with(theirs, "d/f\tmerge=union"));
  check(with(ours, "d/g\tmerge=union"), base, theirs);
}

TEST_CASE_FIXTURE(Remembering, "a policy that holds for one path holds for no other") {
  const std::string line = "/d/f\tmerge=union";
  for (const std::string folder : {"d/", "e/", "d/"}) {
    check({{".hnattributes", line}, {folder + "f", "a x"}, {folder + "g", "1"}},
          {{".hnattributes", line}, {folder + "f", "a"}},
          {{".hnattributes", line}, {folder + "f", "a y"}});
  }
}

TEST_CASE_FIXTURE(Remembering, "renames are looked for where a remembered folder has lost a file") {
  const std::string text = "a b c d e f g h i j";
  const Files ours{{"d/g", "1 2"}}, base{{"d/f", text}, {"d/g", "1"}},
      theirs{{"d/f", text + " k"}, {"d/g", "1"}};
  check(ours, base, theirs);
  Files renamed = ours;
  renamed["e/f"] = text;
  check(renamed, base, theirs);
}

TEST_CASE("of the parts that are remembered those that nobody asks for go first") {
  Parts parts(1);
  const Hash first{1}, second{2}, third{3};
  parts.note(first, {{std::nullopt}, {"first"}, false});
  parts.note(second, {{std::nullopt}, {}, true});
  REQUIRE(parts.find(first) != nullptr);
  CHECK(parts.find(first)->conflicts == std::vector<std::string>{"first"});
  parts.note(third, {{std::nullopt}, {}, false});
  CHECK(parts.find(second) == nullptr);
  CHECK(parts.find(first) != nullptr);
  parts.clear();
  CHECK(parts.find(first) == nullptr);
}
