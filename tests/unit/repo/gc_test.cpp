#include "hn/repo/gc.hpp"

#include <doctest/doctest.h>

#include "hn/log/write.hpp"
#include "hn/object/conflict.hpp"
#include "hn/repo/fsck.hpp"
#include "hn/repo/tags.hpp"
#include "hn/repo/undo.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

constexpr std::int64_t kDay = 24 * 3600;

// A collection so many days after the device's clock.
repo::GcReport gc_after(RepoDevice& device, std::int64_t days) {
  repo::GcRequest request;
  request.now = device.clock.wall().seconds + days * kDay;
  request.prune_before = request.now - repo::kGcGraceSeconds;
  return repo::gc(*device, request);
}

repo::GcReport gc_all(RepoDevice& device) {
  repo::GcRequest request;
  request.now = device.clock.wall().seconds;
  request.prune_before = request.now;
  return repo::gc(*device, request);
}

std::string faults_of(RepoDevice& device) {
  std::string out;
  repo::fsck(*device, [&](const repo::Fault& fault) { out += fault.what + "; "; });
  return out;
}

std::string text_of(std::size_t lines, const std::string& last) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) out += "line " + std::to_string(i) + "\n";
  return out + last + "\n";
}

}  // namespace

TEST_CASE("what branches, tags and drafts reach stays") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto first = anna.commit(anna.main(), {{"a", text_of(90, "1")}, {"d/b", "x"}});
  const auto second = anna.commit(anna.main(), {{"a", text_of(90, "2")}, {"d/b", "y"}});
  repo::create_branch(*anna, "side", first);
  repo::create_tag(*anna, {"v1", {object::Kind::commit, second}, {}});
  repo::publish_drafts(*anna);
  const auto draft = anna.commit(anna.main(), {{"a", text_of(90, "3")}, {"d/b", "y"}});
  repo::undo(*anna);
  const auto other = anna.commit(anna.main(), {{"a", text_of(90, "4")}});
  CHECK(gc_all(anna).store.dropped_commits == 1);
  CHECK(!anna->store().has(draft));
  CHECK(anna.files(first).at("d/b") == "x");
  CHECK(anna.files(second).at("a") == text_of(90, "2"));
  CHECK(anna.files(other).at("a") == text_of(90, "4"));
  CHECK(faults_of(anna) == "");
}

TEST_CASE("what can be undone stays for 90 days") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto first = anna.commit(anna.main(), {{"a", "1"}});
  const auto second = anna.commit(anna.main(), {{"a", "2"}}, {first});
  const auto amended =
      anna.commit(anna.main(), {{"a", "3"}}, {first}, repo::Own::rewritten, "amend");
  CHECK(gc_after(anna, 1).store.dropped_commits == 0);
  CHECK(anna.files(second).at("a") == "2");
  CHECK(gc_after(anna, 91).store.dropped_commits == 1);
  CHECK(!anna->store().has(second));
  CHECK(anna.files(amended).at("a") == "3");
  CHECK(anna->store().operations().empty());
  CHECK(faults_of(anna) == "");
}

TEST_CASE("a rewritten publish stays for 90 days from when that was first seen") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto first = anna.commit(anna.main(), {{"a", "1"}});
  const auto second = anna.commit(anna.main(), {{"a", text_of(50, "secret")}}, {first});
  repo::publish_drafts(*anna);
  anna.commit(anna.main(), {{"a", text_of(50, "3")}}, {first}, repo::Own::rewritten, "amend");
  repo::publish_drafts(*anna);
  // The records of what could be undone are old by then; the publish was not seen before.
  CHECK(gc_after(anna, 200).waiting_publishes == 1);
  CHECK(anna->store().has(second));
  CHECK(gc_after(anna, 280).waiting_publishes == 1);
  CHECK(anna->store().has(second));
  const auto report = gc_after(anna, 291);
  CHECK(report.waiting_publishes == 0);
  CHECK(report.store.dropped_commits == 1);
  CHECK(!anna->store().has(second));
  CHECK(faults_of(anna) == "");
}

