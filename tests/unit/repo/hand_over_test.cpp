#include "hn/repo/hand_over.hpp"

#include <doctest/doctest.h>

#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

const Files kFiles = {{"a", "1\n"}, {"d/a", "2\n"}, {"d/b", "3\n"}};

struct Pair {
  Pair() {
    anna.found();
    bob.clone(anna->id());
    tip = anna.commit(anna.main(), kFiles);
    repo::publish_drafts(*anna);
  }
  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  object::Id tip;
};

}  // namespace

TEST_CASE("a store has all that another one had, and is given nothing twice") {
  Pair pair;
  const auto given = repo::hand_over(*pair.anna, *pair.bob);
  CHECK(given.entries == 2);
  // The manifest, a commit, two folders, three files.
  CHECK(given.blocks == 7);
  CHECK(pair.bob.files(pair.tip) == kFiles);
  CHECK(repo::state_digest(*pair.bob) == repo::state_digest(*pair.anna));
  CHECK(repo::is_whole(*pair.bob, live_publishes(pair.bob->view()).back().id));
  const auto again = repo::hand_over(*pair.anna, *pair.bob);
  CHECK(again.entries == 0);
  CHECK(again.blocks == 0);
}

TEST_CASE("another process sees no entry without its blocks") {
  Pair pair;
  std::size_t looks = 0;
  pair.bob.fs.watch([&] {
    const repo::Repository seen(pair.bob.world(), repo::Layout{"r"}, RepoDevice::kOptions);
    for (const log::LivePublish& publish : live_publishes(seen.view())) {
      if (!publish.target) continue;
      ++looks;
      CHECK(seen.store().has(publish.manifest->root));
      CHECK(seen.store().has(pair.tip));
    }
  });
  repo::hand_over(*pair.anna, *pair.bob);
  pair.bob.fs.watch({});
  CHECK(looks > 0);
}

TEST_CASE("drafts stay where they are") {
  Pair pair;
  repo::hand_over(*pair.anna, *pair.bob);
  pair.anna.commit(pair.anna.main(), {{"a", "draft\n"}});
  CHECK(repo::hand_over(*pair.anna, *pair.bob).entries == 0);
  CHECK(repo::tip_of(*pair.bob, pair.bob.main()).commit == pair.tip);
}

TEST_CASE("what neither has stays lacking, and comes when one has it") {
  Pair pair;
  RepoDevice carl("carl", 3);
  carl.clone(pair.anna->id());
  send_entries(pair.anna, pair.bob);
  const auto lacking = object::address_of(object::id_of(object::Kind::chunk, as_bytes("2\n")));
  for (const bool all : {false, true}) {
    store::Batch batch = pair.bob->store().begin();
    const auto root = *live_publishes(pair.anna->view()).back().manifest;
    send_block(pair.anna, batch, object::address_of(root.root));
    const auto rows = *log::read_rows(pair.anna->store(), root, 0, root.rows);
    for (const log::ManifestRow& row : rows)
      if (all || row.address != lacking) send_block(pair.anna, batch, row.address);
    batch.commit();
    repo::hand_over(*pair.bob, *carl);
    CHECK(carl->store().has(object::id_at(lacking)) == all);
    CHECK(carl->store().get(repo::key::held(root)).has_value() == all);
    CHECK(repo::is_whole(*carl, live_publishes(carl->view()).back().id) == all);
  }
  CHECK(carl.files(pair.tip) == kFiles);
}

TEST_CASE("what is lacking though its manifest is held comes too") {
  Pair pair;
  store::Batch batch = pair.bob->store().begin();
  batch.put(repo::key::held(*live_publishes(pair.anna->view()).back().manifest), {});
  batch.commit();
  repo::hand_over(*pair.anna, *pair.bob);
  CHECK(pair.bob.files(pair.tip) == kFiles);
}

// Its base is another one's to bring, so it comes in a form that needs none.
TEST_CASE("a difference goes over also where its base does not") {
  Pair pair;
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::to_string(i * 7919) + "\n";
  store::Batch batch = pair.anna->store().begin();
  const object::Id base = batch.write(object::Kind::chunk, as_bytes(text + "never committed\n"));
  const object::Id file = batch.write(object::Kind::chunk, as_bytes(text), base);
  batch.commit();
  REQUIRE(pair.anna->store().read_stored(object::address_of(file))->base.has_value());
  const object::Id tip = pair.anna.commit(pair.anna.main(), {{"a", text}});
  repo::publish_drafts(*pair.anna);
  repo::hand_over(*pair.anna, *pair.bob);
  CHECK(pair.bob.files(tip) == Files{{"a", text}});
  CHECK_FALSE(pair.bob->store().has(base));
}
