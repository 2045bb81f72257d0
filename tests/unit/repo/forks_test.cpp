// The rules of hn-merge(7), FORKS, each with what people do to meet it. Three devices, everything
// published and delivered; all must show the same, which agree() checks.
#include <doctest/doctest.h>

#include "hn/repo/branches.hpp"
#include "hn/repo/tags.hpp"
#include "hn/repo/undo.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

struct Three {
  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  RepoDevice carl{"carl", 3};
  object::Id base;

  Three() {
    anna.found();
    for (RepoDevice* device : {&bob, &carl}) {
      device->clone(anna->id());
      let_in(anna, *device, device == &bob ? log::Right::admin : log::Right::write);
    }
    base = anna.commit(anna.main(), {{"a", "1\n2\n3\n4\n5\n"}});
    agree();
  }

  static void publish(RepoDevice& device) { repo::publish_drafts(*device); }

  // Everything goes everywhere; the files are what all have then.
  Files agree(const std::string& branch = "main") {
    for (RepoDevice* device : {&anna, &bob, &carl}) publish(*device);
    for (int round = 0; round < 2; ++round) {
      for (RepoDevice* from : {&anna, &bob, &carl}) {
        for (RepoDevice* to : {&anna, &bob, &carl}) {
          if (from != to) sync(*from, *to);
        }
      }
    }
    std::optional<Files> files;
    for (RepoDevice* device : {&anna, &bob, &carl}) {
      const auto found = repo::find_branch(**device, branch);
      Files own;
      if (found) {
        const auto tip = repo::tip_of(**device, *found).commit;
        if (tip) own = device->files(*tip);
      }
      if (files) CHECK(own == *files);
      files = own;
    }
    return *files;
  }

  std::size_t heads() { return repo::tip_of(*anna, anna.main()).heads.size(); }
};

}  // namespace

TEST_CASE("all heads: each device's commit is in the fold, in log order") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.bob.commit(t.bob.main(), {{"a", "1\n2\nB\n4\n5\n"}});
  t.carl.commit(t.carl.main(), {{"a", "1\n2\n3\n4\nC\n"}});
  CHECK(t.agree() == Files{{"a", "A\n2\nB\n4\nC\n"}});
  CHECK(t.heads() == 3);
}

TEST_CASE("late entries: what comes late stands where log order puts it") {
  Three t;
  t.carl.commit(t.carl.main(), {{"a", "1\n2\n3\n4\nC\n"}});
  Three::publish(t.carl);
  for (int i = 0; i < 3; ++i) {
    t.anna.commit(t.anna.main(), {{"a", "A" + std::to_string(i) + "\n2\n3\n4\n5\n"}});
    Three::publish(t.anna);
    sync(t.anna, t.bob);
    t.bob.commit(t.bob.main(),
                 {{"a", "A" + std::to_string(i) + "\n2\nB" + std::to_string(i) + "\n4\n5\n"}});
    Three::publish(t.bob);
    sync(t.bob, t.anna);
  }
  CHECK(t.agree() == Files{{"a", "A2\n2\nB2\n4\nC\n"}});
}

TEST_CASE("building on a fold: a commit on an auto-merge contains its heads") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.bob.commit(t.bob.main(), {{"a", "1\n2\n3\n4\nB\n"}});
  Three::publish(t.anna);
  Three::publish(t.bob);
  sync(t.anna, t.carl);
  sync(t.bob, t.carl);
  t.carl.commit(t.carl.main(), {{"a", "A\n2\nC\n4\nB\n"}});
  CHECK(t.agree() == Files{{"a", "A\n2\nC\n4\nB\n"}});
  CHECK(t.heads() == 1);
}

TEST_CASE("two folds: commits on different auto-merges of the same work keep all of it once") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.bob.commit(t.bob.main(), {{"a", "1\n2\n3\n4\nB\n"}});
  Three::publish(t.anna);
  Three::publish(t.bob);
  sync(t.anna, t.bob);
  sync(t.bob, t.anna);
  t.carl.commit(t.carl.main(), {{"a", "1\n2\n3\n4\n5\n"}, {"c", "c\n"}});
  Three::publish(t.carl);
  sync(t.carl, t.bob);
  t.anna.commit(t.anna.main(), {{"a", "A\nA2\n2\n3\n4\nB\n"}});
  t.bob.commit(t.bob.main(), {{"a", "A\n2\n3\n4\nB\nB2\n"}, {"c", "c\n"}});
  CHECK(t.agree() == Files{{"a", "A\nA2\n2\n3\n4\nB\nB2\n"}, {"c", "c\n"}});
}

