// hn's words about commits, where git shows them: nobody else's notes are lost for it.
#include <doctest/doctest.h>

#include "support/git_export.hpp"
#include "support/git_program.hpp"
#include "support/git_repo.hpp"

using namespace hn;
using hn::testing::Exporting;
using hn::testing::has_git;
using hn::testing::MemoryBlocks;
using hn::testing::run;
using hn::testing::TemporaryFolder;
using Change = git::ExportedRef::Change;

namespace {

constexpr const char* kList = "git notes --ref=hn list | sort -k2";

object::Id commit_on(MemoryBlocks& blocks, std::int64_t seconds,
                     const std::vector<object::Id>& parents) {
  object::Commit commit;
  commit.tree = object::write_tree(blocks, {});
  commit.parents = parents;
  commit.author = {"Anna", "a@x", {seconds, 0}};
  commit.committer = commit.author;
  commit.message = "made here\n";
  return blocks.write(object::Kind::commit, object::encode_commit(commit).value());
}

// So many commits, each with a note.
struct Noted {
  explicit Noted(std::size_t commits) { add(commits); }
  void add(std::size_t commits) {
    for (std::size_t i = 0; i < commits; ++i) {
      const auto seconds = static_cast<std::int64_t>(1'700'000'000 + notes.size());
      std::vector<object::Id> parents;
      if (tip) parents.push_back(*tip);
      tip = commit_on(blocks, seconds, parents);
      notes.push_back(
          {object::Kind::commit, *tip, "note " + std::to_string(notes.size()) + "\n", seconds});
    }
  }
  git::Exported run_with(Exporting& exporting) {
    exporting.options.notes = notes;
    return exporting.of("refs/heads/main", *tip).run();
  }
  MemoryBlocks blocks;
  std::optional<object::Id> tip;
  std::vector<git::ExportNote> notes;
};

const git::ExportedRef& notes_ref(const git::Exported& out) {
  for (const auto& ref : out.refs)
    if (ref.name == "refs/notes/hn") return ref;
  FAIL("no notes");
  return out.refs.front();
}

}  // namespace

TEST_CASE("notes go out where git shows them, the same from everywhere, and only forward") {
  for (const std::uint8_t id_bytes : {std::uint8_t{20}, std::uint8_t{32}}) {
    if (!has_git()) return;
    CAPTURE(id_bytes);
    Noted noted(3);
    const TemporaryFolder folder;
    const auto path = folder.path() / "x";
    Exporting exporting(noted.blocks, path.string());
    exporting.options.id_bytes = id_bytes;
    const auto first = noted.run_with(exporting);
    CHECK(first.notes == 3);
    CHECK(first.commits == 3);
    CHECK(notes_ref(first).change == Change::made);
    CHECK(run(path, "git log --notes=hn --format=%N main | grep .") == "note 2\nnote 1\nnote 0\n");
    CHECK(run(path,
              "git fsck --strict --full ; git log --format=\"%an %ae %cn %at %ct\" "
              "refs/notes/hn") == "hn hn@hn.invalid hn 1700000002 1700000002\n");
    Exporting other(noted.blocks, (folder.path() / "y").string());
    other.options.id_bytes = id_bytes;
    CHECK(notes_ref(noted.run_with(other)).now == notes_ref(first).now);

    const auto again = noted.run_with(exporting);
    CHECK(again.notes == 0);
    CHECK(notes_ref(again).change == Change::none);
    noted.add(1);
    const auto more = noted.run_with(exporting);
    CHECK(more.notes == 1);
    CHECK(run(path, "git rev-parse refs/notes/hn~1") == git::to_hex(*notes_ref(first).now) + "\n");
    CHECK(run(path, "git log --notes=hn --format=%N main | grep -c .") == "4\n");
    CHECK(exporting.compare() == 9);
    exporting.options.notes->back().text = "another\n";
    CHECK_THROWS_AS(exporting.compare(), Failure);
  }
}

TEST_CASE("hundreds of notes are read by git, and one more costs a few objects") {
  if (!has_git()) return;
  Noted noted(700);
  const TemporaryFolder folder;
  const auto path = folder.path() / "x";
  Exporting exporting(noted.blocks, path.string());
  CHECK(noted.run_with(exporting).notes == 700);
  CHECK(run(path, "git notes --ref=hn list | wc -l ; git fsck --strict --full") == "700\n");
  CHECK(run(path, "git notes --ref=hn show main~123") == "note 576\n");
  const std::string before = run(path, "git rev-list --objects --all | wc -l");
  noted.add(1);
  noted.run_with(exporting);
  // A commit; of notes a text, a folder, the root, a commit.
  CHECK(std::stoi(run(path, "git rev-list --objects --all | wc -l")) == std::stoi(before) + 5);
}

TEST_CASE("what another device has noted stays") {
  if (!has_git()) return;
  Noted noted(4);
  const TemporaryFolder folder;
  const auto path = folder.path() / "x";
  Exporting exporting(noted.blocks, path.string());
  noted.run_with(exporting);
  const std::string before = run(path, kList);
  exporting.options.notes = {{noted.notes.at(1)}};
  const auto less = exporting.run();
  CHECK(less.notes == 0);
  CHECK(run(path, kList) == before);
  exporting.options.notes->at(0).text = "changed\n";
  CHECK(exporting.run().notes == 1);
  CHECK(run(path, "git log --notes=hn --format=%N main | grep .") ==
        "note 3\nnote 2\nchanged\nnote 0\n");
}

TEST_CASE("notes about what is not there wait until it is") {
  if (!has_git()) return;
  Noted noted(2);
  const TemporaryFolder folder;
  const auto path = folder.path() / "x";
  Exporting exporting(noted.blocks, path.string());
  const object::Id elsewhere = commit_on(noted.blocks, 1, {});
  noted.notes.push_back({object::Kind::commit, elsewhere, "elsewhere\n", 1'900'000'000});
  CHECK(noted.run_with(exporting).notes == 2);
  CHECK(run(path, "git log -n 1 --format=%ct refs/notes/hn") == "1700000001\n");
  exporting.of("refs/heads/side", elsewhere);
  CHECK(noted.run_with(exporting).notes == 1);
  CHECK(run(path, "git notes --ref=hn show side") == "elsewhere\n");
}

TEST_CASE("notes that somebody else put there are refused, and kept where one insists") {
  if (!has_git()) return;
  Noted noted(2);
  const TemporaryFolder folder;
  const auto path = folder.path() / "x";
  Exporting exporting(noted.blocks, path.string());
  noted.run_with(exporting);
  run(path, "git notes --ref=hn add -f -m mine main");
  const std::string theirs = run(path, "git rev-parse refs/notes/hn");
  const std::string main = run(path, "git rev-parse main");
  noted.add(1);
  CHECK_THROWS_AS(noted.run_with(exporting), Failure);
  CHECK(run(path, "git rev-parse refs/notes/hn main") == theirs + main);
  exporting.options.force = true;
  noted.run_with(exporting);
  CHECK(run(path, "git rev-parse refs/notes/hn~1") == theirs);
  CHECK(run(path, "git log --notes=hn --format=%N main | grep .") == "note 2\nnote 1\nnote 0\n");
}

TEST_CASE("a branch called refs/notes/hn and hn's notes do not share a place") {
  Noted noted(1);
  const TemporaryFolder folder;
  Exporting exporting(noted.blocks, (folder.path() / "x").string());
  exporting.of("refs/notes/hn", *noted.tip);
  CHECK_THROWS_AS(noted.run_with(exporting), Failure);
}
