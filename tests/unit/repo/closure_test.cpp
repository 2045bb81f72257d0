#include "hn/repo/closure.hpp"

#include <doctest/doctest.h>

#include "hn/repo/bundle.hpp"
#include "hn/repo/fsck.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

std::vector<log::ManifestRow> rows_of(RepoDevice& device) {
  const auto live = live_publishes(device->view());
  const log::ManifestRoot root = *live.back().manifest;
  return *log::read_rows(device->store(), root, 0, root.rows);
}

}  // namespace

TEST_CASE("a manifest names every block once") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}, {"d/a", "1\n"}, {"d/b", "2\n"}});
  anna.commit(anna.main(), {{"a", "1\n"}, {"d/a", "3\n"}, {"d/b", "2\n"}});
  repo::publish_drafts(*anna);
  const auto rows = rows_of(anna);
  std::set<object::Address> once;
  for (const auto& row : rows) CHECK(once.insert(row.address).second);
  // Two commits, two roots, two folders, and "1", "2", "3".
  CHECK(rows.size() == 9);
}

TEST_CASE("git's bytes beside a commit go with it, also where they fill a file") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}});
  store::Batch batch = anna->store().begin();
  std::string text;
  for (int i = 0; text.size() < 700'000; ++i) text += std::to_string(i * 7919) + "\n";
  auto commit = *object::read_commit(anna->store(), *repo::tip_of(*anna, anna.main()).commit);
  commit.raw = object::write_file(batch, as_bytes(text));
  const object::Id tip = batch.write(object::Kind::commit, *object::encode_commit(commit));
  batch.commit();
  const std::size_t chunks = object::chunks_of(anna->store(), *commit.raw)->size();
  std::size_t visited = 0;
  repo::ClosureWalk walk(
      anna->store(), [&](const object::Id&, std::uint32_t) { ++visited; },
      [](const object::Id&) {});
  walk.tree_of(*walk.commit_block(tip));
  // The commit, its folder, a file; the list and its chunks.
  CHECK(visited == 4 + chunks);
  CHECK(chunks > 1);
}

TEST_CASE("a change that was taken back hides nothing from the walk") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  const Files one = {{"d/a", "1\n"}, {"d/b", "stays\n"}};
  const Files other = {{"d/a", "2\n"}, {"d/b", "stays\n"}};
  anna.commit(anna.main(), one);
  anna.commit(anna.main(), other);
  const auto tip = anna.commit(anna.main(), one);
  repo::publish_drafts(*anna);
  CHECK(rows_of(anna).size() == 3 + 2 * 2 + 3);
  sync(anna, bob);
  CHECK(bob.files(tip) == one);
}

TEST_CASE("missing blocks are told") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  const auto tip = anna.commit(anna.main(), {{"a", "1\n"}});
  repo::publish_drafts(*anna);
  send_entries(anna, bob);
  CHECK(repo::absent_blocks(*bob, 10) == std::vector{object::address_of(tip)});
  const Hash before = repo::state_digest(*bob);
  CHECK(before != repo::state_digest(*anna));
  send_blocks(anna, bob);
  CHECK(repo::absent_blocks(*bob, 10).empty());
  CHECK(repo::state_digest(*bob) == repo::state_digest(*anna));
}

TEST_CASE("a branch stands where it stood until all files of its next commit are here") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  const auto first = anna.commit(anna.main(), {{"a", "1\n"}});
  repo::publish_drafts(*anna);
  sync(anna, bob);
  const auto second = anna.commit(anna.main(), {{"a", "2\n"}});
  repo::publish_drafts(*anna);
  send_entries(anna, bob);
  store::Batch batch = bob->store().begin();
  const object::Id file = object::id_of(object::Kind::chunk, as_bytes("2\n"));
  for (const auto& row : rows_of(anna)) {
    if (row.address != object::address_of(file)) send_block(anna, batch, row.address);
  }
  batch.commit();
  REQUIRE(bob->store().has(second));
  const repo::Tip waiting = repo::tip_of(*bob, bob.main());
  CHECK(waiting.incomplete);
  CHECK(waiting.absent == file);
  CHECK(waiting.commit == first);
  CHECK(repo::state_digest(*bob) != repo::state_digest(*anna));
  send_blocks(anna, bob);
  CHECK(repo::tip_of(*bob, bob.main()).commit == second);
  CHECK(repo::state_digest(*bob) == repo::state_digest(*anna));
}

TEST_CASE("what a draft stands on is asked for although it is no longer live") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  let_in(anna, bob, log::Right::write);
  const auto first = anna.commit(anna.main(), {{"a", "1\n"}});
  const auto second = anna.commit(anna.main(), {{"a", "2\n"}});
  repo::publish_drafts(*anna);
  send_entries(anna, bob);
  // All but the first version of the file comes.
  const object::Id old_file = object::id_of(object::Kind::chunk, as_bytes("1\n"));
  store::Batch batch = bob->store().begin();
  for (const auto& row : rows_of(anna)) {
    if (row.address != object::address_of(old_file)) send_block(anna, batch, row.address);
  }
  batch.commit();
  bob.commit(bob.main(), {{"a", "2\n"}, {"b", "bob's\n"}}, {second});
  anna.commit(anna.main(), {{"a", "other\n"}}, {}, repo::Own::rewritten);
  repo::publish_drafts(*anna);
  sync(anna, bob);
  CHECK(repo::absent_blocks(*bob, 10).empty());
  CHECK(bob.files(first) == anna.files(first));
}

TEST_CASE("a bundle carries a repository") {
  RepoDevice anna("anna", 1);
  RepoDevice bob("bob", 2);
  anna.found();
  bob.clone(anna->id());
  const auto tip = anna.commit(anna.main(), {{"a", "1\n"}, {"d/a", "2\n"}});
  const auto made = repo::create_bundle(*anna, "bundle");
  CHECK_THROWS_AS(repo::create_bundle(*anna, "bundle"), Failure);
  const Bytes bytes = os::read_file(anna.fs, "bundle");
  bob.fs.open("bundle", os::Access::create)->write_at(0, bytes);
  CHECK(repo::apply_bundle(*bob, "bundle").blocks == made.blocks);
  CHECK(bob.files(tip) == anna.files(tip));
  CHECK(repo::state_digest(*bob) == repo::state_digest(*anna));
  CHECK(repo::apply_bundle(*bob, "bundle").blocks == 0);
  CHECK(repo::fsck(*bob, [](const repo::Fault& f) { MESSAGE(f.what); }).faults == 0);
}

TEST_CASE("a damaged bundle is refused whole") {
  RepoDevice anna("anna", 1);
  anna.found();
  anna.commit(anna.main(), {{"a", "1\n"}});
  repo::create_bundle(*anna, "bundle");
  const Bytes whole = os::read_file(anna.fs, "bundle");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    for (const bool cut : {true, false}) {
      CAPTURE(at);
      Bytes bytes = whole;
      if (cut) {
        bytes.resize(at);
      } else {
        bytes[at] ^= 1;
      }
      RepoDevice bob("bob", at);
      bob.clone(anna->id());
      bob.fs.open("bundle", os::Access::create)->write_at(0, bytes);
      CHECK_THROWS_AS(repo::apply_bundle(*bob, "bundle"), Failure);
      CHECK(bob->store().entry_count() == 0);
    }
  }
}
