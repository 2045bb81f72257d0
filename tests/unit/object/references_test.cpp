#include "hn/object/references.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "hn/object/commit.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"

using namespace hn;
using namespace hn::object;

namespace {

Id id(Byte n) {
  Id out;
  out.bytes.fill(n);
  return out;
}

std::vector<Id> named(Kind kind, ByteView bytes) {
  std::vector<Id> out;
  CHECK(visit_references(kind, bytes, [&](const Id& i) { out.push_back(i); }));
  return out;
}

Value value(Mode mode, Byte n) {
  return Value::of(mode, id(n));
}

}  // namespace

TEST_CASE("a commit names its tree, its parents and git's bytes") {
  Commit commit;
  commit.tree = id(1);
  commit.parents = {id(2), id(3)};
  commit.raw = id(4);
  commit.author = commit.committer = {"a", "a@b", {1, 0}};
  commit.message = "m\n";
  CHECK(named(Kind::commit, *encode_commit(commit)) == std::vector{id(1), id(2), id(3), id(4)});
}

TEST_CASE("a tag names its target and git's bytes") {
  Tag tag;
  tag.target = id(1);
  tag.name = "v1";
  tag.raw = id(2);
  CHECK(named(Kind::tag, *encode_tag(tag)) == std::vector{id(1), id(2)});
}

TEST_CASE("a folder's node names what stands in it, but no submodules") {
  TreeNode leaf;
  leaf.entries = {{"a", value(Mode::file, 1)},      {"b", value(Mode::executable, 2)},
                  {"c", value(Mode::symlink, 3)},   {"d", value(Mode::folder, 4)},
                  {"e", value(Mode::submodule, 5)}, {"f", value(Mode::conflict, 6)}};
  leaf.entries[4].value.size = 20;
  std::fill(leaf.entries[4].value.bytes.begin() + 20, leaf.entries[4].value.bytes.end(), Byte{0});
  leaf.raw = id(7);
  CHECK(named(Kind::tree, encode_tree_node(leaf)) ==
        std::vector{id(1), id(2), id(3), id(4), id(6), id(7)});
  TreeNode inner;
  inner.level = 1;
  inner.children = {{"b", id(1), 2}, {"d", id(2), 2}};
  CHECK(named(Kind::tree, encode_tree_node(inner)) == std::vector{id(1), id(2)});
}

TEST_CASE("a list names its rows, a conflict its terms") {
  CHECK(named(Kind::list, encode_list({1, {{id(1), 200'000}, {id(2), 5}}})) ==
        std::vector{id(1), id(2)});
  const Conflict conflict{{value(Mode::file, 1), std::nullopt, value(Mode::folder, 2)}};
  CHECK(named(Kind::conflict, encode_conflict(conflict)) == std::vector{id(1), id(2)});
}

TEST_CASE("bytes name nothing, and what is not well formed is invalid") {
  for (const Kind kind : {Kind::chunk, Kind::raw, Kind::manifest})
    CHECK(named(kind, as_bytes("any bytes")).empty());
  for (const Kind kind : {Kind::list, Kind::tree, Kind::conflict, Kind::commit, Kind::tag})
    CHECK_FALSE(visit_references(kind, as_bytes("any bytes"), [](const Id&) {}));
}

TEST_CASE("the versions of a folder name each block, and mostly once") {
  // More ids than are remembered, some of which share a place.
  constexpr std::size_t kNames = 9000;
  std::mt19937_64 random(7);
  const auto some_id = [&] {
    Id out;
    for (Byte& b : out.bytes) b = static_cast<Byte>(random());
    return out;
  };
  std::set<Id> all{Id{}};
  std::vector<Bytes> nodes;
  TreeNode node;
  for (int i = 0; i < 16; ++i)
    node.entries.push_back({std::to_string(1000 + i), Value::of(Mode::file, Id{})});
  while (all.size() < kNames) {
    Value& value = node.entries[random() % node.entries.size()].value;
    value = Value::of(Mode::file, some_id());
    all.insert(value.id());
    nodes.push_back(encode_tree_node(node));
  }
  std::vector<BlockView> views;
  for (const Bytes& bytes : nodes) views.push_back({Kind::tree, bytes});
  const Named named = named_by(views);
  CHECK(named.clear);
  CHECK(std::set<Id>(named.ids.begin(), named.ids.end()) == all);
  CHECK(named.ids.size() < 2 * all.size());
  const Bytes no_tree = to_bytes(as_bytes("?"));
  views.insert(views.begin() + 5, {Kind::tree, no_tree});
  const Named unclear = named_by(views);
  CHECK_FALSE(unclear.clear);
  CHECK(std::set<Id>(unclear.ids.begin(), unclear.ids.end()) == all);
}
