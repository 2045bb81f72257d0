// Repositories with SHA-256 ids, out of hn again: written by us, judged by git.
#include <doctest/doctest.h>

#include <fstream>

#include "hn/git/git_map.hpp"
#include "hn/git/verify.hpp"
#include "hn/object/file.hpp"
#include "support/git_export.hpp"
#include "support/git_program.hpp"
#include "support/git_repo.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using hn::testing::Exporting;
using hn::testing::has_git;
using hn::testing::MemoryBlocks;
using hn::testing::run;
using hn::testing::TemporaryFolder;
using Change = git::ExportedRef::Change;

namespace {

constexpr const char* kInit = "git init -q -b main --object-format=sha256 .";

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

git::Imported import_from(const std::filesystem::path& path, MemoryBlocks& blocks) {
  Silent silent;
  return git::import_git({path.string(), false, {}, &blocks}, blocks, silent);
}

// A repository of git's own in the folder.
std::filesystem::path repository(const TemporaryFolder& folder, const std::string& name,
                                 const std::string& script) {
  const std::filesystem::path path = folder.path().string() + "/" + name;
  std::filesystem::create_directory(path);
  run(path, script);
  return path;
}

std::filesystem::path history(const TemporaryFolder& folder) {
  return repository(folder, "work", testing::history_of(kInit));
}

object::Id commit_on(MemoryBlocks& blocks, std::string_view text,
                     const std::vector<object::Id>& parents) {
  object::Commit commit;
  commit.tree = object::write_tree(
      blocks,
      {{{"a", object::Value::of(object::Mode::file, object::write_file(blocks, as_bytes(text)))}}});
  commit.parents = parents;
  commit.author = {"Anna", "a@x", {1700000000, 0}};
  commit.committer = commit.author;
  commit.message = "made here\n";
  return blocks.write(object::Kind::commit, object::encode_commit(commit).value());
}

object::Id tip_of(const git::Imported& imported, std::string_view name) {
  for (const auto& ref : imported.refs)
    if (ref.name == name) return ref.id;
  FAIL("no such branch");
  return {};
}

std::string message_of(Exporting& exporting) {
  try {
    exporting.run();
  } catch (const Failure& failure) {
    return failure.context();
  }
  return {};
}

const char* const kObjects = "git rev-list --objects --branches --tags | sort";

}  // namespace

TEST_CASE("a history from a SHA-256 repository goes out as one, id by id, and git finds no fault") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = history(folder);
  MemoryBlocks blocks;
  const auto imported = import_from(work, blocks);
  const std::filesystem::path out = folder.path().string() + "/out.git";
  Exporting exporting(blocks, out.string());
  const auto exported = exporting.of(imported).run();
  CHECK(exported.made);
  CHECK(exported.id_bytes == 32);
  CHECK(run(out, kObjects) == run(work, kObjects));
  CHECK(run(out, "git for-each-ref") == run(work, "git for-each-ref"));
  CHECK(run(out, "git fsck --strict --full") == "");
  CHECK(run(out, "git symbolic-ref HEAD ; git rev-parse --show-object-format") ==
        "refs/heads/main\nsha256\n");
  CHECK(exporting.compare() > 30);
  for (const auto& ref : exporting.run().refs) CHECK_MESSAGE(ref.change == Change::none, ref.name);
  MemoryBlocks again;
  CHECK(import_from(out, again).refs == imported.refs);
}

TEST_CASE("many objects go out as one pack in SHA-256 form, with deltas that git follows") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = repository(
      folder, "work",
      std::string(kInit) +
          " ; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 "
          "29 30 31 32 33 34 35 36 37 38 39 40; do seq $((i * 50)) > a; mkdir -p d ; seq $i > d/b; "
          "git add . ; git commit -q -m $i; done");
  MemoryBlocks blocks;
  const auto imported = import_from(work, blocks);
  const std::filesystem::path out = folder.path().string() + "/out.git";
  const auto exported = Exporting(blocks, out.string()).of(imported).run();
  CHECK(exported.bytes > 0);
  CHECK(run(out, "git fsck --strict --full") == "");
  CHECK(run(out, "git verify-pack -v objects/pack/*.idx | grep -c ^chain") != "0\n");
  CHECK(run(out, "git rev-parse main") == run(work, "git rev-parse main"));
  CHECK(run(out, "find objects -type f | grep -v pack | wc -l") == "0\n");
}

