#include "hn/repo/publish.hpp"

#include <doctest/doctest.h>

#include "hn/repo/bundle.hpp"
#include "hn/repo/fsck.hpp"
#include "hn/repo/import.hpp"
#include "hn/repo/tags.hpp"
#include "hn/repo/undo.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

struct Pair {
  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  explicit Pair(log::Right right = log::Right::write) {
    anna.found();
    bob.clone(anna->id());
    let_in(anna, bob, right);
  }
  void sync_both() {
    sync(anna, bob);
    sync(bob, anna);
  }
};

bool is_clean(RepoDevice& device) {
  return repo::fsck(*device, [](const repo::Fault& fault) { MESSAGE(fault.what); }).faults == 0;
}

std::string text_at(RepoDevice& device, const std::string& path) {
  const auto tip = repo::tip_of(*device, device.main());
  return tip.commit ? device.files(*tip.commit)[path] : std::string("<no commit>");
}

}  // namespace

TEST_CASE("all commits in between go out in one entry") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}});
  anna.commit(anna.main(), {{"a", "2\n"}});
  anna.commit(anna.main(), {{"a", "3\n"}});
  CHECK(repo::unpublished(*anna, anna.main()) == 3);
  CHECK(repo::publish_drafts(*anna).entries.size() == 1);
  CHECK(repo::unpublished(*anna, anna.main()) == 0);
  CHECK(anna->drafts().empty());
  CHECK(repo::publish_drafts(*anna).entries.empty());
}

TEST_CASE("an amend before publishing leaves no trace, one after it rewrites") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "secret\n"}}, {}, repo::Own::contained);
  anna.commit(anna.main(), {{"a", "1\n"}}, {}, repo::Own::rewritten, "amend");
  const auto first = repo::publish_drafts(*anna).entries;
  REQUIRE(first.size() == 1);
  CHECK(std::get<log::Publish>(first[0].entry.payload).rewrites.empty());

  const auto amended = anna.commit(anna.main(), {{"a", "2\n"}}, {}, repo::Own::rewritten, "amend");
  const auto second = repo::publish_drafts(*anna).entries;
  REQUIRE(second.size() == 1);
  CHECK(std::get<log::Publish>(second[0].entry.payload).rewrites.size() == 1);
  CHECK(repo::tip_of(*anna, anna.main()).commit == amended);
  CHECK(repo::tip_of(*anna, anna.main()).heads.size() == 1);
}

TEST_CASE("what a live publish contains is not published again") {
  Pair p;
  const auto base = p.anna.commit(p.anna.main(), {{"a", "1\n"}});
  p.anna.commit(p.anna.main(), {{"a", "2\n"}});
  repo::publish_drafts(*p.anna);
  p.sync_both();
  store::Batch batch = p.bob->store().begin();
  repo::advance(*p.bob, batch, p.bob.main(), base, repo::Own::contained);
  batch.commit();
  CHECK(repo::publish_drafts(*p.bob).entries.empty());
  CHECK(p.bob->drafts().empty());
}

TEST_CASE("an own publish that the draft does not contain leads to the fold") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto base = anna.commit(anna.main(), {{"a", "1\n"}, {"b", "1\n"}});
  const auto left = anna.commit(anna.main(), {{"a", "2\n"}, {"b", "1\n"}}, {base});
  repo::publish_drafts(*anna);
  const auto right = anna.commit(anna.main(), {{"a", "1\n"}, {"b", "2\n"}}, {base});
  const auto entries = repo::publish_drafts(*anna).entries;
  REQUIRE(entries.size() == 1);
  const object::Id published = std::get<log::Publish>(entries[0].entry.payload).target->id;
  CHECK(*object::is_ancestor(anna->history(), left, published));
  CHECK(*object::is_ancestor(anna->history(), right, published));
  CHECK(text_at(anna, "a") == "2\n");
  CHECK(text_at(anna, "b") == "2\n");
  CHECK(is_clean(anna));
}

TEST_CASE("a draft goes out while blocks for the fold are missing, and is not lost") {
  Pair p;
  const auto base = p.anna.commit(p.anna.main(), {{"a", "1\n"}, {"b", "1\n"}});
  p.anna.commit(p.anna.main(), {{"a", "2\n"}, {"b", "1\n"}}, {base});
  repo::publish_drafts(*p.anna);
  p.sync_both();
  p.bob.commit(p.bob.main(), {{"a", "1\n"}, {"b", "bob\n"}}, {base});
  repo::publish_drafts(*p.bob);
  p.sync_both();
  CHECK(repo::tip_of(*p.anna, p.anna.main()).auto_merge);
  // Entries without blocks: the branch stands at the last fold.
  p.bob.commit(p.bob.main(), {{"a", "2\n"}, {"b", "bob again\n"}});
  repo::publish_drafts(*p.bob);
  send_entries(p.bob, p.anna);
  CHECK(repo::tip_of(*p.anna, p.anna.main()).incomplete);

  p.anna.commit(p.anna.main(), {{"a", "1\n"}, {"b", "1\n"}, {"c", "new\n"}}, {base});
  REQUIRE(repo::publish_drafts(*p.anna).entries.size() == 1);
  p.sync_both();
  CHECK(text_at(p.anna, "c") == "new\n");
  CHECK(text_at(p.bob, "c") == "new\n");
  CHECK(repo::state_digest(*p.anna) == repo::state_digest(*p.bob));
}

