// What becomes of a store's own branches and tags when git's are imported again.
#include "hn/repo/import.hpp"

#include <doctest/doctest.h>

#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;
using How = repo::Adopted::How;

namespace {

// A history as an import would bring it: commits that carry git's id.
struct Git {
  explicit Git(RepoDevice& of) : device(of) {}

  RepoDevice& device;
  std::uint8_t next = 1;
  std::map<std::string, log::Target> branches;
  std::map<std::string, log::Target> tags;
  std::map<object::Id, object::GitId> ids;

  object::Id commit(const Files& files, std::vector<object::Id> parents) {
    store::Batch batch = device->store().begin();
    std::map<std::string, object::Value> values;
    for (const auto& [path, text] : files)
      values.emplace(
          path, object::Value::of(object::Mode::file, object::write_file(batch, as_bytes(text))));
    object::Commit commit;
    commit.tree = RepoDevice::write_tree(batch, values);
    commit.parents = std::move(parents);
    commit.author = commit.committer = {"Git", "git@example.org", {next, 0}};
    commit.message = "git\n";
    commit.git = object::GitId{};
    commit.git->bytes[0] = next++;
    const object::Id id = batch.write(object::Kind::commit, *object::encode_commit(commit));
    batch.commit();
    ids.emplace(id, *commit.git);
    return id;
  }
  // Git's main is this commit now.
  object::Id main(const Files& files, std::vector<object::Id> parents) {
    const object::Id id = commit(files, std::move(parents));
    branches["main"] = {object::Kind::commit, id};
    return id;
  }
  void main(const object::Id& id) { branches["main"] = {object::Kind::commit, id}; }

  std::vector<repo::Adopted> import(const std::string& source = "/git") {
    repo::Import import{source, {}, "main"};
    for (const auto& [name, target] : branches)
      import.refs.push_back({false, name, target, ids.at(target.id)});
    for (const auto& [name, target] : tags)
      import.refs.push_back({true, name, target, ids.at(target.id)});
    return repo::adopt_import(*device, import);
  }
};

struct One {
  RepoDevice anna{"anna", 1};
  Git git{anna};
  One() { anna.found(); }

  std::optional<object::Id> tip() { return repo::tip_of(*anna, anna.main()).commit; }
  std::size_t heads() {
    return repo::tip_of(*anna, anna.main(), repo::Drafts::left_out).heads.size();
  }
  bool tip_contains(const object::Id& id) {
    return *object::is_ancestor(anna->history(), id, *tip());
  }
};

std::vector<How> hows(const std::vector<repo::Adopted>& all) {
  std::vector<How> out;
  for (const repo::Adopted& one : all) out.push_back(one.how);
  return out;
}

}  // namespace

TEST_CASE("importing again what has not moved changes nothing") {
  One t;
  t.git.main({{"a", "1"}}, {});
  t.git.tags["v1"] = t.git.branches["main"];
  CHECK(hows(t.git.import()) == std::vector{How::created, How::created});
  const auto operations = t.anna->store().last_operation();
  CHECK(t.git.import().empty());
  CHECK(t.anna->store().last_operation() == operations);
}

TEST_CASE("git's next commit moves the draft, and nothing is published before") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.import();
  const auto second = t.git.main({{"a", "2"}}, {first});
  CHECK(hows(t.git.import()) == std::vector{How::moved});
  CHECK(t.tip() == second);
  CHECK(t.anna->view().live_on(t.anna->id()).empty());
}

TEST_CASE("a draft that git rewrote just moves") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.main({{"a", "2"}}, {first});
  t.git.import();
  const auto amended = t.git.main({{"a", "3"}}, {first});
  const auto told = t.git.import();
  REQUIRE(told.size() == 1);
  CHECK(told[0].how == How::rewritten);
  CHECK(told[0].was->bytes[0] == 2);
  CHECK(told[0].is.bytes[0] == 3);
  CHECK(told[0].still_contained_by.empty());
  CHECK(t.tip() == amended);
}

TEST_CASE("what was published and git rewrote is rewritten, never a second head") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.main({{"a", "2"}}, {first});
  t.git.import();
  repo::publish_drafts(*t.anna);
  const auto amended = t.git.main({{"a", "3"}}, {first});
  CHECK(hows(t.git.import()) == std::vector{How::rewritten});
  CHECK(t.tip() == amended);
  repo::publish_drafts(*t.anna);
  CHECK(t.tip() == amended);
  CHECK(t.heads() == 1);
  CHECK(t.anna->view().live_on(t.anna->id()).size() == 1);
}

