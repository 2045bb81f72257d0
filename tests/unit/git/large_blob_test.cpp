// Files too long to be held: the same ids and blocks as if they were.
#include "git/large_blob.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "git/pack_file.hpp"
#include "hn/git/verify.hpp"
#include "hn/object/file.hpp"
#include "support/git_export.hpp"
#include "support/git_program.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::Exporting;
using hn::testing::GitRepo;
using hn::testing::has_git;
using hn::testing::MemoryBlocks;
using hn::testing::run;
using hn::testing::TemporaryFolder;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

// As on a machine where git is not installed.
class WithoutGit {
 public:
  WithoutGit() : path_(getenv("PATH")) { setenv("PATH", "/nonexistent", 1); }
  ~WithoutGit() { setenv("PATH", path_.c_str(), 1); }
  WithoutGit(const WithoutGit&) = delete;
  WithoutGit& operator=(const WithoutGit&) = delete;

 private:
  std::string path_;
};

std::string long_text(std::uint64_t bytes) {
  std::string out;
  for (std::uint64_t i = 0; out.size() < bytes; ++i) out += std::to_string(i * 7919) + "\n";
  out.resize(bytes);
  return out;
}

git::Imported import_from(const std::string& path, MemoryBlocks& blocks) {
  Silent silent;
  return git::import_git({path, false, {}, &blocks}, blocks, silent);
}

std::string one_large(GitRepo& repo, std::uint64_t bytes) {
  const std::string blob = repo.blob(long_text(bytes));
  repo.ref("refs/heads/main",
           repo.plain(repo.tree({{"100644", "big", blob}, {"100644", "small", repo.blob("1\n")}})));
  return blob;
}

}  // namespace

TEST_CASE("a large file goes in and out in pieces, around the limit, with git or without") {
  if (!has_git()) return;
  for (const std::uint64_t bytes : {git::kLargeBytes, git::kLargeBytes + 1, 3 * git::kLargeBytes}) {
    CAPTURE(bytes);
    GitRepo repo;
    one_large(repo, bytes);
    MemoryBlocks blocks;
    const auto imported = import_from(repo.path(), blocks);
    CHECK(imported.counts.blobs == 2);
    CHECK(imported.counts.bytes > bytes);
    CHECK(git::verify_import(blocks, imported.refs).has_value());
    const TemporaryFolder folder;
    const auto path = folder.path() / "x";
    Exporting exporting(blocks, path);
    const auto out = exporting.of(imported).run();
    CHECK(out.refs.at(0).now == imported.refs.at(0).git);
    CHECK(out.blobs == 2);
    CHECK(run(path, "git fsck --strict --full") == "");
    CHECK(run(path, "git cat-file -s main:big") == std::to_string(bytes) + "\n");
    CHECK(exporting.compare() == 4);
    CHECK(exporting.run().objects() == 0);
    MemoryBlocks again;  // from a pack
    CHECK(import_from(path, again).refs == imported.refs);

    const WithoutGit alone;
    MemoryBlocks whole;
    CHECK(import_from(repo.path(), whole).refs == imported.refs);
    CHECK(exporting.compare() == 4);
  }
}

TEST_CASE("versions of a large file are one after the other, and what is there stays") {
  if (!has_git()) return;
  GitRepo repo;
  const std::string text = long_text(git::kLargeBytes + 1000);
  const auto tree = [&](const std::string& with) {
    return repo.tree({{"100644", "big", repo.blob(text + with)}});
  };
  const std::string first = repo.plain(tree("1\n"));
  repo.ref("refs/heads/main", first);
  MemoryBlocks blocks;
  const TemporaryFolder folder;
  const auto path = folder.path() / "x";
  Exporting exporting(blocks, path);
  exporting.of(import_from(repo.path(), blocks)).run();
  // The same file again under another name, a new version of it, and a short one.
  repo.ref("refs/heads/main", repo.plain(repo.tree({{"100644", "again", repo.blob(text + "1\n")},
                                                    {"100644", "big", repo.blob(text + "2\n")},
                                                    {"100644", "small", repo.blob("short\n")}}),
                                         {first}));
  const auto imported = import_from(repo.path(), blocks);
  const auto out = exporting.of("refs/heads/main", imported.refs.at(0).id).run();
  CHECK(out.blobs == 2);
  CHECK(out.refs.at(0).now == imported.refs.at(0).git);
  CHECK(run(path, "git fsck --strict --full ; git cat-file -p main:small") == "short\n");
  // In a history that has nothing to do with it the file comes again, and is passed over.
  repo.ref("refs/heads/main", repo.plain(tree("2\n"), {}, "alone\n"));
  const auto alone = import_from(repo.path(), blocks);
  CHECK(exporting.of("refs/heads/alone", alone.refs.at(0).id).run().blobs == 0);
  CHECK(run(path, "git fsck --strict --full ; git cat-file -s alone:big") ==
        std::to_string(text.size() + 2) + "\n");
  CHECK(exporting.compare() == 9);
}

TEST_CASE("a large blob that is not what its id says is refused by name") {
  if (!has_git()) return;
  GitRepo repo;
  const std::string blob = one_large(repo, git::kLargeBytes + 5);
  const std::string other = repo.blob(long_text(git::kLargeBytes + 4) + "x");
  std::filesystem::permissions(repo.loose(blob), std::filesystem::perms::owner_all);
  std::filesystem::copy_file(repo.loose(other), repo.loose(blob),
                             std::filesystem::copy_options::overwrite_existing);
  MemoryBlocks blocks;
  try {
    import_from(repo.path(), blocks);
    FAIL("it was imported");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::damaged);
    CHECK(failure.context().find(blob) != std::string::npos);
  }
}

TEST_CASE("a comparison finds a large file that differs, and one that is gone") {
  if (!has_git()) return;
  GitRepo repo;
  const std::string blob = one_large(repo, git::kLargeBytes + 5);
  MemoryBlocks blocks;
  Exporting exporting(blocks, repo.path());
  exporting.of(import_from(repo.path(), blocks));
  CHECK(exporting.compare() == 4);
  const std::string other = repo.blob(long_text(git::kLargeBytes + 4) + "x");
  std::filesystem::permissions(repo.loose(blob), std::filesystem::perms::owner_all);
  std::filesystem::copy_file(repo.loose(other), repo.loose(blob),
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_THROWS_AS(exporting.compare(), Failure);
  repo.lose(blob);
  CHECK_THROWS_AS(exporting.compare(), Failure);
}
