#include "hn/repo/merge.hpp"

#include <doctest/doctest.h>

#include "support/working_repo.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

// A base with "a" and "b", "side" with another a; the working tree stands on main.
object::Id side_of(WorkingRepo& anna, const std::string& text) {
  anna.write("a", "1\n");
  anna.write("b", "1\n");
  const auto base = anna.commit("base");
  const auto main = anna->worktree()->branch;
  anna.write("a", text);
  const auto side = anna.commit("side");
  // Back to the base, as a branch that never knew the other commit.
  repo::create_branch(*anna, "other", base);
  const auto other = repo::branches(*anna);
  for (const repo::BranchLine& line : other) {
    if (line.shown == "other") REQUIRE(repo::move_working_tree(*anna, line.branch, base).done);
  }
  REQUIRE(anna->worktree()->branch != main);
  REQUIRE(anna.read("a") == "1\n");
  return side;
}

Code code_of(WorkingRepo& anna, const repo::MergeRequest& request) {
  try {
    repo::merge_commit(*anna, request);
  } catch (const Failure& failure) {
    return failure.code();
  }
  return Code{-1};
}

using Kind = repo::Merged::Kind;

}  // namespace

TEST_CASE("a branch without commits of its own moves on, unless a commit is asked for") {
  WorkingRepo anna;
  const auto side = side_of(anna, "2\n");
  repo::MergeRequest request{side, "merge"};
  request.always_commit = true;
  SUBCASE("moves on") {
    request.always_commit = false;
    const repo::Merged done = repo::merge_commit(*anna, request);
    CHECK(done.kind == Kind::moved_on);
    CHECK(done.commit == side);
    CHECK(repo::merge_commit(*anna, request).kind == Kind::nothing);
  }
  SUBCASE("with a commit") {
    const repo::Merged done = repo::merge_commit(*anna, request);
    CHECK(done.kind == Kind::merged);
    CHECK(object::read_commit(anna->store(), done.commit)->parents.size() == 2);
  }
  CHECK(anna.read("a") == "2\n");
  CHECK(anna.status() == "");
}

TEST_CASE("both sides' changes are in the merge and in the files") {
  WorkingRepo anna;
  const auto side = side_of(anna, "2\n");
  anna.write("b", "3\n");
  const auto mine = anna.commit("mine");
  const repo::Merged done = repo::merge_commit(*anna, {side, "merge"});
  CHECK(done.kind == Kind::merged);
  CHECK(done.conflicts.empty());
  CHECK(object::read_commit(anna->store(), done.commit)->parents == std::vector{mine, side});
  CHECK(anna.read("a") == "2\n");
  CHECK(anna.read("b") == "3\n");
  CHECK(anna->worktree()->base == done.commit);
}

TEST_CASE("what does not merge is a conflict in the commit, with markers in the file") {
  WorkingRepo anna;
  const auto side = side_of(anna, "2\n");
  anna.write("a", "3\n");
  anna.commit("mine");
  const repo::Merged done = repo::merge_commit(*anna, {side, "merge"});
  CHECK(done.conflicts == std::vector<std::string>{"a"});
  CHECK(anna.read("a").find("<<<<<<<") != std::string::npos);
  CHECK(repo::status(*anna).conflicts == std::vector<std::string>{"a"});
  CHECK(anna.status() == "");
}

TEST_CASE("uncommitted work stays on other paths, and stands in the way on the same") {
  WorkingRepo anna;
  const auto side = side_of(anna, "2\n");
  SUBCASE("other") {
    anna.write("b", "mine\n");
    CHECK(repo::merge_commit(*anna, {side, "merge"}).moved.done);
    CHECK(anna.read("a") == "2\n");
    CHECK(anna.status() == "M b");
  }
  SUBCASE("same") {
    anna.write("a", "mine\n");
    const auto before = anna->worktree()->base;
    const repo::Merged done = repo::merge_commit(*anna, {side, "merge"});
    CHECK(!done.moved.done);
    CHECK(done.moved.obstacles.size() == 1);
    CHECK(anna.read("a") == "mine\n");
    CHECK(anna->worktree()->base == before);
  }
}

TEST_CASE("a merge that needs a commit is refused where none is wanted") {
  WorkingRepo anna;
  const auto side = side_of(anna, "2\n");
  anna.write("b", "3\n");
  const auto mine = anna.commit("mine");
  repo::MergeRequest request{side, "merge"};
  request.never_commit = true;
  CHECK(code_of(anna, request) == Code::refused);
  CHECK(anna->worktree()->base == mine);
  CHECK(anna.read("a") == "1\n");
}
