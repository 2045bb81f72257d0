#include <doctest/doctest.h>

#include "hn/base/random.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;
using hn::testing::MemoryHistory;

namespace {

Bytes random_bytes(std::uint64_t seed, std::size_t n) {
  SeededRandom random(seed);
  Bytes out(n);
  random.fill(out);
  return out;
}

Id some_id(std::uint64_t seed) {
  return id_of(Kind::chunk, random_bytes(seed, 8));
}

std::vector<TreeEntry> many_entries(std::size_t n) {
  std::vector<TreeEntry> out;
  for (std::size_t i = 0; i < n; ++i) {
    std::string number = std::to_string(i);
    out.push_back(
        {"file" + std::string(8 - number.size(), '0') + number, Value::of(Mode::file, some_id(i))});
  }
  return out;
}

}  // namespace

TEST_CASE("files of every size come back") {
  MemoryBlocks blocks;
  for (const std::size_t size : {0U, 1U, 16383U, 262144U, 262145U, 3000000U}) {
    CAPTURE(size);
    const Bytes bytes = random_bytes(size, size);
    const Id id = write_file(blocks, bytes);
    const auto size_read = file_size(blocks, id);
    REQUIRE(size_read);
    CHECK(*size_read == size);
    const auto back = read_file(blocks, id, size);
    REQUIRE(back);
    CHECK(equal(*back, bytes));
    CHECK(check_file(blocks, id));
  }
}

TEST_CASE("folders of every size come back") {
  MemoryBlocks blocks;
  for (const std::size_t n : {0U, 1U, 20U, 1000U, 50000U}) {
    CAPTURE(n);
    const auto entries = many_entries(n);
    const Id id = write_tree(blocks, entries);
    const auto tree = read_tree(blocks, id);
    REQUIRE(tree);
    CHECK(tree->entries == entries);
    for (std::size_t i = 0; i < n; i += 777) {
      const auto found = find_name(blocks, id, entries[i].name);
      REQUIRE(found);
      CHECK(*found == entries[i].value);
    }
    const auto missing = find_name(blocks, id, "zzz");
    REQUIRE(missing);
    CHECK(!*missing);
  }
}

TEST_CASE("one changed entry among 50,000 rewrites a few nodes, and the difference reads a few") {
  MemoryBlocks blocks;
  auto entries = many_entries(50000);
  const Id before = write_tree(blocks, entries);
  entries[25000].value = Value::of(Mode::executable, some_id(1));
  blocks.new_bytes = 0;
  const Id after = write_tree(blocks, entries, {}, &blocks, before);
  CHECK(blocks.new_bytes < 40000);
  blocks.reads = 0;
  const auto changes = diff_tree(blocks, before, after);
  REQUIRE(changes);
  REQUIRE(changes->size() == 1);
  CHECK((*changes)[0].name == entries[25000].name);
  CHECK(blocks.reads <= 8);
}

TEST_CASE("commits, tags and conflicts come back") {
  MemoryBlocks blocks;
  Commit commit;
  commit.tree = some_id(1);
  commit.author = {"Anna", "anna@example.org", {1700000000, 60}};
  commit.committer = {"Bob", "bob@example.org", {-5, -330}};
  commit.headers = {{"encoding", "latin1"}, {"gpgsig", "line\n line"}};
  commit.message = "first\n";
  commit.git = GitId{};
  commit.raw = some_id(2);
  const auto bytes = encode_commit(commit);
  REQUIRE(bytes);
  const auto back = read_commit(blocks, blocks.write(Kind::commit, *bytes));
  REQUIRE(back);
  CHECK(*back == commit);

  Tag tag;
  tag.target = some_id(3);
  tag.name = "v1";
  tag.tagger = commit.author;
  const auto tag_bytes = encode_tag(tag);
  REQUIRE(tag_bytes);
  const auto tag_back = read_tag(blocks, blocks.write(Kind::tag, *tag_bytes));
  REQUIRE(tag_back);
  CHECK(*tag_back == tag);

  Conflict conflict;
  conflict.terms = {Value::of(Mode::file, some_id(4)), std::nullopt,
                    Value::of(Mode::symlink, some_id(5))};
  const auto conflict_back = decode_conflict(encode_conflict(conflict));
  REQUIRE(conflict_back);
  CHECK(*conflict_back == conflict);
}

TEST_CASE("a criss-cross has two common ancestors") {
  MemoryBlocks blocks;
  const auto commit = [&](std::vector<Id> parents, const char* message) {
    Commit c;
    c.parents = std::move(parents);
    c.message = message;
    const auto bytes = encode_commit(c);
    REQUIRE(bytes);
    return blocks.write(Kind::commit, *bytes);
  };
  const Id root = commit({}, "root");
  const Id a = commit({root}, "a");
  const Id b = commit({root}, "b");
  const Id ab = commit({a, b}, "ab");
  const Id ba = commit({b, a}, "ba");
  MemoryHistory history(blocks);
  const auto common = common_ancestors(history, {&ab, 1}, {&ba, 1});
  REQUIRE(common);
  CHECK(*common == std::vector<Id>{std::max(a, b), std::min(a, b)});
  CHECK(*is_ancestor(history, root, ab));
  CHECK(!*is_ancestor(history, a, b));
  const auto log = reachable(history, {&ab, 1}, {&a, 1}, 100);
  REQUIRE(log);
  CHECK(*log == std::vector<Id>{ab, b});
}
