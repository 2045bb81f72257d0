#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <utility>

#include "history_bench.hpp"
#include "hn/store/history.hpp"

using namespace hn;
using namespace hn::store;
using Bench = hn::testing::HistoryBench;
using object::Id;

namespace {

// A commit on top of the last one, whose folder has this file alone.
Id grow_by_tree(Bench& bench, const std::string& name) {
  object::Commit commit;
  const object::TreeEntry entry{name, object::Value::of(object::Mode::file, Id{})};
  commit.tree = object::write_tree(bench.source.blocks, std::vector{entry});
  if (!bench.source.ids.empty()) commit.parents = {bench.source.ids.back()};
  commit.author = commit.committer = {"Anna", "anna@example.org", {1, 0}};
  const Id id = bench.source.blocks.write(object::Kind::commit, *object::encode_commit(commit));
  bench.source.ids.push_back(id);
  return id;
}

// Something happens when the first block is read.
class Meanwhile final : public object::BlockReader {
 public:
  Meanwhile(const object::BlockReader& blocks, std::function<void()> happens)
      : blocks_(blocks), happens_(std::move(happens)) {}

  Result<object::Block> read(const Id& id) const override {
    if (happens_) std::exchange(happens_, nullptr)();
    return blocks_.read(id);
  }
  bool has(const Id& id) const override { return blocks_.has(id); }

 private:
  const object::BlockReader& blocks_;
  mutable std::function<void()> happens_;
};

}  // namespace

TEST_CASE("filters of changed paths stay with their commits when layers are swallowed") {
  Bench bench(3);
  std::vector<Id> ids;
  std::vector<std::string> changed;
  const auto grow = [&](int commits) {
    for (int i = 0; i < commits; ++i) {
      changed.push_back("file " + std::to_string(ids.size()));
      ids.push_back(grow_by_tree(bench, changed.back()));
    }
  };
  const auto check = [&] {
    const HistoryIndex index = bench.open();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto row = index.row_of(ids[i]);
      REQUIRE(row);
      CHECK(index.changed_by(*row, path_key(changed[i])) == Changed::yes);
      CHECK(index.changed_by(*row, path_key(changed[i] + " is another")) == Changed::no);
    }
    CHECK(check_history(index, bench.source.blocks).empty());
  };
  grow(40);
  bench.open().add(bench.all_facts(), {});
  CHECK(bench.open().changed_by(0, path_key("any")) == Changed::not_known);
  bench.open().add_filters(bench.source.blocks);
  check();
  grow(30);
  const auto news = bench.all_facts(40);
  bench.source.blocks.reads = 0;
  bench.open().add(news, {}, &bench.source.blocks);
  CHECK(bench.source.blocks.reads == 60);  // two trees for each that is new
  check();
  bench.source.blocks.reads = 0;
  bench.open().add_filters(bench.source.blocks);
  CHECK(bench.source.blocks.reads == 0);
}

TEST_CASE("while filters are made others write and remove the index, and make none themselves") {
  for (const bool removed : {false, true}) {
    Bench bench(6);
    for (int i = 0; i < 50; ++i) grow_by_tree(bench, "file " + std::to_string(i));
    const std::vector<CommitFacts> news = bench.all_facts();
    const std::vector<CommitFacts> first(news.begin(), news.begin() + 40);
    bench.open().add(first, {});
    const Meanwhile reader(bench.source.blocks, [&] {
      const std::size_t reads = bench.source.blocks.reads;
      bench.open().add_filters(bench.source.blocks);
      CHECK(bench.source.blocks.reads == reads);
      bench.open().add(news, {});
      CHECK(bench.open().size() == 50);
      if (removed) bench.open().discard();
    });
    bench.open().add_filters(reader);
    const HistoryIndex index = bench.open();
    REQUIRE(index.size() == (removed ? 0 : 50));
    CHECK(index.is_sound());
    if (removed) continue;
    for (const CommitFacts& facts : first)
      CHECK_FALSE(index.filter_of(*index.row_of(facts.id)).empty());
    CHECK(check_history(index, bench.source.blocks).empty());
  }
}

TEST_CASE("a row whose filter is that of another change is told") {
  Bench bench(4);
  testing::MemoryBlocks& blocks = bench.source.blocks;
  testing::MemoryBlocks others;
  const auto tree = [](testing::MemoryBlocks& to, const std::string& name) {
    const object::TreeEntry entry{name, object::Value::of(object::Mode::file, Id{})};
    return object::write_tree(to, std::vector{entry});
  };
  object::Commit commit;
  commit.tree = tree(blocks, "one");
  commit.author = commit.committer = {"Anna", "anna@example.org", {1, 0}};
  const Id id = blocks.write(object::Kind::commit, *object::encode_commit(commit));
  bench.source.ids.push_back(id);
  // The block of another folder under the id of this one.
  others.damage(commit.tree, object::Kind::tree,
                blocks.read(tree(blocks, "two"), object::Kind::tree).value());
  bench.open().add(bench.all_facts(), {}, &others);
  const auto wrong = check_history(bench.open(), blocks);
  REQUIRE(wrong.size() == 1);
  CHECK(wrong.front().id == id);
  CHECK(std::string_view(wrong.front().what) == "its filter of paths is another");
}

TEST_CASE("subjects of messages stay with their commits, and one that lies is told") {
  Bench bench(5);
  bench.source.grow(200);
  const auto check = [&] {
    const HistoryIndex index = bench.open();
    for (const Id& id : bench.source.ids) {
      const auto row = index.row_of(id);
      REQUIRE(row);
      CHECK(index.subject_of(*row) == object::read_commit(bench.source.blocks, id)->message);
    }
    CHECK(check_history(index, bench.source.blocks).empty());
  };
  for (const std::size_t commits : {std::size_t{0}, std::size_t{100}}) {
    bench.source.grow(commits);
    const HistoryIndex index = bench.open();
    const BlockHistory history(bench.source.blocks, &index);
    for (const Id& id : bench.source.ids) REQUIRE(history.generation(id));
    history.keep();
    check();
  }
  bench.open().discard();
  const Id id = bench.source.ids.front();
  bench.open().add({bench.facts(id)}, {}, nullptr, {{id, "a lie"}});
  const auto wrong = check_history(bench.open(), bench.source.blocks);
  REQUIRE(wrong.size() == 1);
  CHECK(std::string_view(wrong.front().what) == "its subject is another");
  bench.open().discard();
  bench.open().add({bench.facts(id)}, {}, nullptr, {{id, std::string(256, 's')}});
  CHECK(bench.open().subject_of(0).empty());
}
