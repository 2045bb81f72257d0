#include "hn/repo/restore.hpp"

#include <doctest/doctest.h>

#include "support/working_repo.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

repo::RestoreRequest of(const WorkingRepo& anna, const std::vector<std::string>& words) {
  repo::RestoreRequest request;
  request.meant = anna.meant(words);
  return request;
}

repo::RemoveRequest removal(const WorkingRepo& anna, const std::vector<std::string>& words) {
  repo::RemoveRequest request;
  request.meant = anna.meant(words);
  return request;
}

Code code_of(auto&& operation) {
  try {
    operation();
  } catch (const Failure& failure) {
    return failure.code();
  }
  return Code{-1};
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a changed and a deleted file come back, and nothing else") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("d/b", "1");
  anna.write("c", "1");
  anna.commit();
  anna.write("a", "2");
  anna.write("c", "2");
  anna.remove("d");
  const repo::Restored done = repo::restore(*anna, of(anna, {"a", "d"}));
  CHECK(done.moved.done);
  CHECK(done.written == Paths{"a", "d/b"});
  CHECK(anna.read("a") == "1");
  CHECK(anna.read("d/b") == "1");
  CHECK(anna.status() == "M c");
}

TEST_CASE("of another commit what it lacks goes, and the base stays where it is") {
  WorkingRepo anna;
  anna.write("a", "1");
  const auto first = anna.commit();
  anna.write("a", "2");
  anna.write("b", "2");
  const auto second = anna.commit();
  repo::RestoreRequest request = of(anna, {"."});
  request.source = first;
  const repo::Restored done = repo::restore(*anna, request);
  CHECK(done.written == Paths{"a"});
  CHECK(done.removed == Paths{"b"});
  CHECK(anna.read("a") == "1");
  CHECK(!anna.exists("b"));
  CHECK(anna->worktree()->base == second);
  CHECK(anna.status() == "M a, D b");
}

TEST_CASE("a new file in the way of a restored one is kept, and then nothing is touched") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("b", "1");
  const auto first = anna.commit();
  anna.remove("b");
  anna.write("a", "2");
  anna.commit();
  anna.write("b", "mine");
  repo::RestoreRequest request = of(anna, {"."});
  request.source = first;
  const repo::Restored refused = repo::restore(*anna, request);
  CHECK(!refused.moved.done);
  REQUIRE(refused.moved.obstacles.size() == 1);
  CHECK(refused.moved.obstacles.front().path == "b");
  CHECK(anna.read("a") == "2");
  CHECK(anna.read("b") == "mine");
  request.overwrite_new = true;
  CHECK(repo::restore(*anna, request).moved.done);
  CHECK(anna.read("b") == "1");
}

TEST_CASE("a listing of what would be restored touches nothing") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.commit();
  anna.write("a", "2");
  repo::RestoreRequest request = of(anna, {"a"});
  request.only_list = true;
  CHECK(repo::restore(*anna, request).written == Paths{"a"});
  CHECK(anna.read("a") == "2");
}

TEST_CASE("nothing is restored through a symbolic link") {
  WorkingRepo anna;
  anna.write("d/a", "1");
  anna.write("elsewhere/a", "theirs");
  anna.commit();
  anna.remove("d");
  anna.symlink("d", "elsewhere");
  CHECK(!repo::restore(*anna, of(anna, {"d/a"})).moved.done);
  CHECK(anna.read("elsewhere/a") == "theirs");
}

TEST_CASE("a word that means nothing is not found") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.commit();
  CHECK(code_of([&] { repo::restore(*anna, of(anna, {"b"})); }) == Code::refused);
  CHECK(code_of([&] { repo::remove_files(*anna, removal(anna, {"b"})); }) == Code::not_found);
}

TEST_CASE("removed files go with the folders that they leave empty") {
  WorkingRepo anna;
  anna.write("d/e/a", "1");
  anna.write("f/b", "1");
  anna.write("f/new", "1");
  anna.remove("f/new");
  anna.commit();
  anna.write("f/new", "mine");
  const repo::Restored done = repo::remove_files(*anna, removal(anna, {"d", "f"}));
  CHECK(done.moved.done);
  CHECK(done.removed == Paths{"d/e/a", "f/b"});
  CHECK(!anna.exists("d"));
  CHECK(anna.read("f/new") == "mine");
}

TEST_CASE("a changed file is removed by force alone") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("b", "1");
  anna.commit();
  anna.write("a", "2");
  repo::RemoveRequest request = removal(anna, {"a", "b"});
  const repo::Restored refused = repo::remove_files(*anna, request);
  CHECK(!refused.moved.done);
  CHECK(anna.exists("b"));
  request.force = true;
  CHECK(repo::remove_files(*anna, request).moved.done);
  CHECK(!anna.exists("a"));
  CHECK(anna.status() == "D a, D b");
}

TEST_CASE("a folder that was to be no folder is refused before anything goes") {
  WorkingRepo anna;
  anna.write("a", "1");
  anna.write("d/b", "1");
  anna.commit();
  repo::RemoveRequest request = removal(anna, {"a", "d"});
  request.no_folders = {"a", "d"};
  CHECK(code_of([&] { repo::remove_files(*anna, request); }) == Code::invalid);
  CHECK(anna.exists("a"));
  CHECK(anna.exists("d/b"));
}