TEST_CASE("a commit that nothing names stays for 90 days, an auto-merge does not") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto first = anna.commit(anna.main(), {{"a", "1"}});
  object::Id alone;
  {
    store::Batch batch = anna->store().begin();
    object::Commit commit;
    commit.tree = RepoDevice::write_tree(
        batch, {{"z", object::Value::of(object::Mode::file,
                                        object::write_file(batch, as_bytes("found")))}});
    commit.parents = {first};
    commit.message = "lost\n";
    commit.author = commit.committer = anna.person();
    alone = batch.write(object::Kind::commit, *object::encode_commit(commit));
    batch.commit();
  }
  CHECK(gc_after(anna, 0).waiting_commits == 1);
  CHECK(gc_after(anna, 89).waiting_commits == 1);
  CHECK(anna.files(alone).at("z") == "found");
  CHECK(gc_after(anna, 91).store.dropped_commits == 1);
  CHECK(!anna->store().has(alone));
  CHECK(anna->store().has(first));
  CHECK(faults_of(anna) == "");
}

TEST_CASE("of commits that nothing names the last stands for those beneath it") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto first = anna.commit(anna.main(), {{"a", "1"}});
  std::vector<object::Id> alone{first};
  {
    store::Batch batch = anna->store().begin();
    for (int i = 0; i < 5; ++i) {
      object::Commit commit;
      commit.tree = RepoDevice::write_tree(
          batch,
          {{"z", object::Value::of(object::Mode::file,
                                   object::write_file(batch, as_bytes("z" + std::to_string(i))))}});
      commit.parents = {alone.back()};
      commit.message = "lost\n";
      commit.author = commit.committer = anna.person();
      alone.push_back(batch.write(object::Kind::commit, *object::encode_commit(commit)));
    }
    batch.commit();
  }
  CHECK(gc_after(anna, 0).waiting_commits == 1);
  for (const auto& id : alone) CHECK(anna->store().has(id));
  CHECK(gc_after(anna, 91).store.dropped_commits == 5);
  CHECK(anna->store().has(first));
  CHECK(faults_of(anna) == "");
}

TEST_CASE("a dry run says the same and removes nothing") {
  RepoDevice anna("anna", 1);
  anna.found();
  const auto first = anna.commit(anna.main(), {{"a", "1"}});
  repo::undo(*anna);
  repo::GcRequest request;
  request.now = request.prune_before = anna.clock.wall().seconds;
  request.dry_run = true;
  const auto said = repo::gc(*anna, request);
  CHECK(said.store.dropped_commits == 1);
  CHECK(anna->store().has(first));
  CHECK(gc_all(anna).store.dropped_blocks == said.store.dropped_blocks);
  CHECK(!anna->store().has(first));
}

TEST_CASE("a rejected publish keeps its blocks") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  let_in(anna, bob, log::Right::read);
  const auto base = anna.commit(anna.main(), {{"a", "1"}});
  repo::publish_drafts(*anna);
  sync(anna, bob);
  // Bob may only read: what he signs is rejected everywhere.
  object::Id refused;
  {
    store::Batch batch = bob->store().begin();
    object::Commit commit;
    commit.tree = RepoDevice::write_tree(
        batch,
        {{"a", object::Value::of(object::Mode::file, object::write_file(batch, as_bytes("no")))}});
    commit.parents = {base};
    commit.message = "no\n";
    commit.author = commit.committer = bob.person();
    refused = batch.write(object::Kind::commit, *object::encode_commit(commit));
    log::Publish publish;
    publish.place = log::Branch{bob->id()};
    publish.target = log::Target{object::Kind::commit, refused};
    const auto entry =
        log::sign(log::next_entry(bob->view(), bob->device(), publish), bob->key()).value();
    batch.add_entry(repo::stored_id(entry.id), log::encode_signed(entry));
    batch.commit();
    bob->refresh();
    REQUIRE(bob->view().verdict(entry.id)->status == log::Status::rejected);
  }
  const auto report = gc_all(bob);
  CHECK(report.rejected_publishes == 1);
  CHECK(bob->store().has(refused));
  CHECK(bob.files(refused).at("a") == "no");
}

