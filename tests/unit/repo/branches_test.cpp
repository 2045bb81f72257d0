#include "hn/repo/branches.hpp"

#include <doctest/doctest.h>

#include "hn/repo/revision.hpp"
#include "hn/repo/tags.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

struct Pair {
  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  object::Id base;
  Pair() {
    anna.found();
    bob.clone(anna->id());
    let_in(anna, bob, log::Right::write);
    base = anna.commit(anna.main(), {{"a", "1\n"}});
    repo::publish_drafts(*anna);
    sync_both();
  }
  void sync_both() {
    sync(anna, bob);
    sync(bob, anna);
  }
};

std::vector<std::string> shown(RepoDevice& device) {
  std::vector<std::string> out;
  for (const auto& line : repo::branches(*device)) out.push_back(line.shown);
  return out;
}

}  // namespace

TEST_CASE("two branches of one name show whose they are, and the bare name is the followed one") {
  Pair p;
  repo::create_branch(*p.anna, "fix", p.base);
  repo::create_branch(*p.bob, "fix", p.base);
  repo::publish_drafts(*p.anna);
  repo::publish_drafts(*p.bob);
  p.sync_both();
  CHECK(shown(p.anna) == std::vector<std::string>{"fix@anna", "fix@bob", "main"});
  CHECK(shown(p.bob) == shown(p.anna));
  CHECK(repo::find_branch(*p.anna, "fix") == repo::find_branch(*p.anna, "fix@anna"));
  CHECK(repo::find_branch(*p.bob, "fix") == repo::find_branch(*p.bob, "fix@bob"));
  CHECK(repo::find_branch(*p.bob, "fix@bob") == repo::find_branch(*p.anna, "fix@bob"));
  CHECK(!repo::find_branch(*p.anna, "other"));
}

TEST_CASE(
    "no name is made that is a folder of another's, and those that come from others are kept") {
  Pair p;
  repo::create_branch(*p.anna, "fix", p.base);
  repo::create_branch(*p.bob, "fix/one", p.base);
  const log::Target base{object::Kind::commit, p.base};
  repo::create_tag(*p.anna, {"v1", base, {}});
  repo::create_tag(*p.bob, {"v1/rc", base, {}});
  CHECK_THROWS_AS(repo::create_branch(*p.anna, "fix/two", p.base), Failure);
  CHECK_THROWS_AS(repo::create_branch(*p.bob, "fix", p.base), Failure);
  CHECK_THROWS_AS(repo::create_tag(*p.bob, {"v1", base, {}}), Failure);
  repo::publish_drafts(*p.anna);
  repo::publish_drafts(*p.bob);
  p.sync_both();
  CHECK(shown(p.anna) == std::vector<std::string>{"fix", "fix/one", "main"});
  CHECK(repo::find_branch(*p.anna, "fix/one"));
  CHECK(repo::find_branch(*p.bob, "fix"));
  CHECK(repo::tags(*p.bob).size() == 2);
}

TEST_CASE(
    "a draft beside a live branch of its name shows whose it is, and the bare name is the draft") {
  Pair p;
  repo::create_branch(*p.bob, "fix", p.base);
  repo::publish_drafts(*p.bob);
  repo::create_branch(*p.anna, "fix", p.base);
  sync(p.bob, p.anna);
  CHECK(shown(p.anna) == std::vector<std::string>{"fix@anna", "fix@bob", "main"});
  CHECK(repo::find_branch(*p.anna, "fix") == repo::find_branch(*p.anna, "fix@anna"));
  CHECK_FALSE(repo::find_branch(*p.anna, "fix")->id);
  CHECK(repo::find_branch(*p.anna, "fix@bob") == repo::find_branch(*p.bob, "fix"));
  repo::publish_drafts(*p.anna);
  CHECK(shown(p.anna) == std::vector<std::string>{"fix@anna", "fix@bob", "main"});
  CHECK(repo::find_branch(*p.anna, "fix") == repo::find_branch(*p.anna, "fix@anna"));
}

TEST_CASE("tags that differ show whose they are") {
  Pair p;
  const auto other = p.bob.commit(p.bob.main(), {{"a", "2\n"}});
  const auto tag = [](RepoDevice& device, const object::Id& at) {
    store::Batch batch = device->store().begin();
    const repo::Draft draft{true, {"v1", {}}, log::Target{object::Kind::commit, at}, {}};
    batch.put(repo::key::draft(draft), repo::encode(draft));
    batch.commit();
    repo::publish_drafts(*device);
  };
  tag(p.anna, p.base);
  CHECK(repo::tags(*p.anna).at(0).shown == "v1");
  tag(p.bob, other);
  p.sync_both();
  REQUIRE(repo::tags(*p.anna).size() == 2);
  CHECK(repo::tags(*p.anna)[0].shown == "v1@anna");
  CHECK(repo::tags(*p.anna)[1].shown == "v1@bob");
  CHECK(repo::resolve_commit(*p.anna, "v1@bob") == other);
}