TEST_CASE("a branch that git set back goes back, published or not") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.import();
  repo::publish_drafts(*t.anna);
  t.git.main({{"a", "2"}}, {first});
  t.git.import();
  SUBCASE("drafted") {
    t.git.main(first);
    CHECK(hows(t.git.import()) == std::vector{How::rewritten});
    CHECK(t.tip() == first);
    CHECK(t.anna->drafts().empty());
  }
  SUBCASE("published") {
    repo::publish_drafts(*t.anna);
    t.git.main(first);
    CHECK(hows(t.git.import()) == std::vector{How::rewritten});
    CHECK(t.tip() == first);
    repo::publish_drafts(*t.anna);
    CHECK(t.tip() == first);
  }
}

TEST_CASE("commits made here are merged with git's next one, not overwritten") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.import();
  const auto own = t.anna.commit(t.anna.main(), {{"a", "1"}, {"b", "own"}});
  const auto second = t.git.main({{"a", "2"}}, {first});
  CHECK(hows(t.git.import()) == std::vector{How::merged});
  CHECK(t.tip_contains(own));
  CHECK(t.tip_contains(second));
  CHECK(t.git.import().empty());
}

TEST_CASE(
    "commits made here on what git took out stay, with what they stand on, and that is told") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  const auto old = t.git.main({{"a", "1"}, {"x", "x"}}, {first});
  t.git.import();
  const auto own = t.anna.commit(t.anna.main(), {{"a", "1"}, {"x", "x"}, {"b", "own"}});
  SUBCASE("drafted") {}
  SUBCASE("published") {
    repo::publish_drafts(*t.anna);
  }
  const auto amended = t.git.main({{"a", "3"}}, {first});
  const auto told = t.git.import();
  REQUIRE(told.size() == 1);
  CHECK(told[0].how == How::rewritten);
  CHECK(told[0].still_contained_by == std::vector<std::string>{"anna"});
  CHECK(t.tip_contains(own));
  CHECK(t.tip_contains(old));
  CHECK(t.tip_contains(amended));
}

TEST_CASE("another repository of git's with a main of its own rewrites nothing") {
  One t;
  const auto mine = t.git.main({{"a", "1"}}, {});
  t.git.import("/one");
  const auto other = t.git.main({{"b", "1"}}, {});
  CHECK(hows(t.git.import("/other")) == std::vector{How::merged});
  CHECK(t.tip_contains(mine));
  CHECK(t.tip_contains(other));
}

TEST_CASE("a tag that git moved replaces the one that was published") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.tags["v1"] = t.git.branches["main"];
  t.git.import();
  repo::publish_drafts(*t.anna);
  t.git.main({{"a", "2"}}, {first});
  t.git.tags["v1"] = t.git.branches["main"];
  const auto told = t.git.import();
  REQUIRE(told.size() == 2);
  CHECK(told[1].tag);
  CHECK(told[1].how == How::rewritten);
  repo::publish_drafts(*t.anna);
  const auto tags = repo::tags(*t.anna);
  REQUIRE(tags.size() == 1);
  CHECK(tags[0].shown == "v1");
  CHECK(tags[0].target == t.git.tags["v1"]);
}

TEST_CASE("what is gone in git stays; what was deleted here comes back only when git moves it") {
  One t;
  const auto first = t.git.main({{"a", "1"}}, {});
  t.git.branches["side"] = t.git.branches["main"];
  t.git.import();
  t.git.branches.erase("side");
  CHECK(t.git.import().empty());
  CHECK(repo::find_branch(*t.anna, "side"));

  repo::delete_branch(*t.anna, *repo::find_branch(*t.anna, "side"));
  t.git.branches["side"] = t.git.branches["main"];
  CHECK(t.git.import().empty());
  CHECK_FALSE(repo::find_branch(*t.anna, "side"));
  t.git.branches["side"] = {object::Kind::commit, t.git.commit({{"s", "1"}}, {first})};
  CHECK(hows(t.git.import()) == std::vector{How::created});
}

TEST_CASE("git's ids of what this store imported are known, and a peer's word is not") {
  One t;
  std::vector<object::Id> all{t.git.main({{"a", "0"}}, {})};
  for (int i = 1; i < 40; ++i) all.push_back(t.git.main({{"a", std::to_string(i)}}, {all.back()}));
  t.git.import();
  const auto stray = t.git.commit({{"evil", "1"}}, {});
  repo::ImportedIds ids(*t.anna);
  for (const object::Id& id : all) CHECK(ids.find(t.git.ids.at(id)) == id);
  CHECK_FALSE(ids.find(t.git.ids.at(stray)));
}