TEST_CASE("what is made in hn on top gets SHA-256 ids, incrementally, and comes back as it was") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = history(folder);
  MemoryBlocks blocks;
  const auto imported = import_from(work, blocks);
  const std::filesystem::path out = folder.path().string() + "/out.git";
  Exporting exporting(blocks, out.string());
  exporting.of(imported).run();
  const object::Id mine = commit_on(blocks, "mine\n", {tip_of(imported, "main")});
  const auto second = exporting.of("refs/heads/main", mine).run();
  CHECK(second.commits == 1);
  CHECK(second.objects() == 3);
  const auto git = exporting.made.git_id(mine, 32);
  REQUIRE(git.has_value());
  CHECK(run(out, "git rev-parse main") == git::to_hex(*git) + "\n");
  CHECK(run(out, "git fsck --strict --full ; git show main:a") == "mine\n");
  CHECK(exporting.run().objects() == 0);
  CHECK(run(out, "git reflog -n 1 --format=%gn:%gs main 2>/dev/null || true").size() < 20);
  exporting.compare();

  // Another device, which has never exported it, knows the commit again.
  testing::MemoryMade made;
  git::learn_made_here(
      {{out.string(), false, {}, &blocks}, {mine}, &blocks, exporting.options.imported, &made});
  CHECK(made.git_id(mine, 32) == git);
  CHECK_FALSE(made.git_id(mine, 20).has_value());
}

TEST_CASE("what was made in hn alone goes out as either, and each knows its own ids") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  MemoryBlocks blocks;
  const object::Id first = commit_on(blocks, "one\n", {});
  const std::filesystem::path sha1 = folder.path().string() + "/sha1.git";
  const std::filesystem::path sha256 = folder.path().string() + "/sha256.git";
  Exporting exporting(blocks, sha1.string());
  CHECK(exporting.of("refs/heads/main", first).run().id_bytes == 20);
  exporting.options.path = sha256.string();
  exporting.options.id_bytes = 32;
  CHECK(exporting.run().id_bytes == 32);
  CHECK(run(sha256, "git rev-parse --show-object-format") == "sha256\n");
  exporting.options.id_bytes.reset();
  // On and on, in turns: neither takes the other's ids for its own, nor its commits for foreign.
  object::Id tip = first;
  for (const char* text : {"two\n", "three\n"}) {
    tip = commit_on(blocks, text, {tip});
    exporting.of("refs/heads/main", tip);
    for (const auto& path : {sha1, sha256}) {
      exporting.options.path = path.string();
      const auto out = exporting.run();
      CHECK(out.commits == 1);
      CHECK(out.refs.at(0).change == Change::moved);
      exporting.compare();
    }
  }
  CHECK(run(sha1, "git fsck --strict --full") == "");
  CHECK(run(sha256, "git fsck --strict --full") == "");
  CHECK(exporting.made.git_id(tip, 20)->size == 20);
  CHECK(exporting.made.git_id(tip, 32)->size == 32);
}

TEST_CASE("SHA-1 and SHA-256 do not mix, and the error says which is which") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = history(folder);
  const auto other = repository(
      folder, "other", "git init -q -b old . ; echo 1 > a ; git add a ; git commit -q -m 1");
  MemoryBlocks blocks;
  const auto new_kind = import_from(work, blocks);
  const auto old_kind = import_from(other, blocks);
  {
    Exporting both(blocks, folder.path().string() + "/both");
    both.of(new_kind).of(old_kind);
    CHECK(message_of(both) ==
          "refs/heads/old came from a git repository with SHA-1 ids, refs/heads/main from one with "
          "SHA-256 ids");
    CHECK_FALSE(std::filesystem::exists(folder.path().string() + "/both"));
  }
  {
    Exporting merged(blocks, folder.path().string() + "/merged");
    merged.of("refs/heads/main",
              commit_on(blocks, "m\n", {tip_of(new_kind, "main"), tip_of(old_kind, "old")}));
    CHECK(message_of(merged) ==
          "refs/heads/main holds commits from git repositories of both kinds, SHA-1 and SHA-256");
  }
  {
    Exporting there(blocks, other.string());
    there.of("refs/heads/x", tip_of(new_kind, "main"));
    CHECK(message_of(there).find("came from a git repository with SHA-256 ids, and") !=
          std::string::npos);
    CHECK(run(other, "git for-each-ref | wc -l ; git count-objects") ==
          run(other, "echo 1 ; git count-objects"));
  }
  {
    Exporting there(blocks, work.string());
    there.of("refs/heads/x", commit_on(blocks, "x\n", {tip_of(old_kind, "old")}));
    CHECK(message_of(there).find("came from a git repository with SHA-1 ids, and") !=
          std::string::npos);
  }
  {
    Exporting there(blocks, other.string());
    there.of("refs/heads/old", tip_of(old_kind, "old"));
    there.options.id_bytes = 32;
    CHECK(message_of(there).find("has SHA-1 ids") != std::string::npos);
  }
}