TEST_CASE("a branch does not go back to an old fold while blocks are missing") {
  Pair p;
  p.anna.commit(p.anna.main(), {{"a", "1\n"}, {"b", "anna\n"}});
  repo::publish_drafts(*p.anna);
  p.bob.commit(p.bob.main(), {{"a", "1\n"}, {"c", "bob\n"}});
  repo::publish_drafts(*p.bob);
  p.sync_both();
  CHECK(repo::tip_of(*p.anna, p.anna.main()).auto_merge);
  const auto on = p.anna.commit(p.anna.main(), {{"a", "on\n"}, {"b", "anna\n"}, {"c", "bob\n"}});
  repo::publish_drafts(*p.anna);
  CHECK(repo::tip_of(*p.anna, p.anna.main()).commit == on);
  p.bob.commit(p.bob.main(), {{"a", "1\n"}, {"b", "anna\n"}, {"c", "bob 2\n"}});
  repo::publish_drafts(*p.bob);
  send_entries(p.bob, p.anna);
  const repo::Tip tip = repo::tip_of(*p.anna, p.anna.main());
  CHECK(tip.incomplete);
  CHECK(tip.commit == on);
}

TEST_CASE("a branch that was never folded stays where it is while blocks are missing") {
  Pair p;
  p.bob.commit(p.bob.main(), {{"a", "2\n"}});
  repo::publish_drafts(*p.bob);
  send_entries(p.bob, p.anna);
  const repo::Tip tip = repo::tip_of(*p.anna, p.anna.main());
  CHECK(tip.incomplete);
  CHECK(tip.commit == p.base);
}

TEST_CASE("a fold with a draft in it is not what peers are shown") {
  Pair p;
  p.bob.commit(p.bob.main(), {{"a", "1\n"}, {"b", "bob\n"}});
  repo::publish_drafts(*p.bob);
  const auto draft = p.anna.commit(p.anna.main(), {{"a", "draft\n"}}, {p.base});
  p.sync_both();
  CHECK(repo::tip_of(*p.anna, p.anna.main()).auto_merge);
  p.bob.commit(p.bob.main(), {{"a", "1\n"}, {"b", "bob 2\n"}});
  repo::publish_drafts(*p.bob);
  send_entries(p.bob, p.anna);
  const repo::Tip tip = repo::tip_of(*p.anna, p.anna.main(), repo::Drafts::left_out);
  CHECK(tip.incomplete);
  REQUIRE(tip.commit);
  CHECK(!*object::is_ancestor(p.anna->history(), draft, *tip.commit));
}

TEST_CASE("a published branch of others is deleted by an admin alone") {
  Pair p;
  repo::create_branch(*p.anna, "fix", p.base);
  repo::publish_drafts(*p.anna);
  p.sync_both();
  CHECK_THROWS_AS(repo::delete_branch(*p.bob, *repo::find_branch(*p.bob, "fix")), Failure);
  repo::delete_branch(*p.anna, *repo::find_branch(*p.anna, "fix"));
  repo::publish_drafts(*p.anna);
  p.sync_both();
  CHECK(shown(p.bob) == std::vector<std::string>{"main"});
}

TEST_CASE("revisions: names, prefixes, parents") {
  Pair p;
  const auto two = p.anna.commit(p.anna.main(), {{"a", "2\n"}});
  CHECK(repo::resolve_commit(*p.anna, "main") == two);
  CHECK(repo::resolve_commit(*p.anna, "main~1") == p.base);
  CHECK(repo::resolve_commit(*p.anna, "main^") == p.base);
  CHECK(repo::resolve_commit(*p.anna, "main^0") == two);
  CHECK(repo::resolve_commit(*p.anna, object::to_hex(two)) == two);
  CHECK(repo::resolve_commit(*p.anna, object::to_hex(two).substr(0, 12)) == two);
  CHECK_THROWS_AS(repo::resolve_commit(*p.anna, "main~2"), Failure);
  CHECK_THROWS_AS(repo::resolve_commit(*p.anna, "main^2"), Failure);
  CHECK_THROWS_AS(repo::resolve_commit(*p.anna, "nothing"), Failure);
  CHECK_THROWS_AS(repo::resolve_commit(*p.anna, "main~99999999999999999999999"), Failure);
  CHECK_THROWS_AS(repo::resolve_commit(*p.anna, ""), Failure);
  CHECK(repo::resolve_path(*p.anna, "main:a").value.mode == object::Mode::file);
  CHECK_THROWS_AS(repo::resolve_path(*p.anna, "main:none"), Failure);
}
