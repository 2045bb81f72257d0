#include "hn/repo/clean.hpp"

#include <doctest/doctest.h>

#include "support/working_repo.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

using Paths = std::vector<std::string>;

Paths planned(WorkingRepo& anna, const repo::CleanRequest& request) {
  return repo::plan_clean(*anna, request).shown;
}

// Recorded, new, ignored; a file and a folder of each.
void fill(WorkingRepo& anna) {
  anna.write(".gitignore", "*.o\nout/\n");
  anna.write("a", "1");
  anna.write("d/b", "1");
  anna.commit();
  anna.write("new", "1");
  anna.write("d/new", "1");
  anna.write("newd/c", "1");
  anna.write("a.o", "1");
  anna.write("out/x", "1");
}

}  // namespace

TEST_CASE("new files are cleaned; folders and what is ignored on demand") {
  WorkingRepo anna;
  fill(anna);
  repo::CleanRequest request;
  CHECK(planned(anna, request) == Paths{"d/new", "new"});
  request.folders = true;
  CHECK(planned(anna, request) == Paths{"d/new", "new", "newd/"});
  request.ignored = repo::CleanRequest::Ignored::too;
  CHECK(planned(anna, request) == Paths{"a.o", "d/new", "new", "newd/", "out/"});
  request.ignored = repo::CleanRequest::Ignored::only;
  CHECK(planned(anna, request) == Paths{"a.o", "out/"});
}

TEST_CASE("a plan touches nothing, and what it names goes") {
  WorkingRepo anna;
  fill(anna);
  repo::CleanRequest request;
  request.folders = true;
  const repo::CleanPlan plan = repo::plan_clean(*anna, request);
  CHECK(anna.exists("newd/c"));
  repo::carry_out_clean(*anna, plan);
  CHECK(!anna.exists("new"));
  CHECK(!anna.exists("newd"));
  CHECK(anna.exists("a.o"));
  CHECK(anna.read("d/b") == "1");
  CHECK(anna.status() == "");
}

TEST_CASE("what came after the plan keeps its folder") {
  WorkingRepo anna;
  fill(anna);
  repo::CleanRequest request;
  request.folders = true;
  const repo::CleanPlan plan = repo::plan_clean(*anna, request);
  anna.write("newd/late", "1");
  repo::carry_out_clean(*anna, plan);
  CHECK(!anna.exists("newd/c"));
  CHECK(anna.read("newd/late") == "1");
}

TEST_CASE("a symbolic link is removed, what it leads to stays") {
  WorkingRepo anna;
  fill(anna);
  anna.symlink("link", "d");
  repo::CleanRequest request;
  const repo::CleanPlan plan = repo::plan_clean(*anna, request);
  repo::carry_out_clean(*anna, plan);
  CHECK(!anna.exists("link"));
  CHECK(anna.read("d/b") == "1");
}

TEST_CASE("a folder of the plan that became a symbolic link is not followed") {
  WorkingRepo anna;
  anna.write("d/c", "recorded");
  anna.commit();
  anna.write("newd/c", "1");
  repo::CleanRequest request;
  request.folders = true;
  const repo::CleanPlan plan = repo::plan_clean(*anna, request);
  anna.remove("newd");
  anna.symlink("newd", "d");
  repo::carry_out_clean(*anna, plan);
  CHECK(anna.read("d/c") == "recorded");
}

TEST_CASE("repositories of their own are skipped") {
  WorkingRepo anna;
  fill(anna);
  anna.write("theirs/.git/config", "");
  anna.write("theirs/x", "1");
  repo::CleanRequest request;
  request.folders = true;
  const repo::CleanPlan plan = repo::plan_clean(*anna, request);
  CHECK(plan.skipped == Paths{"theirs/"});
  repo::carry_out_clean(*anna, plan);
  CHECK(anna.exists("theirs/x"));
}

TEST_CASE("paths bound what is cleaned") {
  WorkingRepo anna;
  fill(anna);
  repo::CleanRequest request;
  request.meant = anna.meant({"d"});
  CHECK(planned(anna, request) == Paths{"d/new"});
}