TEST_CASE("commits that only git has are refused in a SHA-256 repository too, unless forced") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = history(folder);
  MemoryBlocks blocks;
  const auto imported = import_from(work, blocks);
  const std::filesystem::path out = folder.path().string() + "/out.git";
  Exporting exporting(blocks, out.string());
  exporting.of(imported).run();
  run(out,
      "git update-ref refs/heads/main "
      "$(git commit-tree -p main -m foreign $(git rev-parse main:))");
  const std::string foreign = run(out, "git for-each-ref");
  exporting.of("refs/heads/side", commit_on(blocks, "s\n", {tip_of(imported, "side")}));
  CHECK_THROWS_AS(exporting.run(), Failure);
  CHECK(run(out, "git for-each-ref") == foreign);
  exporting.options.force = true;
  exporting.run();
  CHECK(run(out, "git rev-parse main") == run(work, "git rev-parse main"));
}

TEST_CASE("references of a SHA-256 repository move all or none, and prune takes away") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = history(folder);
  MemoryBlocks blocks;
  const auto imported = import_from(work, blocks);
  const std::filesystem::path out = folder.path().string() + "/out.git";
  Exporting exporting(blocks, out.string());
  exporting.of(imported).run();
  std::erase_if(exporting.options.refs,
                [](const git::ExportRef& ref) { return ref.name == "refs/heads/more"; });
  exporting.of("refs/heads/main", commit_on(blocks, "m\n", {tip_of(imported, "main")}));
  exporting.options.prune = true;
  const std::string before = run(out, "git for-each-ref");
  std::ofstream(out / "refs/heads/more.lock") << "";
  CHECK_THROWS_AS(exporting.run(), Failure);
  CHECK(run(out, "git for-each-ref") == before);
  std::filesystem::remove(out / "refs/heads/more.lock");
  exporting.run();
  CHECK(run(out, "git rev-parse -q --verify more || echo gone") == "gone\n");
  CHECK(run(out, "git fsck --strict --full 2>&1 | grep -v dangling || true") == "");
}

TEST_CASE("a name beside which git has another is refused before anything is written") {
  if (!has_git()) return;
  for (const std::uint8_t id_bytes : {std::uint8_t{20}, std::uint8_t{32}}) {
    CAPTURE(id_bytes);
    const TemporaryFolder folder;
    const std::string out = folder.path().string() + "/x";
    MemoryBlocks blocks;
    Exporting exporting(blocks, out);
    exporting.options.id_bytes = id_bytes;
    const object::Id first = commit_on(blocks, "1\n", {});
    exporting.of("refs/heads/t", first).of("refs/heads/d/e", first).run();
    const std::string before = run(out, "git for-each-ref ; git count-objects");
    const object::Id next = commit_on(blocks, "2\n", {first});
    for (const char* name : {"refs/heads/t/u", "refs/heads/d"}) {
      exporting.options.refs.clear();
      exporting.of(name, next);
      exporting.options.prune = true;
      CHECK(message_of(exporting).find("git cannot hold " + std::string(name) + " beside") !=
            std::string::npos);
    }
    CHECK(run(out, "git for-each-ref ; git count-objects") == before);
  }
}

