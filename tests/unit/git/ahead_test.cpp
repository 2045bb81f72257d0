#include "git/ahead.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "hn/object/file.hpp"
#include "support/git_export.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"
#include "support/tiny_scratch.hpp"

using namespace hn;
using hn::testing::Exporting;
using hn::testing::MemoryBlocks;
using hn::testing::TemporaryFolder;
using object::Mode;
using object::Value;

namespace {

// The same blocks for another thread, some of them lost.
class Others final : public object::BlockReader {
 public:
  explicit Others(
      const MemoryBlocks& blocks, std::optional<object::Id> lost = {},
      std::function<void(const object::Id&)> note = [](const object::Id&) {})
      : blocks_(blocks), lost_(lost), note_(std::move(note)) {}
  Result<object::Block> read(const object::Id& id) const override {
    note_(id);
    const auto at = blocks_.all().find(id);
    if (at == blocks_.all().end() || id == lost_) return fail(Code::absent, "lost", id.bytes);
    return at->second;
  }
  bool has(const object::Id& id) const override { return blocks_.has(id); }

 private:
  const MemoryBlocks& blocks_;
  std::optional<object::Id> lost_;
  std::function<void(const object::Id&)> note_;
};

git::Ahead::OpenBlocks others(const MemoryBlocks& blocks, std::optional<object::Id> lost = {}) {
  return [&blocks, lost] { return std::make_unique<const Others>(blocks, lost); };
}

struct History {
  MemoryBlocks blocks;
  std::vector<object::Id> commits;  // parents first
  std::vector<object::Id> files;    // of each commit, the one that it brought
  std::vector<object::Id> roots;
};

object::Id commit_of(MemoryBlocks& blocks, const object::Id& tree,
                     const std::vector<object::Id>& parents) {
  object::Commit commit;
  commit.tree = tree;
  commit.parents = parents;
  commit.author = {"Anna", "anna@example.org", {1700000000, 60}};
  commit.committer = commit.author;
  commit.message = "one more\n";
  return blocks.write(object::Kind::commit, object::encode_commit(commit).value());
}

// Each commit changes one file of a folder in a folder, and beside it a file that comes and goes.
History history_of(std::size_t count, std::size_t file_bytes) {
  History out;
  std::vector<object::TreeEntry> inner;
  for (int i = 0; i < 7; ++i) inner.push_back({"f" + std::to_string(i), {}});
  const object::Id first = object::write_file(out.blocks, as_bytes("first\n"));
  for (auto& entry : inner) entry.value = Value::of(Mode::file, first);
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = "version " + std::to_string(i) + "\n";
    text.resize(file_bytes, static_cast<char>('a' + i % 26));
    out.files.push_back(object::write_file(out.blocks, as_bytes(text)));
    inner[i % inner.size()].value = Value::of(Mode::file, out.files.back());
    const object::Id folder = object::write_tree(out.blocks, inner);
    std::vector<object::TreeEntry> top{{"folder", Value::of(Mode::folder, folder)}};
    if (i % 3 == 0) top.push_back({"now and then", Value::of(Mode::executable, first)});
    out.roots.push_back(object::write_tree(out.blocks, top));
    std::vector<object::Id> parents;
    if (i > 0) parents.push_back(out.commits.back());
    if (i > 5 && i % 4 == 0) parents.push_back(out.commits[i - 5]);
    out.commits.push_back(commit_of(out.blocks, out.roots.back(), parents));
  }
  return out;
}

auto parts(const std::vector<object::Change>& changes) {
  std::vector<std::tuple<std::string, std::optional<Value>, std::optional<Value>>> out;
  for (const auto& change : changes)
    out.emplace_back(change.name, change.old_value, change.new_value);
  return out;
}

auto shared(std::vector<object::Id> commits) {
  return std::make_shared<const std::vector<object::Id>>(std::move(commits));
}

}  // namespace

TEST_CASE("commits come in order, each with its first parent's folder, its changes and its files") {
  const History history = history_of(40, 100);
  git::Ahead ahead(others(history.blocks), shared(history.commits), testing::tiny_scratch());
  for (std::size_t i = 0; i < history.commits.size(); ++i) {
    const auto started = ahead.start(history.commits[i]);
    REQUIRE(started);
    CHECK(started->commit.tree == history.roots[i]);
    CHECK(started->base == (i > 0 ? std::optional(history.roots[i - 1]) : std::nullopt));
    if (i > 0) {
      const auto root = ahead.folder(history.roots[i], history.roots[i - 1]);
      REQUIRE(root);
      const auto changes =
          object::diff_tree(history.blocks, history.roots[i - 1], history.roots[i]).value();
      CHECK(parts(root->changes) == parts(changes));
    }
    const auto file = ahead.file(history.files[i]);
    REQUIRE(file);
    CHECK(*file == object::read_file(history.blocks, history.files[i], 1 << 20).value());
  }
  CHECK_FALSE(ahead.start(history.commits[0]));
}

