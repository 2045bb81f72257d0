#include "hn/object/history.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "hn/base/random.hpp"
#include "hn/object/row_history.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;
using hn::testing::MemoryHistory;

namespace {

// Commits by number; parents have smaller ones.
struct Graph {
  std::size_t commit(const std::vector<std::size_t>& parents) {
    Commit c;
    c.message = std::to_string(ids.size());
    for (const std::size_t p : parents) c.parents.push_back(ids[p]);
    ids.push_back(blocks.write(Kind::commit, encode_commit(c).value()));
    above.push_back(parents);
    return ids.size() - 1;
  }

  std::vector<Id> pick(const std::vector<std::size_t>& numbers) const {
    std::vector<Id> out;
    for (const std::size_t n : numbers) out.push_back(ids[n]);
    return out;
  }

  // By definition, not by cleverness.
  std::set<std::size_t> ancestors(const std::vector<std::size_t>& of) const {
    std::set<std::size_t> out;
    std::vector<std::size_t> open = of;
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (out.insert(at).second) open.insert(open.end(), above[at].begin(), above[at].end());
    }
    return out;
  }

  std::uint64_t generation(std::size_t n) const {
    return MemoryHistory(blocks).generation(ids[n]).value();
  }

  MemoryBlocks blocks;
  std::vector<Id> ids;
  std::vector<std::vector<std::size_t>> above;
};

Graph random_graph(SeededRandom& random) {
  Graph g;
  const std::size_t size = 1 + random.below(40);
  for (std::size_t n = 0; n < size; ++n) {
    std::vector<std::size_t> parents;
    const std::size_t most = n == 0 ? 0 : std::min<std::size_t>(n, random.below(4));
    const std::size_t window = 1 + random.below(10);  // recent ones, so that the graph is deep
    for (std::size_t i = 0; i < most; ++i) {
      const std::size_t p = n - 1 - random.below(std::min(n, window));
      if (std::ranges::find(parents, p) == parents.end()) parents.push_back(p);
    }
    g.commit(parents);
  }
  return g;
}

std::vector<std::size_t> random_set(const Graph& g, SeededRandom& random) {
  std::vector<std::size_t> out(random.below(4));
  for (std::size_t& n : out) n = random.below(g.ids.size());
  return out;
}

std::vector<Id> naive_common(const Graph& g, const std::vector<std::size_t>& a,
                             const std::vector<std::size_t>& b) {
  const auto of_a = g.ancestors(a);
  const auto of_b = g.ancestors(b);
  std::vector<std::size_t> common;
  std::ranges::set_intersection(of_a, of_b, std::back_inserter(common));
  std::vector<std::pair<std::uint64_t, Id>> maximal;
  for (const std::size_t c : common) {
    const bool covered = std::ranges::any_of(
        common, [&](std::size_t other) { return other != c && g.ancestors({other}).contains(c); });
    if (!covered) maximal.emplace_back(g.generation(c), g.ids[c]);
  }
  std::ranges::sort(maximal, std::greater<>());
  std::vector<Id> out;
  for (const auto& [generation, id] : maximal) out.push_back(id);
  return out;
}

std::vector<Id> naive_reachable(const Graph& g, const std::vector<std::size_t>& from,
                                const std::vector<std::size_t>& without) {
  const auto excluded = g.ancestors(without);
  std::vector<std::pair<std::uint64_t, Id>> found;
  for (const std::size_t n : g.ancestors(from)) {
    if (!excluded.contains(n)) found.emplace_back(UINT64_MAX - g.generation(n), g.ids[n]);
  }
  std::ranges::sort(found);
  std::vector<Id> out;
  for (const auto& [generation, id] : found) out.push_back(id);
  return out;
}

}  // namespace

TEST_CASE("on random graphs every question has the answer of its definition") {
  const char* given = std::getenv("HN_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  MESSAGE("HN_SEED=" << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 40; ++round) {
    const Graph g = random_graph(random);
    const MemoryHistory history(g.blocks);
    const RowHistory rows(history);
    // Of all commits, or of those that some reach.
    RowHistory tabled(history);
    const auto tips = random.below(2) == 0 ? g.ids : g.pick(random_set(g, random));
    tabled.use(std::make_shared<const HistoryTable>(HistoryTable::of(history, tips).value()));
    for (int i = 0; i < 10; ++i) {
      const auto a = random_set(g, random);
      const auto b = random_set(g, random);
      CHECK(common_ancestors(history, g.pick(a), g.pick(b)).value() == naive_common(g, a, b));
      CHECK(rows.common_ancestors(g.pick(a), g.pick(b)).value() == naive_common(g, a, b));
      const auto from_table = tabled.common_with_earlier();
      const auto alone = tabled.common_with_earlier();  // beside the other one
      std::vector<std::size_t> earlier;
      for (const auto next : random_set(g, random)) {
        const Id id = g.ids[next];
        CHECK(from_table->common_with(id).value() == naive_common(g, earlier, {next}));
        CHECK(alone->common_with(id).value().empty());
        REQUIRE(from_table->add(id).has_value());
        earlier.push_back(next);
        for (const auto other : b) {
          const auto common = naive_common(g, earlier, {other});
          CHECK(from_table->common_with(g.ids[other]).value() == common);
        }
      }
      GrowingAncestors growing(history);
      auto before = a;
      before.resize(1);
      for (const Id& id : g.pick(before)) REQUIRE(growing.add(id).has_value());
      for (const auto next : b) {
        CHECK(growing.common_with(g.pick({next})[0]).value() == naive_common(g, before, {next}));
        REQUIRE(growing.add(g.pick({next})[0]).has_value());
        before.push_back(next);
      }
      CHECK(reachable(history, g.pick(a), g.pick(b), 1000).value() == naive_reachable(g, a, b));
      CHECK(reachable(rows, g.pick(a), g.pick(b), 1000).value() == naive_reachable(g, a, b));
      const std::size_t x = random.below(g.ids.size());
      const std::size_t y = random.below(g.ids.size());
      CHECK(is_ancestor(history, g.ids[x], g.ids[y]).value() == g.ancestors({y}).contains(x));
    }
  }
}

