// Repositories that git itself made, packed and loose, and the count of objects that git sees.
#include <doctest/doctest.h>

#include "hn/git/verify.hpp"
#include "hn/object/file.hpp"
#include "support/git_export.hpp"
#include "support/git_program.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::has_git;
using hn::testing::run;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

const std::string kHistory = testing::history_of("git init -q -b main .");

void check_repository(const std::filesystem::path& folder) {
  testing::MemoryBlocks blocks;
  Silent silent;
  const auto out = git::import_git({folder.string(), false, {}, nullptr}, blocks, silent);
  const auto verified = git::verify_import(blocks, out.refs);
  REQUIRE(verified.has_value());
  const auto objects = std::stoull(run(folder, "git rev-list --objects --branches --tags | wc -l"));
  CHECK(out.counts.objects() == objects);
  CHECK(verified->commits + verified->tags + verified->trees + verified->files == objects);
  CHECK(out.default_branch == "main");
  for (const auto& ref : out.refs) {
    const std::string name = (ref.is_tag ? "refs/tags/" : "refs/heads/") + ref.name;
    CHECK(run(folder, "git rev-parse " + name) == git::to_hex(ref.git) + "\n");
  }
}

}  // namespace

TEST_CASE("a repository that git made imports whole: loose, packed, with alternates") {
  if (!has_git()) return;
  const testing::TemporaryFolder folder;
  const auto work = folder.path() / "work";
  std::filesystem::create_directory(work);
  run(work, kHistory);
  check_repository(work);
  run(folder.path(), "git clone -q --bare --shared work borrowed");
  check_repository(folder.path() / "borrowed");
  run(work, "git gc -q --prune=now ; git pack-refs --all");
  check_repository(work);
}

TEST_CASE("a linked working tree and a sparse one are the same repository") {
  if (!has_git()) return;
  const testing::TemporaryFolder folder;
  const auto work = folder.path() / "work";
  std::filesystem::create_directory(work);
  run(work, kHistory);
  run(work,
      "git config core.repositoryformatversion 1 ; git config extensions.worktreeConfig true");
  check_repository(work);
  run(work, "git worktree add -q ../linked side");
  object::IdWriter ids;
  Silent silent;
  const git::ImportOptions from_main{work.string(), false, {}, nullptr};
  const git::ImportOptions from_linked{(folder.path() / "linked").string(), false, {}, nullptr};
  CHECK(git::import_git(from_main, ids, silent).refs ==
        git::import_git(from_linked, ids, silent).refs);
}

TEST_CASE("a shallow clone is refused by name") {
  if (!has_git()) return;
  const testing::TemporaryFolder folder;
  const auto work = folder.path() / "work";
  std::filesystem::create_directory(work);
  run(work, kHistory);
  run(folder.path(), "git clone -q --depth 1 \"file://$PWD/work\" shallow");
  object::IdWriter ids;
  Silent silent;
  CHECK_THROWS_AS(
      git::import_git({(folder.path() / "shallow").string(), false, {}, nullptr}, ids, silent),
      Failure);
}

TEST_CASE("git finds in what was exported what it found in the source, and no fault") {
  if (!has_git()) return;
  const testing::TemporaryFolder folder;
  const auto work = folder.path() / "work";
  const auto out = folder.path() / "out";
  std::filesystem::create_directory(work);
  run(work, kHistory);
  testing::MemoryBlocks blocks;
  Silent silent;
  const auto imported = git::import_git({work.string(), false, {}, nullptr}, blocks, silent);
  testing::Exporting exporting(blocks, out);
  exporting.of(imported).run();
  const char* objects = "git rev-list --objects --branches --tags | sort";
  const char* refs = "git for-each-ref";
  CHECK(run(out, objects) == run(work, objects));
  CHECK(run(out, refs) == run(work, refs));
  CHECK(run(out, "git fsck --strict --full") == "");
  CHECK(run(out, "git symbolic-ref HEAD") == "refs/heads/main\n");
}

TEST_CASE("git verifies a pack of many versions, deltas in it, and says it is small") {
  if (!has_git()) return;
  testing::MemoryBlocks blocks;
  const testing::TemporaryFolder folder;
  const auto out = folder.path() / "out";
  std::vector<object::Id> parents;
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += "line " + std::to_string(i * 7919) + " of a text that grows\n";
    const object::Id file = object::write_file(blocks, as_bytes(text));
    object::Commit commit;
    commit.tree =
        object::write_tree(blocks, {{{"a", object::Value::of(object::Mode::file, file)}}});
    commit.parents = parents;
    commit.author = {"Anna", "a@x", {1700000000 + i, 0}};
    commit.committer = commit.author;
    commit.message = "line\n";
    parents = {blocks.write(object::Kind::commit, object::encode_commit(commit).value())};
  }
  const auto exported =
      testing::Exporting(blocks, out).of("refs/heads/main", parents.front()).run();
  CHECK(run(out, "git fsck --strict --full") == "");
  CHECK(run(out, "git rev-list --count main") == "400\n");
  CHECK(run(out, "git show main:a") == text);
  const std::string chains = run(out, "git verify-pack -v objects/pack/*.idx | grep ^chain");
  CHECK(chains.find("chain length = 50") != std::string::npos);
  CHECK(chains.find("chain length = 51") == std::string::npos);
  CHECK(exported.bytes < 250000);  // of 2.8 MB in 400 versions
}