TEST_CASE("a conflict ends with the first commit on it, and opens again with two") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.bob.commit(t.bob.main(), {{"a", "B\n2\n3\n4\n5\n"}});
  CHECK(t.agree() == Files{{"a", "<conflict>"}});
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.bob.commit(t.bob.main(), {{"a", "B\n2\n3\n4\n5\n"}});
  CHECK(t.agree() == Files{{"a", "<conflict>"}});
  t.carl.commit(t.carl.main(), {{"a", "C\n2\n3\n4\n5\n"}});
  CHECK(t.agree() == Files{{"a", "C\n2\n3\n4\n5\n"}});
}

TEST_CASE("amended below others: what they built on stays, and what was changed is merged in") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.agree();
  t.bob.commit(t.bob.main(), {{"a", "A\n2\n3\n4\nB\n"}});
  t.anna.commit(t.anna.main(), {{"a", "A\n2\nmore\n4\n5\n"}}, {t.base}, repo::Own::rewritten,
                "amend");
  CHECK(t.agree() == Files{{"a", "A\n2\nmore\n4\nB\n"}});
  CHECK(t.heads() == 2);
}

TEST_CASE("amended alone: a commit that nobody built on is gone") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.agree();
  t.anna.commit(t.anna.main(), {{"a", "A2\n2\n3\n4\n5\n"}}, {t.base}, repo::Own::rewritten,
                "amend");
  CHECK(t.agree() == Files{{"a", "A2\n2\n3\n4\n5\n"}});
  CHECK(t.heads() == 1);
}

TEST_CASE("undone below others: it stays where somebody built on it") {
  Three t;
  t.anna.commit(t.anna.main(), {{"a", "A\n2\n3\n4\n5\n"}});
  t.agree();
  t.bob.commit(t.bob.main(), {{"a", "A\n2\n3\n4\nB\n"}});
  repo::undo(*t.anna);
  CHECK(t.agree() == Files{{"a", "A\n2\n3\n4\nB\n"}});

  t.carl.commit(t.carl.main(), {{"a", "A\n2\nC\n4\nB\n"}});
  t.agree();
  repo::undo(*t.carl);
  CHECK(t.agree() == Files{{"a", "A\n2\n3\n4\nB\n"}});
}

TEST_CASE("a branch deleted against commits: what the deletion had not seen keeps it") {
  Three t;
  repo::create_branch(*t.anna, "fix", t.base);
  t.anna.commit(*repo::find_branch(*t.anna, "fix"), {{"a", "A\n2\n3\n4\n5\n"}});
  t.agree("fix");
  repo::delete_branch(*t.bob, *repo::find_branch(*t.bob, "fix"));
  Three::publish(t.bob);
  t.carl.commit(*repo::find_branch(*t.carl, "fix"), {{"a", "A\n2\n3\n4\nC\n"}});
  CHECK(t.agree("fix") == Files{{"a", "A\n2\n3\n4\nC\n"}});
  repo::delete_branch(*t.bob, *repo::find_branch(*t.bob, "fix"));
  CHECK(t.agree("fix").empty());
  CHECK_FALSE(repo::find_branch(*t.carl, "fix"));
}

TEST_CASE("two branches of one name stay two") {
  Three t;
  for (RepoDevice* device : {&t.anna, &t.bob}) {
    repo::create_branch(**device, "fix", t.base);
    device->commit(*repo::find_branch(**device, "fix"), {{"by", device->name}});
  }
  t.agree();
  CHECK(t.agree("fix@anna") == Files{{"by", "anna"}});
  CHECK(t.agree("fix@bob") == Files{{"by", "bob"}});
}

TEST_CASE("a tag moved twice stands for both until somebody who saw both moves it") {
  Three t;
  const auto tag = [&](RepoDevice& device, const std::string& text) {
    const object::Id at = device.commit(device.main(), {{"a", text}});
    repo::create_tag(*device, {"v1", {object::Kind::commit, at}, {}, true});
  };
  tag(t.anna, "1\n");
  t.agree();
  tag(t.anna, "2\n");
  tag(t.bob, "3\n");
  t.agree();
  for (RepoDevice* device : {&t.anna, &t.bob, &t.carl}) CHECK(repo::tags(**device).size() == 2);
  tag(t.bob, "4\n");
  t.agree();
  for (RepoDevice* device : {&t.anna, &t.bob, &t.carl}) {
    REQUIRE(repo::tags(**device).size() == 1);
    CHECK(repo::tags(**device)[0].shown == "v1");
  }
}