TEST_CASE("a commit is its own ancestor, and its own common one") {
  Graph g;
  const std::size_t root = g.commit({});
  const std::size_t tip = g.commit({root});
  const MemoryHistory history(g.blocks);
  CHECK(*is_ancestor(history, g.ids[tip], g.ids[tip]));
  CHECK(*common_ancestors(history, g.pick({tip}), g.pick({tip})) == g.pick({tip}));
  CHECK(*common_ancestors(history, g.pick({root}), g.pick({tip})) == g.pick({root}));
}

TEST_CASE("histories that share nothing have no common ancestor") {
  Graph g;
  const std::size_t a = g.commit({g.commit({})});
  const std::size_t b = g.commit({});
  const MemoryHistory history(g.blocks);
  CHECK(common_ancestors(history, g.pick({a}), g.pick({b}))->empty());
}

TEST_CASE("a limit takes the newest") {
  Graph g;
  std::size_t tip = g.commit({});
  for (int i = 0; i < 9; ++i) tip = g.commit({tip});
  const MemoryHistory history(g.blocks);
  CHECK(*reachable(history, g.pick({tip}), {}, 3) == g.pick({9, 8, 7}));
  CHECK(reachable(history, g.pick({tip}), {}, 0)->empty());
}

TEST_CASE("a missing commit is an answer, not an end of history") {
  Graph g;
  const std::size_t root = g.commit({});
  const std::size_t a = g.commit({root});
  const std::size_t b = g.commit({root});
  g.blocks.remove(g.ids[root]);
  const MemoryHistory history(g.blocks);
  const auto common = common_ancestors(history, g.pick({a}), g.pick({b}));
  REQUIRE(!common);
  CHECK(common.error().code == Code::absent);
  CHECK(common.error().subject == g.ids[root].bytes);
}

TEST_CASE("what was missing is asked for again") {
  Graph g;
  const std::size_t root = g.commit({});
  const std::size_t a = g.commit({root});
  const std::size_t b = g.commit({root});
  const Block block = g.blocks.read(g.ids[root]).value();
  g.blocks.remove(g.ids[root]);
  const MemoryHistory history(g.blocks);
  const RowHistory rows(history);
  for (int i = 0; i < 2; ++i) {
    const auto common = rows.common_ancestors(g.pick({a}), g.pick({b}));
    REQUIRE(!common);
    CHECK(common.error().subject == g.ids[root].bytes);
  }
  g.blocks.write(block.kind, block.bytes);
  CHECK(*rows.common_ancestors(g.pick({a}), g.pick({b})) == g.pick({root}));
}

TEST_CASE("what is not here is of no matter where the answer does not depend on it") {
  Graph g;
  const std::size_t deep = g.commit({});
  const std::size_t gone = g.commit({deep});
  const std::size_t old = g.commit({gone});
  const std::size_t other = g.commit({deep});
  const std::size_t base = g.commit({g.commit({old})});
  const std::size_t a = g.commit({g.commit({base}), g.commit({old})});
  const std::size_t b = g.commit({base});
  const std::size_t far = g.commit({a, other});
  const MemoryHistory history(g.blocks);
  REQUIRE(history.generation(g.ids[far]));
  REQUIRE(history.generation(g.ids[b]));
  g.blocks.remove(g.ids[gone]);
  const RowHistory rows(history);
  CHECK(*rows.common_ancestors(g.pick({a}), g.pick({b})) == g.pick({base}));
  const auto common = rows.common_ancestors(g.pick({far}), g.pick({b}));
  REQUIRE(!common);
  CHECK(common.error().subject == g.ids[gone].bytes);
}

TEST_CASE("a table of the history has its rows in order") {
  SeededRandom random(7);
  const Graph g = random_graph(random);
  const MemoryHistory history(g.blocks);
  const auto table = HistoryTable::of(history, g.ids).value();
  REQUIRE(table.size() == g.ids.size());
  for (HistoryTable::Row row = 0; row < table.size(); ++row) {
    const Id& id = table.ids()[row];
    CHECK(table.row_of(id) == row);
    CHECK(table.generation(row) == history.generation(id).value());
    std::vector<Id> parents;
    for (const auto parent : table.parents(row)) {
      CHECK(parent < row);
      parents.push_back(table.ids()[parent]);
    }
    CHECK(parents == history.parents(id).value());
  }
  CHECK_FALSE(table.row_of(Id{}).has_value());
}

TEST_CASE("a small difference of two long histories reads little") {
  Graph g;
  std::size_t tip = g.commit({});
  for (int i = 0; i < 500; ++i) tip = g.commit({tip});
  const std::size_t a = g.commit({tip});
  const std::size_t b = g.commit({tip});
  const MemoryHistory history(g.blocks);
  REQUIRE(history.generation(g.ids[a]));
  REQUIRE(history.generation(g.ids[b]));
  g.blocks.reads = 0;
  CHECK(*common_ancestors(history, g.pick({a}), g.pick({b})) == g.pick({tip}));
  CHECK(*reachable(history, g.pick({a}), g.pick({b}), 1000) == g.pick({a}));
  CHECK(g.blocks.reads <= 20);
}
