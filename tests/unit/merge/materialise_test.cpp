#include <doctest/doctest.h>

#include "hn/merge/conflicts.hpp"
#include "unit/merge/world.hpp"

using namespace hn;
using namespace hn::merge;
using namespace hn::merge::test;

namespace {

struct Conflicts : World {
  // The conflict at "f" of sides over one base; "-" is nothing there.
  object::Conflict of(const std::string& base, const std::vector<std::string>& sides) {
    std::vector<std::optional<Id>> roots;
    const auto root = [&](const std::string& content) {
      return tree(content == "-" ? Files{} : Files{{"f", content}});
    };
    for (const auto& side : sides) {
      if (!roots.empty()) roots.push_back(root(base));
      roots.push_back(root(side));
    }
    const auto merged = merge_roots(blocks, blocks, roots);
    REQUIRE(merged.has_value());
    const auto found = list_conflicts(blocks, merged->tree);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 1);
    CHECK(found->front().path == "f");
    return found->front().conflict;
  }

  Materialised shown(const object::Conflict& conflict, std::vector<std::string> labels = {}) {
    auto out = materialise(blocks, conflict, "f", labels);
    REQUIRE(out.has_value());
    return *out;
  }

  static std::string marked(const Materialised& m) {
    REQUIRE(m.is_marked());
    return to_string(m.files[0].marked);
  }

  static std::vector<std::string> names(const Materialised& m) {
    std::vector<std::string> out;
    for (const auto& file : m.files) out.push_back(file.name);
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Conflicts, "two sides stand between git's markers, with their labels") {
  const auto m = shown(of("1 2 3", {"1 X 3", "1 Y 3"}), {"anna: x", "base", "bob\x1b: y"});
  CHECK(marked(m) ==
        "1\n<<<<<<< anna: x\nX\n||||||| base\n2\n=======\nY\n>>>>>>> bob\\x1b: y\n3\n");
}

TEST_CASE_FIXTURE(Conflicts, "what both sides begin and end with in common stands outside") {
  const auto m = shown(of("1 9", {"1 a X z 9", "1 a Y z 9"}));
  CHECK(marked(m) == "1\na\n<<<<<<< side 1\nX\n||||||| base 1\n=======\nY\n>>>>>>> side 2\nz\n9\n");
}

TEST_CASE_FIXTURE(Conflicts, "three sides show every term") {
  const auto m = shown(of("1 2 3", {"1 X 3", "1 Y 3", "1 Z 3"}));
  CHECK(marked(m) ==
        "1\n<<<<<<< 3 sides\n+++++++ side 1\nX\n------- base 1\n2\n+++++++ side 2\nY\n"
        "------- base 2\n2\n+++++++ side 3\nZ\n>>>>>>> 3 sides\n3\n");
}

TEST_CASE_FIXTURE(Conflicts, "files added on both sides have an empty base") {
  CHECK(marked(shown(of("-", {"X", "*Y"}))) ==
        "<<<<<<< side 1\nX\n||||||| base 1\n=======\nY\n>>>>>>> side 2\n");
  CHECK(shown(of("-", {"X", "*Y"})).files[0].mode == Mode::executable);
}

TEST_CASE_FIXTURE(Conflicts, "markers are longer than what looks like one in the texts") {
  const auto m = shown(of("1 ======== 3", {"X ======== 3", "Y ======== 3"}));
  CHECK(m.marker_length == 9);
  CHECK(marked(m).find("<<<<<<<<< side 1\n") == 0);
}

TEST_CASE_FIXTURE(Conflicts,
                  "markers end as the lines of the file do, and stand on lines of their own") {
  const auto m = shown(of("1\r 2\r 3\r", {"1\r X\r 3\r", "1\r Y\r 3\r"}));
  CHECK(
      marked(m) ==
      "1\r\n<<<<<<< side 1\r\nX\r\n||||||| base 1\r\n2\r\n=======\r\nY\r\n>>>>>>> side 2\r\n3\r\n");
  object::Conflict c;
  for (const auto* s : {"X", "1", "Y"}) {
    c.terms.push_back(Value::of(Mode::file, object::write_file(blocks, as_bytes(s))));
  }
  CHECK(marked(shown(c)) == "<<<<<<< side 1\nX\n||||||| base 1\n1\n=======\nY\n>>>>>>> side 2\n");
}

TEST_CASE_FIXTURE(Conflicts, "what is not text stands side by side under the names of the sides") {
  const auto m = shown(of("@1", {"@X", "@Y"}), {"anna: a/b", "", "anna: a/b"});
  CHECK(names(m) == std::vector<std::string>{"f~anna:-a_b", "f~anna:-a_b~2"});
  CHECK(m.files[0].mode == Mode::symlink);
  CHECK(names(shown(of("1", {"-", "2"}))) == std::vector<std::string>{"f~side-2"});
}

TEST_CASE_FIXTURE(Conflicts, "a marked file is a conflict, half done or resolved") {
  const auto m = shown(of("1 2 3", {"1 X 3", "1 Y 3"}));
  CHECK(standing_of(m, m.files[0].marked) == Standing::unchanged);
  CHECK(standing_of(m, as_bytes("1\nX\n=======\nY\n3\n")) == Standing::markers_left);
  CHECK(standing_of(m, as_bytes(text("1 R 3"))) == Standing::resolved);
  CHECK(standing_of(m, as_bytes("1\n======== not of this length\n")) == Standing::resolved);
}

TEST_CASE_FIXTURE(Conflicts, "side by side: a file of the conflict's own name resolves it") {
  const auto m = shown(of("1", {"-", "2"}));
  std::map<std::string, Value, std::less<>> folder{{"f~side-2", *m.files[0].value}};
  const auto at = [&](std::string_view name) -> PathValue {
    const auto found = folder.find(name);
    return found == folder.end() ? PathValue{} : PathValue(found->second);
  };
  const auto bytes_of = [](std::string_view) { return Bytes{}; };
  CHECK(standing_of(m, "f", at, bytes_of) == Standing::unchanged);
  folder.at("f~side-2") = value("3");
  CHECK(standing_of(m, "f", at, bytes_of) == Standing::markers_left);
  folder.erase("f~side-2");
  CHECK(standing_of(m, "f", at, bytes_of) == Standing::resolved);
  folder["f"] = value("R");
  folder["f~side-2"] = *m.files[0].value;
  CHECK(standing_of(m, "f", at, bytes_of) == Standing::resolved);
}

TEST_CASE_FIXTURE(Conflicts, "a marked file that was deleted is resolved") {
  const auto m = shown(of("1 2 3", {"1 X 3", "1 Y 3"}));
  const auto nothing = [](std::string_view) { return PathValue{}; };
  CHECK(standing_of(m, "f", nothing, [](std::string_view) { return Bytes{}; }) ==
        Standing::resolved);
}

TEST_CASE_FIXTURE(Conflicts, "conflicts are listed with their paths, in order") {
  const auto merged = merge_roots(blocks, blocks,
                                  std::vector<std::optional<Id>>{tree({{"b", "X"}, {"a/c", "X"}}),
                                                                 tree({{"b", "1"}, {"a/c", "1"}}),
                                                                 tree({{"b", "Y"}, {"a/c", "Y"}})});
  const auto found = list_conflicts(blocks, merged->tree);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].path == "a/c");
  CHECK((*found)[1].path == "b");
  CHECK(merged->conflicts == std::vector<std::string>{"a/c", "b"});
}
