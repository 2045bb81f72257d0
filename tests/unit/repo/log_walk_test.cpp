#include "hn/repo/log_walk.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "support/commit_source.hpp"
#include "support/crash_fs.hpp"
#include "support/seed.hpp"

using namespace hn;
using namespace hn::testing;
using object::Id;

namespace {

std::vector<Id> walk(const store::BlockHistory& history, const std::vector<Id>& from) {
  repo::LogWalk walk(history);
  for (const Id& id : from) walk.start(id);
  std::vector<Id> out;
  while (const auto id = walk.next()) out.push_back(*id);
  return out;
}

// All at once: always the greatest (time, id) of those whose children are all out.
std::vector<Id> in_order(const CommitSource& source, const std::vector<Id>& from) {
  const MemoryHistory history(source.blocks);
  const auto parents_of = [&](const Id& id) { return *history.parents(id); };
  const auto all = object::reachable(history, from, {}, SIZE_MAX);
  std::map<Id, std::size_t> children;
  for (const Id& id : *all)
    for (const Id& parent : parents_of(id)) ++children[parent];
  std::set<std::pair<std::int64_t, Id>> free;
  const auto add = [&](const Id& id) {
    free.emplace(object::read_commit(source.blocks, id)->committer.time.seconds, id);
  };
  for (const Id& id : *all)
    if (!children.contains(id)) add(id);
  std::vector<Id> out;
  while (!free.empty()) {
    const Id id = free.rbegin()->second;
    free.erase(std::prev(free.end()));
    out.push_back(id);
    for (const Id& parent : parents_of(id))
      if (--children[parent] == 0) add(parent);
  }
  return out;
}

}  // namespace

TEST_CASE("log order is the newest first and never a parent before its child") {
  const std::uint64_t seed = seed_of_run(11);
  MESSAGE("HN_SEED=" << seed);
  for (std::uint64_t run = 0; run < 60; ++run) {
    INFO("run " << run);
    CommitSource source(seed + run);
    source.grow(1 + source.below(200));
    const store::BlockHistory history(source.blocks);
    for (const auto& from : {std::vector{source.ids.back()}, std::vector{source.any()},
                             std::vector{source.any(), source.any(), source.any()}}) {
      REQUIRE(walk(history, from) == in_order(source, from));
    }
  }
}

TEST_CASE("the first commits of a long history cost few look-ups") {
  CommitSource source(1);
  Id tip = source.write({});
  const Id root = tip;
  for (int i = 0; i < 3000; ++i) tip = source.write({tip});
  const Id side = source.write({root});  // an old branch
  for (int i = 0; i < 20; ++i) tip = source.write({tip});
  const Id merged = source.write({tip, side});
  test::CrashFs fs;
  fs.make_folder("hn");
  {
    const store::HistoryIndex index(fs, "hn", {});
    const store::BlockHistory history(source.blocks, &index);
    CHECK(history.generation(merged));
    history.keep();
  }
  const store::HistoryIndex index(fs, "hn", {});
  REQUIRE(index.row_of(merged));
  const store::BlockHistory history(source.blocks, &index);
  source.blocks.reads = 0;
  repo::LogWalk walk(history);
  walk.start(merged);
  CHECK(walk.next() == merged);
  for (int i = 0; i < 10; ++i) CHECK(walk.next());
  CHECK(source.blocks.reads == 0);
}

TEST_CASE("a walk goes on where a page of the index turns out damaged") {
  CommitSource source(3);
  for (int i = 0; i < 300; ++i)
    source.write(source.ids.empty() ? std::vector<Id>{} : std::vector{source.ids.back()});
  test::CrashFs fs;
  fs.make_folder("hn");
  {
    const store::HistoryIndex index(fs, "hn", {});
    const store::BlockHistory history(source.blocks, &index);
    CHECK(history.generation(source.ids.back()));
    history.keep();
  }
  for (const std::string& name : fs.list("hn/history")) {
    if (!name.ends_with(".layer")) continue;
    const auto file = fs.open("hn/history/" + name, os::Access::update);
    file->write_at(1000, Bytes(1, 0xee));  // the oldest rows, which a walk comes to last
  }
  const store::HistoryIndex index(fs, "hn", {});
  const store::BlockHistory history(source.blocks, &index);
  repo::LogWalk walk(history);
  walk.start(source.ids.back());
  std::vector<Id> out;
  while (const auto id = walk.next()) {
    out.push_back(*id);
    if (out.size() == 100) CHECK_FALSE(index.is_damaged());
  }
  CHECK(index.is_damaged());
  CHECK(out == std::vector<Id>(source.ids.rbegin(), source.ids.rend()));
}

TEST_CASE("what is here above a commit that is not is given out before it") {
  CommitSource source(2);
  const Id missing = source.some_id();
  const Id root = source.write({});
  const Id torn = source.write({missing});
  const Id merge = source.write({root, torn});
  const store::BlockHistory history(source.blocks);
  const std::vector<Id> out = walk(history, {merge});
  REQUIRE(out.size() == 4);
  CHECK(out.front() == merge);
  CHECK(out.back() == missing);
}