TEST_CASE("what is passed over waits until the next commit, and is given once") {
  const History history = history_of(4, 100);
  git::Ahead ahead(others(history.blocks), shared(history.commits), testing::tiny_scratch());
  REQUIRE(ahead.start(history.commits[1]));  // passes over the first
  CHECK_FALSE(ahead.file(history.files[0]));
  CHECK_FALSE(ahead.file(history.files[2]));  // the next one's
  CHECK(ahead.file(history.files[1]));
  CHECK_FALSE(ahead.file(history.files[1]));
  CHECK_FALSE(ahead.folder(history.roots[1], history.roots[2]));  // another base
  REQUIRE(ahead.start(history.commits[2]));
  CHECK_FALSE(ahead.file(history.files[3]));
  REQUIRE(ahead.start(history.commits[3]));
  CHECK_FALSE(ahead.file(history.files[2]));  // forgotten
  CHECK(ahead.file(history.files[3]));
}

TEST_CASE("nobody has to take what was read: one that waits for room can be stopped") {
  const History history = history_of(40, 1 << 20);
  std::atomic<bool> nearly_full = false;
  const auto note = [&](const object::Id& id) {
    if (id == history.files[7]) nearly_full = true;
  };
  const git::Ahead ahead(
      [&] { return std::make_unique<const Others>(history.blocks, std::nullopt, note); },
      shared(history.commits), {});
  while (!nearly_full) std::this_thread::yield();
}

TEST_CASE("where reading ahead breaks off, nothing more comes, and nobody waits for it") {
  const History history = history_of(40, 100);
  git::Ahead lost(others(history.blocks, history.files[20]), shared(history.commits), {});
  CHECK(lost.start(history.commits[19]));
  CHECK(lost.file(history.files[19]));
  CHECK(lost.start(history.commits[20]));
  CHECK_FALSE(lost.file(history.files[20]));
  CHECK_FALSE(lost.start(history.commits[21]));
  git::Ahead never(
      []() -> std::unique_ptr<const object::BlockReader> { throw Failure(Code::io, "no"); },
      shared(history.commits), {});
  CHECK_FALSE(never.start(history.commits[0]));
}

TEST_CASE("an export is the same whether and how far it was read ahead") {
  const History history = history_of(300, 3000);
  const TemporaryFolder folder;
  const auto run = [&](const std::string& name, const git::Ahead::OpenBlocks& open) {
    Exporting out(history.blocks, folder.path() / name);
    out.of("refs/heads/main", history.commits.back()).options.open_blocks = open;
    history.blocks.reads = 0;
    const auto done = out.run();
    CHECK(out.compare() == done.objects());
    return std::tuple(done.refs.at(0).now, done.objects(), done.bytes);
  };
  const auto alone = run("alone", {});
  CHECK(run("ahead", others(history.blocks)) == alone);
  for (const std::size_t lost : {std::size_t{0}, std::size_t{17}, std::size_t{299}}) {
    INFO("lost from ", lost);
    CHECK(run("lost" + std::to_string(lost), others(history.blocks, history.files[lost])) == alone);
  }
}

TEST_CASE("what was read ahead is not read again") {
  const History history = history_of(300, 3000);
  const TemporaryFolder folder;
  Exporting out(history.blocks, folder.path() / "out");
  out.of("refs/heads/main", history.commits.back()).options.open_blocks = others(history.blocks);
  out.run();
  // Each commit for the kind of ids that a new repository gets, and for the order, and the first
  // one's folders.
  CHECK(history.blocks.reads <= 2 * history.commits.size() + 10);
}

TEST_CASE("what is missing for both is told as ever") {
  History history = history_of(60, 100);
  history.blocks.remove(history.files[30]);
  const TemporaryFolder folder;
  Exporting out(history.blocks, folder.path() / "out");
  out.of("refs/heads/main", history.commits.back()).options.open_blocks = others(history.blocks);
  try {
    out.run();
    FAIL("nothing was missed");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::absent);
  }
}