TEST_CASE("undo after a publish takes it back, and nobody else's") {
  Pair p;
  p.anna.commit(p.anna.main(), {{"a", "anna\n"}});
  repo::publish_drafts(*p.anna);
  // Bob begins on his own, without a common past.
  p.bob.commit(p.bob.main(), {{"b", "bob\n"}});
  repo::publish_drafts(*p.bob);
  p.sync_both();
  repo::undo(*p.anna);
  repo::publish_drafts(*p.anna);
  p.sync_both();
  CHECK(text_at(p.anna, "b") == "bob\n");
  CHECK(text_at(p.bob, "b") == "bob\n");
  CHECK(text_at(p.anna, "a").empty());
}

TEST_CASE("undo of the first commit leaves the branch as it was, before and after a publish") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}});
  CHECK(repo::undo(*anna).commit == std::nullopt);
  CHECK(anna->drafts().empty());
  CHECK(repo::publish_drafts(*anna).entries.empty());
  anna.commit(anna.main(), {{"a", "1\n"}});
  repo::publish_drafts(*anna);
  repo::undo(*anna);
  CHECK(repo::publish_drafts(*anna).entries.size() == 1);
  CHECK(!repo::tip_of(*anna, anna.main()).commit);
  CHECK_THROWS_AS(repo::undo(*anna), Failure);
}

TEST_CASE("a deletion takes what was there when it was asked for") {
  Pair p(log::Right::admin);
  const auto base = p.anna.commit(p.anna.main(), {{"a", "1\n"}});
  repo::create_branch(*p.anna, "fix", base);
  p.anna.commit(*repo::find_branch(*p.anna, "fix"), {{"a", "2\n"}});
  repo::publish_drafts(*p.anna);
  p.sync_both();
  repo::delete_branch(*p.anna, *repo::find_branch(*p.anna, "fix"));
  p.bob.commit(*repo::find_branch(*p.bob, "fix"), {{"a", "3\n"}});
  repo::publish_drafts(*p.bob);
  sync(p.bob, p.anna);
  repo::publish_drafts(*p.anna);
  p.sync_both();
  REQUIRE(repo::find_branch(*p.anna, "fix"));
  const auto tip = repo::tip_of(*p.anna, *repo::find_branch(*p.anna, "fix")).commit;
  REQUIRE(tip);
  CHECK(p.anna.files(*tip)["a"] == "3\n");
}

TEST_CASE("a device without the right keeps its drafts") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  let_in(anna, bob, log::Right::read);
  bob.commit(bob.main(), {{"a", "1\n"}});
  const auto done = repo::publish_drafts(*bob);
  CHECK(done.entries.empty());
  CHECK(done.refused == std::vector<std::string>{"main"});
  CHECK(bob->drafts().size() == 1);
}

TEST_CASE("what a revoked device wrote before stays, what it writes after does not count") {
  Pair p;
  p.bob.commit(p.bob.main(), {{"a", "before\n"}});
  repo::publish_drafts(*p.bob);
  p.sync_both();
  repo::revoke(*p.anna, p.bob->device());
  p.bob.commit(p.bob.main(), {{"a", "after\n"}});
  repo::publish_drafts(*p.bob);
  p.sync_both();
  CHECK(text_at(p.anna, "a") == "before\n");
  CHECK(text_at(p.bob, "a") == "before\n");
  CHECK_THROWS_AS(repo::revoke(*p.bob, p.anna->device()), Failure);
}

TEST_CASE("the last device that may let others in does not leave") {
  Pair p;
  CHECK_THROWS_AS(repo::revoke(*p.anna, p.anna->device()), Failure);
  CHECK(p.anna->view().member(p.anna->device())->active());
  RepoDevice carl("carl", 9);
  carl.clone(p.anna->id());
  let_in(p.anna, carl, log::Right::admin);
  repo::revoke(*p.anna, p.anna->device());
  CHECK_FALSE(p.anna->view().member(p.anna->device())->active());
}