TEST_CASE(
    "no hook and no filter of a SHA-256 repository runs; its files follow while they are clean") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const auto work = history(folder);
  MemoryBlocks blocks;
  const auto imported = import_from(work, blocks);
  const std::string out = folder.path().string() + "/out";
  Exporting exporting(blocks, out);
  exporting.options.bare = false;
  exporting.of(imported).run();
  CHECK(run(out, "git status --short ; cat src/deep/f8 ; readlink src/link") == "8\nnumbers\n");
  const std::string trap = folder.path().string() + "/trap";
  run(out,
      "for h in reference-transaction post-checkout post-index-change; do mkdir -p .git/hooks; "
      "printf \"#!/bin/sh\\ntouch " +
          trap +
          "\\n\" > .git/hooks/$h; chmod +x .git/hooks/$h; "
          "done ; git config filter.x=y.smudge \"touch " +
          trap +
          " ; cat\" ; "
          "git config filter.x=y.clean \"touch " +
          trap +
          " ; cat\" ; "
          "git config filter.z.process \"touch " +
          trap +
          "\" ; "
          "git config core.fsmonitor \"touch " +
          trap +
          " ; false\" ; "
          "printf \"a filter=x=y\\nsrc/** filter=z\\n\" > .git/info/attributes || "
          "{ mkdir -p .git/info ; printf \"a filter=x=y\\nsrc/** filter=z\\n\" > "
          ".git/info/attributes ; }");
  const object::Id mine = commit_on(blocks, "mine\n", {tip_of(imported, "main")});
  exporting.of("refs/heads/main", mine).run();
  CHECK_FALSE(std::filesystem::exists(trap));
  run(out, "rm -rf .git/hooks .git/info ; git config --unset core.fsmonitor");
  CHECK(run(out, "git status --short ; cat a ; ls") == "mine\na\n");

  std::ofstream(out + "/a") << "edited\n";
  exporting.of("refs/heads/main", commit_on(blocks, "next\n", {mine}));
  CHECK(message_of(exporting).find("changes that are not committed (a)") != std::string::npos);
  CHECK(run(out, "cat a ; git log --oneline | wc -l") ==
        run(out, "echo edited ; git log --oneline | wc -l"));
  run(out, "git checkout -q a");
  // What is not in git and would be overwritten stays, and nothing moves.
  const object::Id with_b = [&] {
    object::Commit commit;
    const auto file =
        object::Value::of(object::Mode::file, object::write_file(blocks, as_bytes("b\n")));
    commit.tree = object::write_tree(blocks, {{{"a", file}, {"b", file}}});
    commit.parents = {mine};
    commit.author = {"Anna", "a@x", {1700000001, 0}};
    commit.committer = commit.author;
    return blocks.write(object::Kind::commit, object::encode_commit(commit).value());
  }();
  std::ofstream(out + "/b") << "not git's\n";
  const std::string before = run(out, "git rev-parse main");
  exporting.of("refs/heads/main", with_b);
  CHECK(message_of(exporting).find("cannot follow their branch") != std::string::npos);
  CHECK(run(out, "git rev-parse main ; cat a b") == before + "mine\nnot git's\n");
  run(out, "rm b");
  exporting.run();
  CHECK(run(out, "git status --short ; cat a b") == "b\nb\n");
}

TEST_CASE("a folder whose files are another's keeps them; git's index follows, SHA-256 or not") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  MemoryBlocks blocks;
  const std::string out = folder.path().string() + "/out";
  std::filesystem::create_directory(out);
  std::ofstream(out + "/a") << "one\n";
  Exporting exporting(blocks, out);
  exporting.options.bare = false;
  exporting.options.keep_files = true;
  exporting.options.id_bytes = 32;
  const object::Id first = commit_on(blocks, "one\n", {});
  exporting.of("refs/heads/main", first).run();
  CHECK(run(out, "git status --short ; cat a") == "one\n");
  exporting.of("refs/heads/main", commit_on(blocks, "two\n", {first})).run();
  CHECK(run(out, "git status --short ; cat a") == " M a\none\n");
}

TEST_CASE("a git id of the other length is no answer, and both are kept") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string() + "/map";
  const object::Id id{{1, 2, 3}};
  git::GitId sha1;
  sha1.bytes[0] = 7;
  git::GitId sha256;
  sha256.size = 32;
  sha256.bytes[31] = 9;
  {
    git::GitMap map(os::posix(), path);
    map.learn(id, sha256);
    CHECK_FALSE(map.git_id(id, 20).has_value());
    map.learn(id, sha1);
    map.save("x");
  }
  const git::GitMap map(os::posix(), path);
  CHECK(map.git_id(id, 20) == sha1);
  CHECK(map.git_id(id, 32) == sha256);
  CHECK(map.id_of(sha1) == id);
  CHECK(map.id_of(sha256) == id);
}
