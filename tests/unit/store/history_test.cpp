#include "hn/store/history.hpp"

#include <doctest/doctest.h>

#include "hn/crypto/hash.hpp"
#include "support/store_tools.hpp"

using namespace hn;
using namespace hn::store;
using namespace hn::test;

namespace {
object::Id write_commit(Batch& batch, std::vector<object::Id> parents, const std::string& message) {
  object::Commit commit;
  commit.parents = std::move(parents);
  commit.author = commit.committer = {"Anna", "anna@example.org", {1, 0}};
  commit.message = message;
  return batch.write(object::Kind::commit, *object::encode_commit(commit));
}
}  // namespace

TEST_CASE("generations count from the root, over the longest way") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  auto batch = store.begin();
  const auto root = write_commit(batch, {}, "root");
  const auto left = write_commit(batch, {root}, "left");
  const auto right = write_commit(batch, {root}, "right");
  const auto top = write_commit(batch, {right}, "top");
  const auto merge = write_commit(batch, {left, top}, "merge");
  batch.commit();
  const BlockHistory history(store);
  CHECK(*history.generation(root) == 1);
  CHECK(*history.generation(merge) == 4);
  CHECK(*history.parents(merge) == std::vector{left, top});
}

TEST_CASE("a history of 20,000 commits costs no stack and one read each") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  auto batch = store.begin();
  std::vector<object::Id> parents;
  for (int i = 0; i < 20'000; ++i) parents = {write_commit(batch, parents, std::to_string(i))};
  batch.commit();
  const BlockHistory history(store);
  CHECK(*history.generation(parents[0]) == 20'000);
  fs.reset_counts();
  CHECK(*history.generation(parents[0]) == 20'000);
  CHECK(fs.counts().all() == 0);
}

TEST_CASE("a commit that is not here is absent, by name") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  auto batch = store.begin();
  const object::Id missing{crypto::sha256(as_bytes("x"))};
  const auto child = write_commit(batch, {missing}, "child");
  batch.commit();
  const BlockHistory history(store);
  CHECK(*history.parents(child) == std::vector{missing});
  const auto generation = history.generation(child);
  REQUIRE_FALSE(generation);
  CHECK(generation.error().code == Code::absent);
  CHECK(generation.error().subject == missing.bytes);
}