TEST_CASE("both sides of a conflict stay, and a fold that went on goes") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  let_in(anna, bob, log::Right::write);
  anna.commit(anna.main(), {{"a", "1\n"}, {"b", "1\n"}});
  repo::publish_drafts(*anna);
  sync(anna, bob);
  anna.commit(anna.main(), {{"a", "2\n"}, {"b", "1\n"}});
  bob.commit(bob.main(), {{"a", "3\n"}, {"b", "1\n"}});
  for (RepoDevice* device : {&anna, &bob}) repo::publish_drafts(**device);
  sync(anna, bob);
  sync(bob, anna);
  const auto fold = repo::tip_of(*anna, anna.main()).commit;
  REQUIRE(fold.has_value());
  for (RepoDevice* device : {&anna, &bob}) {
    gc_all(*device);
    CHECK(faults_of(*device) == "");
    device->open();
    CHECK(repo::tip_of(**device, device->main()).commit == fold);
    CHECK(device->files(*fold).at("a") == "<conflict>");
  }
  // What one has dropped it takes again from the other.
  anna.commit(anna.main(), {{"a", "4\n"}, {"b", "2\n"}});
  repo::publish_drafts(*anna);
  sync(anna, bob);
  CHECK(repo::tip_of(*bob, bob.main()).commit == repo::tip_of(*anna, anna.main()).commit);
  CHECK(faults_of(bob) == "");
}

TEST_CASE("the terms of a conflict that nothing else holds stay") {
  RepoDevice anna("anna", 1);
  anna.found();
  std::vector<object::Id> terms;
  store::Batch batch = anna->store().begin();
  object::Conflict conflict;
  for (const char* text : {"ours", "base", "theirs"}) {
    terms.push_back(object::write_file(batch, as_bytes(std::string_view(text))));
    conflict.terms.push_back(object::Value::of(object::Mode::file, terms.back()));
  }
  const auto block = batch.write(object::Kind::conflict, object::encode_conflict(conflict));
  repo::TreeCommit request;
  request.branch = anna.main();
  request.tree =
      RepoDevice::write_tree(batch, {{"a", object::Value::of(object::Mode::conflict, block)}});
  request.message = "conflict\n";
  request.author = request.committer = anna.person();
  request.what = "commit";
  repo::commit_tree(*anna, std::move(batch), request);
  gc_all(anna);
  for (const auto& term : terms) CHECK(anna->store().has(term));
  CHECK(faults_of(anna) == "");
}

TEST_CASE("the history index goes with the commits that it speaks of") {
  RepoDevice anna("anna", 1);
  anna.found();
  object::Id last;
  for (int i = 0; i < 80; ++i) last = anna.commit(anna.main(), {{"a", std::to_string(i)}});
  repo::undo(*anna);
  const auto index = [&] { return anna.fs.stat("r/.hn/store/history/chain").has_value(); };
  anna.open();
  CHECK(anna->history().generation(last).has_value());
  anna.close();
  REQUIRE(index());
  anna.open();
  CHECK(gc_all(anna).store.dropped_commits == 1);
  CHECK(!index());
  anna.open();
  CHECK(!anna->history().generation(last).has_value());
  CHECK(faults_of(anna) == "");
}

TEST_CASE("after a collection a block that went is not believed to be here") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  let_in(anna, bob, log::Right::write);
  const auto first = anna.commit(anna.main(), {{"a", "1"}});
  repo::publish_drafts(*anna);
  const auto second = anna.commit(anna.main(), {{"a", text_of(50, "2")}}, {first});
  repo::publish_drafts(*anna);
  sync(anna, bob);
  CHECK(repo::absent_blocks(*bob, 100).empty());
  anna.commit(anna.main(), {{"a", "3"}}, {first}, repo::Own::rewritten, "amend");
  repo::publish_drafts(*anna);
  sync(anna, bob);
  CHECK(repo::absent_blocks(*bob, 100).empty());
  const std::size_t known_whole = bob->store().list(repo::key::kWhole).size();
  CHECK(gc_all(bob).store.dropped_commits == 1);
  CHECK(!bob->store().has(second));
  CHECK(bob->store().list(repo::key::kWhole).size() == known_whole - 1);
  // It comes back under another publish.
  repo::create_branch(*anna, "again", second);
  repo::publish_drafts(*anna);
  sync(anna, bob);
  CHECK(bob.files(second).at("a") == text_of(50, "2"));
  CHECK(faults_of(bob) == "");
}
