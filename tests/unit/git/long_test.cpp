// Commits, tags and odd folders that are longer than a block: shown in part, kept whole.
#include <doctest/doctest.h>

#include "hn/git/verify.hpp"
#include "hn/object/file.hpp"
#include "support/git_export.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::Exporting;
using hn::testing::GitRepo;
using hn::testing::MemoryBlocks;
using hn::testing::TemporaryFolder;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

std::string small_tree(GitRepo& repo) {
  return repo.tree({{"100644", "a", repo.blob("1\n")}});
}

// There and back: every id as it was.
git::Imported there_and_back(GitRepo& repo, MemoryBlocks& blocks) {
  Silent silent;
  auto imported = git::import_git({repo.path(), false, {}, &blocks}, blocks, silent);
  CHECK(git::verify_import(blocks, imported.refs).has_value());
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  const auto out = exporting.of(imported).run();
  for (const git::ImportedRef& ref : imported.refs) {
    const std::string name = (ref.is_tag ? "refs/tags/" : "refs/heads/") + ref.name;
    for (const auto& exported : out.refs)
      if (exported.name == name) CHECK(exported.now == ref.git);
  }
  CHECK(exporting.compare() > 0);
  return imported;
}

std::string words(std::size_t bytes) {
  std::string out;
  for (std::uint64_t i = 0; out.size() < bytes; ++i) out += std::to_string(i * 7919) + "\n";
  out.resize(bytes);
  return out;
}

}  // namespace

TEST_CASE("a message longer than a block is shown in part and goes out whole") {
  GitRepo repo;
  const std::string message = words(700'000);
  const std::string first = repo.plain(small_tree(repo), {}, message);
  repo.ref("refs/heads/main", repo.plain(small_tree(repo), {first}, "short\n"));
  repo.ref("refs/heads/long", first);
  MemoryBlocks blocks;
  const auto imported = there_and_back(repo, blocks);
  CHECK(imported.counts.raw_commits == 1);
  REQUIRE(imported.notices.size() == 1);
  CHECK(imported.notices[0].subject == first);
  for (const auto& ref : imported.refs) {
    if (ref.name != "long") continue;
    const auto commit = object::read_commit(blocks, ref.id).value();
    CHECK(commit.message == message.substr(0, 65536));
    CHECK(commit.author.name == "Anna");
    CHECK(as_text(git::raw_bytes(blocks, *commit.raw).value()).ends_with(message));
  }
}

TEST_CASE("long headers, names and tags are kept, whatever is shown of them") {
  GitRepo repo;
  const std::string tree = small_tree(repo);
  const std::string commit = repo.plain(tree);
  repo.ref("refs/heads/header", repo.commit(GitRepo::links(tree) + GitRepo::people() + "mergetag " +
                                            std::string(300'000, 'x') + "\n\nm\n"));
  repo.ref("refs/heads/person",
           repo.commit(GitRepo::links(tree) +
                       GitRepo::people(std::string(400'000, 'n') + " <e> 1 +0000") + "\nm\n"));
  repo.ref("refs/tags/long",
           repo.tag("object " + commit + "\ntype commit\ntag " + std::string(300'000, 't') +
                    "\ntagger A <a> 1 +0000\n\n" + words(300'000)));
  repo.ref("refs/heads/main", commit);
  MemoryBlocks blocks;
  const auto imported = there_and_back(repo, blocks);
  CHECK(imported.counts.raw_commits == 2);
  CHECK(imported.counts.raw_tags == 1);
  CHECK(imported.notices.size() == 3);
}

TEST_CASE("the most parents there are fit beside what is shown of a long message") {
  GitRepo repo;
  const std::string tree = small_tree(repo);
  std::vector<std::string> parents;
  for (std::size_t i = 0; i < object::kParentsMax; ++i)
    parents.push_back(repo.plain(tree, {}, std::to_string(i)));
  repo.ref("refs/heads/main", repo.plain(tree, parents, words(200'000)));
  MemoryBlocks blocks;
  CHECK(there_and_back(repo, blocks).counts.raw_commits == 1);
}

TEST_CASE("an odd folder longer than a block is kept") {
  GitRepo repo;
  std::vector<GitRepo::Line> lines;
  const std::string blob = repo.blob("1\n");
  for (int i = 10'000; i < 19'000; ++i)
    lines.push_back({"100664", "name-" + std::to_string(i), blob});
  repo.ref("refs/heads/main", repo.plain(repo.tree(lines)));
  MemoryBlocks blocks;
  const auto imported = there_and_back(repo, blocks);
  CHECK(imported.counts.raw_trees == 1);
  CHECK(imported.counts.raw_commits == 0);
}

TEST_CASE("around the length of a block every message comes back as it was") {
  GitRepo repo;
  const std::string tree = small_tree(repo);
  for (std::size_t bytes = object::kBlockBytesMax - 260; bytes < object::kBlockBytesMax + 16;
       bytes += 3)
    repo.ref("refs/heads/b" + std::to_string(bytes), repo.plain(tree, {}, words(bytes)));
  MemoryBlocks blocks;
  const auto imported = there_and_back(repo, blocks);
  CHECK(imported.counts.raw_commits > 10);
  CHECK(imported.counts.raw_commits < 80);
}
