#include "hn/repo/arrivals.hpp"

#include <doctest/doctest.h>

#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

// Whether a clone knows that nothing is lacking, from what came alone.
namespace {

// A history of Anna's with a file of several chunks and a folder, its blocks as Bob gets them: the
// last rows first.
struct Source {
  Source() {
    anna.found();
    bob.clone(anna->id());
    std::string text;
    for (int i = 0; text.size() < 700'000; ++i) text += std::to_string(i * 7919) + "\n";
    anna.commit(anna.main(), {{"a", "1\n"}, {"d/a", text}, {"d/b", "2\n"}});
    tip = anna.commit(anna.main(), {{"a", "1\n"}, {"d/a", text}, {"d/b", "3\n"}});
    repo::publish_drafts(*anna);
    send_entries(anna, bob);
    const log::ManifestRoot root = *live_publishes(anna->view()).back().manifest;
    const auto all = *log::read_rows(anna->store(), root, 0, root.rows);
    for (const log::ManifestRow& row : all) rows.insert(rows.begin(), object::id_at(row.address));
  }

  void send(const object::Id& id, repo::Arrivals& arrivals) {
    store::Batch batch = bob->store().begin();
    CHECK(send_block(anna, batch, object::address_of(id)));
    batch.commit();
    const auto block = bob->store().read(id);
    const object::BlockView view{block->kind, block->bytes};
    arrivals.add({&id, 1}, object::named_by({&view, 1}));
  }
  bool knows_whole() { return repo::is_whole(*bob, live_publishes(bob->view()).back().id); }

  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  object::Id tip;
  std::vector<object::Id> rows;
};

}  // namespace

TEST_CASE("all that came is whole, whatever the order") {
  for (const bool reversed : {false, true}) {
    Source source;
    repo::Arrivals arrivals(source.bob->store());
    if (reversed) std::ranges::reverse(source.rows);
    for (const object::Id& id : source.rows) {
      CHECK_FALSE(arrivals.hold_whole(source.tip));
      source.send(id, arrivals);
    }
    CHECK(arrivals.hold_whole(source.tip));
    CHECK_FALSE(source.knows_whole());
    CHECK(repo::absent_blocks(*source.bob, 10, {}, &arrivals).empty());
    CHECK(source.knows_whole());
  }
}

TEST_CASE("whatever block does not come is lacking") {
  const std::size_t count = Source().rows.size();
  CHECK(count > 10);
  for (std::size_t without = 0; without < count; ++without) {
    Source source;
    repo::Arrivals arrivals(source.bob->store());
    const object::Id lacking = source.rows[without];
    for (const object::Id& id : source.rows)
      if (id != lacking) source.send(id, arrivals);
    CHECK_FALSE(arrivals.hold_whole(source.tip));
    CHECK(repo::absent_blocks(*source.bob, 10, {}, &arrivals) ==
          std::vector{object::address_of(lacking)});
    CHECK_FALSE(source.knows_whole());
    source.send(lacking, arrivals);
    source.send(lacking, arrivals);
    CHECK(arrivals.hold_whole(source.tip));
  }
}

TEST_CASE("what is awaited is known without a walk, as long as something comes") {
  Source source;
  repo::Arrivals arrivals(source.bob->store());
  CHECK(arrivals.take_awaited(10).empty());
  // The commit alone, then whatever is awaited, one after the other.
  std::vector<object::Id> awaited{source.tip};
  std::size_t rounds = 0;
  while (!awaited.empty()) {
    for (const object::Id& id : awaited) source.send(id, arrivals);
    CHECK(arrivals.hold_whole(source.tip) == (rounds == 4));
    awaited = arrivals.take_awaited(100);
    ++rounds;
  }
  CHECK(arrivals.hold_whole(source.tip));
  CHECK(repo::absent_blocks(*source.bob, 10, {}, &arrivals).empty());
  CHECK(source.knows_whole());
}

TEST_CASE("what nobody sends is asked for once, and then the walk says what is lacking") {
  Source source;
  repo::Arrivals arrivals(source.bob->store());
  source.send(source.tip, arrivals);
  const auto awaited = arrivals.take_awaited(100);
  CHECK(awaited.size() == 2);  // its folder, and its parent
  CHECK(arrivals.take_awaited(100).empty());
  source.send(awaited.front(), arrivals);
  CHECK_FALSE(arrivals.take_awaited(100).empty());
  CHECK_FALSE(repo::absent_blocks(*source.bob, 10, {}, &arrivals).empty());
  CHECK_FALSE(source.knows_whole());
}

TEST_CASE("what is awaited and is here all the same is not lacking") {
  Source source;
  repo::Arrivals arrivals(source.bob->store());
  for (const object::Id& id : source.rows) {
    if (id == source.tip) continue;
    repo::Arrivals others(source.bob->store());
    source.send(id, others);
  }
  source.send(source.tip, arrivals);
  // All it names is here: the walk finds out.
  CHECK(repo::absent_blocks(*source.bob, 10, {}, &arrivals).empty());
  CHECK(source.knows_whole());
}

TEST_CASE("what was here before the first block came is not known to be whole") {
  Source source;
  repo::Arrivals before(source.bob->store());
  source.send(source.rows.front(), before);
  repo::Arrivals arrivals(source.bob->store());
  for (std::size_t i = 1; i < source.rows.size(); ++i) source.send(source.rows[i], arrivals);
  CHECK_FALSE(arrivals.hold_whole(source.tip));
  // But the walk finds out.
  CHECK(repo::absent_blocks(*source.bob, 10, {}, &arrivals).empty());
  CHECK(source.knows_whole());
}

TEST_CASE("a block that is not well formed leaves it to the walk") {
  Source source;
  repo::Arrivals arrivals(source.bob->store());
  for (const object::Id& id : source.rows) source.send(id, arrivals);
  CHECK(arrivals.hold_whole(source.tip));
  const object::BlockView no_tree{object::Kind::tree, as_bytes("?")};
  const object::Id id = object::id_of(no_tree.kind, no_tree.bytes);
  arrivals.add({&id, 1}, object::named_by({&no_tree, 1}));
  CHECK_FALSE(arrivals.hold_whole(source.tip));
}

TEST_CASE("a folder may name an id of zeros") {
  Source source;
  repo::Arrivals arrivals(source.bob->store());
  const object::TreeNode node{
      0, {{"a", object::Value::of(object::Mode::file, object::Id{})}}, {}, {}};
  const Bytes bytes = object::encode_tree_node(node);
  const object::Id id = object::id_of(object::Kind::tree, bytes);
  const object::BlockView view{object::Kind::tree, bytes};
  arrivals.add({&id, 1}, object::named_by({&view, 1}));
  CHECK_FALSE(arrivals.hold_whole(id));
}