TEST_CASE("fsck lists the commits that nothing names any more") {
  Pair pair;
  const auto unnamed = [](RepoDevice& device) {
    return repo::fsck(*device, [](const repo::Fault&) {}).unnamed;
  };
  const auto old = pair.anna.commit(pair.anna.main(), {{"a", "secret\n"}});
  repo::publish_drafts(*pair.anna);
  pair.sync_both();
  CHECK(unnamed(pair.bob).empty());
  pair.anna.commit(pair.anna.main(), {{"a", "1\n"}}, {}, repo::Own::rewritten, "amend");
  repo::publish_drafts(*pair.anna);
  pair.sync_both();
  CHECK(unnamed(pair.bob) == std::vector{old});
  // She can still undo it.
  CHECK(unnamed(pair.anna).empty());
}

TEST_CASE("fsck hands out what carries git's id") {
  RepoDevice anna("anna", 1);
  anna.found();
  store::Batch batch = anna->store().begin();
  object::Commit commit;
  commit.tree = RepoDevice::write_tree(batch, {});
  commit.author = commit.committer = anna.person();
  commit.message = "imported\n";
  commit.git = object::GitId{};
  commit.git->size = 20;
  commit.git->bytes[0] = 7;
  const object::Id id = batch.write(object::Kind::commit, *object::encode_commit(commit));
  batch.commit();
  repo::adopt_import(*anna,
                     {"/old", {{false, "main", {object::Kind::commit, id}, *commit.git}}, "main"});
  const auto report = repo::fsck(*anna, [](const repo::Fault& f) { MESSAGE(f.what); });
  CHECK(report.faults == 0);
  REQUIRE(report.imported.size() == 1);
  CHECK(report.imported[0].id == id);
  CHECK(report.imported[0].git == *commit.git);
}

namespace {

// A tag of a commit that no branch has, with two commits of its own between it and the branch.
struct TagAside {
  TagAside() {
    anna.found();
    bob.clone(anna->id());
    let_in(anna, bob, log::Right::write);
    const auto root = anna.commit(anna.main(), {{"a", "1\n"}});
    const auto tip = anna.commit(anna.main(), {{"a", "2\n"}});
    repo::publish_drafts(*anna);
    first = commit(root, "b");
    last = commit(first, "c");
    tag(last, "aside");
    tag(tip, "here");
    repo::publish_drafts(*anna);
  }
  object::Id commit(const object::Id& parent, const std::string& text) {
    store::Batch batch = anna->store().begin();
    const object::Id file = object::write_file(batch, as_bytes(text));
    object::Commit made = *object::read_commit(anna->store(), parent);
    made.tree = RepoDevice::write_tree(batch, {{"a", object::Value::of(object::Mode::file, file)}});
    made.parents = {parent};
    const object::Id id = batch.write(object::Kind::commit, *object::encode_commit(made));
    batch.commit();
    return id;
  }
  // As an import makes it.
  void tag(const object::Id& commit, const std::string& name) {
    store::Batch batch = anna->store().begin();
    object::Tag made;
    made.target = commit;
    made.name = name;
    made.message = "as it was\n";
    const object::Id id = batch.write(object::Kind::tag, *object::encode_tag(made));
    batch.commit();
    repo::create_tag(*anna, {name, {object::Kind::tag, id}, std::nullopt});
  }
  std::uint64_t rows_of(const std::string& name) {
    for (const log::TagInfo& info : anna->view().tags())
      if (info.name == name) return info.publishes.front().manifest->rows;
    return 0;
  }

  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  object::Id first;
  object::Id last;
};

}  // namespace

TEST_CASE("a tag brings the commits that no branch has") {
  TagAside of;
  // The tag, two commits, a folder and a file of each.
  CHECK(of.rows_of("aside") == 7);
  CHECK(of.rows_of("here") == 1);
  send_entries(of.anna, of.bob);
  send_blocks(of.anna, of.bob);
  CHECK(of.bob->store().has(of.first));
  CHECK(is_clean(of.bob));
}

TEST_CASE("a tag is not whole where an ancestor of its commit is lacking") {
  TagAside of;
  send_entries(of.anna, of.bob);
  for (bool more = true; more;) {
    more = false;
    store::Batch batch = of.bob->store().begin();
    for (const object::Address& address : wanted(of.bob, 256)) {
      if (object::id_at(address) == of.first || !send_block(of.anna, batch, address)) continue;
      more = true;
    }
    if (more) batch.commit();
  }
  CHECK(of.bob->store().has(of.last));
  CHECK(repo::absent_blocks(*of.bob, 10) == std::vector{object::address_of(of.first)});
}

TEST_CASE("a bundle has the commits that only a tag leads to") {
  TagAside of;
  const repo::BundleDone made = repo::create_bundle(*of.anna, "bundle");
  // Two commits with a folder and a file each on the branch and aside, two tags, three manifests.
  CHECK(made.blocks == 17);
}
