#include "hn/repo/move_files.hpp"

#include <doctest/doctest.h>

#include "support/working_repo.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

// Nothing where it was done.
std::optional<Code> moved(WorkingRepo& anna, const repo::MoveRequest& request) {
  try {
    repo::move_files(*anna, request);
  } catch (const Failure& failure) {
    return failure.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a folder moves with what is recorded in it and what is not") {
  WorkingRepo anna;
  anna.write("d/a", "1");
  anna.write("keep", "1");
  anna.commit();
  anna.write("d/new", "2");
  CHECK(repo::move_files(*anna, {{"d"}, "e"}) == std::vector<repo::MovedPath>{{"d", "e"}});
  CHECK(anna.read("e/a") == "1");
  CHECK(anna.read("e/new") == "2");
  CHECK(!anna.exists("d"));
}

TEST_CASE("into a folder files go under their own names") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("b", "2");
  anna.write("d/c", "3");
  anna.commit();
  CHECK(!moved(anna, {{"a", "b"}, "d"}));
  CHECK(anna.read("d/a") == "1");
  CHECK(anna.read("d/b") == "2");
  CHECK(moved(anna, {{"d/a", "d/b"}, "nowhere"}) == Code::not_found);
  CHECK(anna.exists("d/a"));
}

TEST_CASE("all are looked at before the first is moved") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("b", "2");
  anna.write("d/b", "3");
  anna.commit();
  CHECK(moved(anna, {{"a", "b"}, "d"}) == Code::exists);
  CHECK(anna.exists("a"));
  CHECK(!anna.exists("d/a"));
  repo::MoveRequest request{{"a", "b"}, "d"};
  request.skip = true;
  CHECK(!moved(anna, request));
  CHECK(anna.exists("d/a"));
  CHECK(anna.read("d/b") == "3");
}

TEST_CASE("a file is replaced on demand, a folder never") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("b", "2");
  anna.write("d/c", "3");
  anna.write("e/d/x", "4");
  anna.commit();
  CHECK(moved(anna, {{"a"}, "b"}) == Code::exists);
  repo::MoveRequest request{{"a"}, "b"};
  request.replace = true;
  CHECK(!moved(anna, request));
  CHECK(anna.read("b") == "1");
  CHECK(moved(anna, {{"d"}, "e", false, true}) == Code::exists);
  CHECK(anna.read("e/d/x") == "4");
}

TEST_CASE("nothing moves into itself, through a symbolic link or under a name that is ours") {
  WorkingRepo anna;
  anna.write("d/a", "1");
  anna.write("elsewhere/b", "1");
  anna.symlink("link", "elsewhere");
  anna.commit();
  CHECK(moved(anna, {{"d"}, "d/e"}) == Code::invalid);
  CHECK(moved(anna, {{"d/a"}, "link/a"}) == Code::unsafe_path);
  CHECK(moved(anna, {{"link/b"}, "b"}) == Code::unsafe_path);
  CHECK(moved(anna, {{"d/a"}, ".git"}) == Code::unsafe_path);
  CHECK(moved(anna, {{"gone"}, "b"}) == Code::not_found);
  CHECK(anna.exists("d/a"));
  CHECK(!anna.exists("elsewhere/a"));
}

TEST_CASE("under a name that is ignored a recorded file stays recorded") {
  WorkingRepo anna;
  anna.write(".gitignore", "*.tmp\n");
  anna.write("a", "1");
  anna.commit();
  CHECK(!moved(anna, {{"a"}, "a.tmp"}));
  anna.commit();
  CHECK(anna.status() == "");
  anna.remove("a.tmp");
  CHECK(anna.status() == "D a.tmp");
}
