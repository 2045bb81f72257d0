// Out of hn again: what came from git is what it was; what was made here is a function of itself;
// nothing that git holds is lost; nothing is half-written.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "git/pack_file.hpp"
#include "git/plain_tree.hpp"
#include "hn/base/text.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/git/git_map.hpp"
#include "hn/git/verify.hpp"
#include "hn/object/conflict.hpp"
#include "hn/object/file.hpp"
#include "support/crash_fs.hpp"
#include "support/git_export.hpp"
#include "support/git_repo.hpp"

using namespace hn;
using hn::testing::Exporting;
using hn::testing::GitRepo;
using hn::testing::MemoryBlocks;
using hn::testing::TemporaryFolder;
using Change = git::ExportedRef::Change;

namespace {

struct Silent final : git::Progress {
  void at(git::Phase, std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

git::Imported import_from(const std::string& path, MemoryBlocks& blocks) {
  Silent silent;
  return git::import_git({path, false, {}, &blocks}, blocks, silent);
}

object::Id file(MemoryBlocks& blocks, std::string_view text) {
  return object::write_file(blocks, as_bytes(text));
}

object::Value as_file(const object::Id& id) {
  return object::Value::of(object::Mode::file, id);
}

object::Id commit_of(MemoryBlocks& blocks, const object::Id& tree,
                     const std::vector<object::Id>& parents = {},
                     std::string_view message = "made here\n") {
  object::Commit commit;
  commit.tree = tree;
  commit.parents = parents;
  commit.author = {"Anna", "anna@example.org", {1700000000, 60}};
  commit.committer = commit.author;
  commit.message = message;
  return blocks.write(object::Kind::commit, object::encode_commit(commit).value());
}

object::Id commit_with(MemoryBlocks& blocks, std::string_view text,
                       const std::vector<object::Id>& parents = {}) {
  return commit_of(blocks, object::write_tree(blocks, {{{"a", as_file(file(blocks, text))}}}),
                   parents);
}

// A history of so many commits, each a change of one of a few files.
object::Id long_history(MemoryBlocks& blocks, std::size_t commits) {
  std::vector<object::Id> parents;
  std::vector<std::string> texts(4, "first\n");
  for (std::size_t i = 0; i < commits; ++i) {
    texts[i % texts.size()] += "line " + std::to_string(i) + " of a text that grows\n";
    std::vector<object::TreeEntry> entries;
    for (std::size_t f = 0; f < texts.size(); ++f)
      entries.push_back({"f" + std::to_string(f), as_file(file(blocks, texts[f]))});
    parents = {commit_of(blocks, object::write_tree(blocks, entries), parents)};
  }
  return parents.front();
}

std::string ref_of(const std::string& path, const std::string& name) {
  MemoryBlocks blocks;
  for (const auto& ref : import_from(path, blocks).refs)
    if (ref.name == name) return git::to_hex(ref.git);
  return {};
}

// A conflict of one text, and one of a file against a folder.
object::Id with_conflicts(MemoryBlocks& blocks) {
  const object::Id folder =
      object::write_tree(blocks, {{{"inner", as_file(file(blocks, "inner\n"))}}});
  const auto conflict = [&](std::vector<std::optional<object::Value>> terms) {
    return object::Value::of(
        object::Mode::conflict,
        blocks.write(object::Kind::conflict, object::encode_conflict({std::move(terms)})));
  };
  const object::Value text = conflict({as_file(file(blocks, "top\nours\nend\n")),
                                       as_file(file(blocks, "top\nbase\nend\n")),
                                       as_file(file(blocks, "top\ntheirs\nend\n"))});
  const object::Value mixed = conflict({as_file(file(blocks, "a file\n")), std::nullopt,
                                        object::Value::of(object::Mode::folder, folder)});
  const object::Id deep =
      object::write_tree(blocks, {{{"calm", as_file(file(blocks, "calm\n"))}, {"te xt", text}}});
  return object::write_tree(blocks, {{{"deep", object::Value::of(object::Mode::folder, deep)},
                                      {"mixed", mixed},
                                      {"plain", as_file(file(blocks, "plain\n"))}}});
}

}  // namespace

TEST_CASE("what is made here has the same ids on every device, in git's own form") {
  MemoryBlocks blocks;
  const object::Id first = commit_with(blocks, "a\n");
  const TemporaryFolder folder;
  const auto out = Exporting(blocks, folder.path() / "x").of("refs/heads/main", first).run();
  REQUIRE(out.refs.size() == 1);
  // By git hash-object, write-tree and commit-tree of git 2.39 from the same fields.
  CHECK(git::to_hex(*out.refs[0].now) == "2062c81ec1d908be68ab27da02b6e9c31e90c3af");
  CHECK(out.made);
  CHECK(out.commits == 1);
  CHECK(out.blobs == 1);
}

TEST_CASE(
    "a shallow export has the commits that were asked for whole, and none of their ancestors") {
  GitRepo repo;
  const std::string first = repo.plain(repo.tree({{"100644", "old", repo.blob("old\n")}}));
  const std::string second =
      repo.plain(repo.tree({{"100644", "kept", repo.blob("kept\n")}}), {first});
  repo.ref("refs/heads/main", repo.plain(repo.tree({{"100644", "kept", repo.blob("kept\n")},
                                                    {"100644", "new", repo.blob("new\n")}}),
                                         {second}));
  MemoryBlocks blocks;
  const git::Imported imported = import_from(repo.path(), blocks);
  const TemporaryFolder folder;
  Exporting exporting(blocks, (folder.path() / "out.git").string());
  exporting.options.only = {imported.refs.front().id};
  const git::Exported out = exporting.of("refs/hn/0", imported.refs.front().id).run();
  CHECK(out.commits == 1);
  CHECK(out.trees == 1);
  CHECK(out.blobs == 2);
  CHECK(out.refs.front().now == imported.refs.front().git);
}

TEST_CASE("what git put on top of what was made here is verified with it") {
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(repo.tree({{"100644", "a", repo.blob("1\n")}})));
  MemoryBlocks blocks;
  const object::Id first = import_from(repo.path(), blocks).refs.front().id;
  const object::Id made = commit_with(blocks, "2\n", {first});
  Exporting exporting(blocks, repo.path());
  const git::GitId went = exporting.of("refs/heads/main", made).run().refs.front().now.value();
  repo.ref("refs/heads/main",
           repo.plain(repo.tree({{"100644", "a", repo.blob("3\n")}}), {git::to_hex(went)}));
  git::ImportOptions again{repo.path(), false, {}, &blocks};
  again.known = [&](const git::GitId& git) { return exporting.made.id_of(git); };
  Silent silent;
  const git::Imported imported = git::import_git(again, blocks, silent);
  CHECK(git::verify_import(blocks, imported.refs));
  auto wrong = imported.refs;
  wrong.front().id = made;
  CHECK_FALSE(git::verify_import(blocks, wrong));
}

TEST_CASE("a tag that is there already is no reason to stop") {
  GitRepo repo;
  const std::string commit = repo.plain(repo.tree({{"100644", "a", repo.blob("a\n")}}));
  repo.ref("refs/heads/main", commit);
  repo.ref("refs/tags/light", commit);
  repo.ref("refs/tags/heavy", repo.tag("object " + commit + "\ntype commit\ntag heavy\n\nm\n"));
  repo.ref("refs/tags/blob", repo.blob("a\n"));
  MemoryBlocks blocks;
  const auto imported = import_from(repo.path(), blocks);
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  exporting.of(imported).run();
  for (const auto& ref : exporting.run().refs) CHECK_MESSAGE(ref.change == Change::none, ref.name);
}

TEST_CASE("exporting again writes what is new, and nothing where nothing is") {
  MemoryBlocks blocks;
  const object::Id old = long_history(blocks, 150);
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  const auto first = exporting.of("refs/heads/main", old).run();
  CHECK(first.commits == 150);
  CHECK(first.bytes > 0);
  const auto again = exporting.run();
  CHECK(again.objects() == 0);
  CHECK(again.refs.at(0).change == Change::none);
  const object::Id young = commit_with(blocks, "new\n", {old});
  const auto more = exporting.of("refs/heads/main", young).run();
  CHECK(more.commits == 1);
  CHECK(more.trees == 1);
  CHECK(more.blobs == 1);
  CHECK(more.bytes == 0);  // single objects
  CHECK(more.refs.at(0).change == Change::moved);
  CHECK(exporting.compare() == first.objects() + 3);
}

TEST_CASE("without the map of what was exported the ids are the same") {
  MemoryBlocks blocks;
  const object::Id at = long_history(blocks, 20);
  const TemporaryFolder folder;
  Exporting first(blocks, folder.path() / "x");
  const auto made = first.of("refs/heads/main", at).run();
  Exporting forgetful(blocks, folder.path() / "x");
  forgetful.made.learn(at, *made.refs.at(0).now);
  const auto again = forgetful.of("refs/heads/main", at).run();
  CHECK(again.refs.at(0).change == Change::none);
  Exporting without(blocks, folder.path() / "y");
  CHECK(without.of("refs/heads/main", at).run().refs.at(0).now == made.refs.at(0).now);
}

TEST_CASE("an imported history with folders that hn shows otherwise is extended") {
  GitRepo repo;
  const std::string blob = repo.blob("a\n");
  const std::string inner = repo.tree({{"100644", "x", blob}, {"100644", "..", blob}});
  const std::string root = repo.tree({{"40000", "b", inner}, {"100664", "a", blob}});
  repo.ref("refs/heads/main", repo.plain(root));
  MemoryBlocks blocks;
  const auto imported = import_from(repo.path(), blocks);
  const object::Id base = imported.refs.at(0).id;
  object::Tree tree = object::read_tree(blocks, object::read_commit(blocks, base)->tree).value();
  tree.entries.push_back({"new", as_file(file(blocks, "new\n"))});
  const object::Id next = commit_of(blocks, object::write_tree(blocks, tree.entries), {base});
  const auto out = Exporting(blocks, repo.path()).of("refs/heads/main", next).run();
  CHECK(out.refs.at(0).change == Change::moved);
  CHECK(out.commits == 1);
  CHECK(out.trees == 1);  // the inner one is what it was
  CHECK(out.blobs == 1);
}

TEST_CASE("a branch with commits that hn has not seen stays as it is") {
  MemoryBlocks blocks;
  const object::Id ours = commit_with(blocks, "ours\n");
  GitRepo repo;
  const std::string theirs = repo.plain(repo.tree({{"100644", "a", repo.blob("theirs\n")}}));
  repo.ref("refs/heads/main", theirs);
  Exporting exporting(blocks, repo.path());
  exporting.of("refs/heads/main", ours).of("refs/heads/other", ours);
  CHECK_THROWS_WITH_AS(exporting.run(), doctest::Contains("which hn has not seen"), Failure);
  CHECK(ref_of(repo.path(), "main") == theirs);
  CHECK(ref_of(repo.path(), "other").empty());
  exporting.options.force = true;
  CHECK(exporting.run().refs.at(0).change == Change::moved);
  CHECK(ref_of(repo.path(), "main") != theirs);
}

TEST_CASE("a branch that was rewritten here is moved back only when asked") {
  MemoryBlocks blocks;
  const object::Id root = commit_with(blocks, "root\n");
  const object::Id old = commit_with(blocks, "old\n", {root});
  const object::Id amended = commit_with(blocks, "amended\n", {root});
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  exporting.of("refs/heads/main", old).run();
  CHECK_THROWS_WITH_AS(exporting.of("refs/heads/main", amended).run(),
                       doctest::Contains("no longer contains"), Failure);
  exporting.options.force = true;
  CHECK(exporting.run().refs.at(0).change == Change::moved);
}

TEST_CASE("what is not here is removed when asked, unless hn has not seen it") {
  MemoryBlocks blocks;
  const object::Id at = commit_with(blocks, "a\n");
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  exporting.of("refs/heads/main", at).of("refs/heads/gone", at).run();
  Exporting less(blocks, folder.path() / "x");
  less.made.ids = exporting.made.ids;
  less.of("refs/heads/main", at);
  CHECK(less.run().refs.size() == 1);
  less.options.prune = true;
  const auto out = less.run();
  REQUIRE(out.refs.size() == 2);
  CHECK(out.refs[0].name == "refs/heads/gone");
  CHECK(out.refs[0].change == Change::removed);
  less.made.ids.clear();
  exporting.run();
  less.options.refs.clear();
  CHECK_THROWS_AS(less.run(), Failure);
}

TEST_CASE("names that git does not allow, or not beside each other, are left out and named") {
  MemoryBlocks blocks;
  const object::Id at = commit_with(blocks, "a\n");
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  exporting.of("refs/heads/a", at).of("refs/heads/a/b", at).of("refs/heads/x..y", at);
  const auto out = exporting.run();
  CHECK(out.refs.size() == 1);
  CHECK(out.notices.size() == 2);
}

TEST_CASE("a commit that claims another git id is not exported") {
  MemoryBlocks blocks;
  object::Commit commit = object::read_commit(blocks, commit_with(blocks, "a\n")).value();
  commit.git = git::GitId{};
  commit.git->bytes[0] = 1;
  const object::Id liar = blocks.write(object::Kind::commit, object::encode_commit(commit).value());
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  CHECK_THROWS_WITH_AS(exporting.of("refs/heads/main", liar).run(), doctest::Contains("git id"),
                       Failure);
  CHECK(ref_of(folder.path() / "x", "main").empty());
}

TEST_CASE("a folder that holds something else is not taken") {
  MemoryBlocks blocks;
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "mine") << "mine";
  Exporting exporting(blocks, folder.path());
  CHECK_THROWS_AS(exporting.of("refs/heads/main", commit_with(blocks, "a\n")).run(), Failure);
  CHECK(std::filesystem::exists(folder.path() / "mine"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "HEAD"));
}

TEST_CASE("files follow their branch where they are clean, and stay where they are not") {
  MemoryBlocks blocks;
  const object::Id one = commit_with(blocks, "one\n");
  const object::Id two = commit_with(blocks, "two\n", {one});
  const object::Id three = commit_with(blocks, "three\n", {two});
  const TemporaryFolder folder;
  const auto text = [&] {
    std::ifstream in(folder.path() / "x" / "a");
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  Exporting exporting(blocks, folder.path() / "x");
  exporting.options.bare = false;
  exporting.options.head = "refs/heads/main";
  exporting.of("refs/heads/main", one).run();
  CHECK(text() == "one\n");
  exporting.of("refs/heads/main", two).run();
  CHECK(text() == "two\n");
  std::ofstream(folder.path() / "x" / "a") << "edited\n";
  CHECK_THROWS_WITH_AS(exporting.of("refs/heads/main", three).run(),
                       doctest::Contains("not committed"), Failure);
  CHECK(text() == "edited\n");
  exporting.options.keep_files = true;
  exporting.run();
  CHECK(text() == "edited\n");
}

TEST_CASE("an auto-merge has an author that says what it is") {
  MemoryBlocks blocks;
  const object::Id a = commit_with(blocks, "a\n");
  const object::Id b = commit_with(blocks, "b\n");
  object::Commit merge;
  merge.tree = object::read_commit(blocks, a)->tree;
  merge.parents = {a, b};
  merge.auto_merge = {1, {0, 1}};
  merge.committer.time = {1700000000, 0};
  merge.author = merge.committer;
  const object::Id id = blocks.write(object::Kind::commit, object::encode_commit(merge).value());
  const TemporaryFolder folder;
  Exporting(blocks, folder.path() / "x").of("refs/heads/main", id).run();
  MemoryBlocks back;
  const auto imported = import_from(folder.path() / "x", back);
  const auto shown = object::read_commit(back, imported.refs.at(0).id).value();
  CHECK(shown.author.name == "hn auto-merge");
  CHECK(shown.author.time.seconds == 1700000000);
  CHECK(shown.message == "Auto-merge of 2 heads\n");
}

TEST_CASE("a conflict goes out as files, and its value can be made of them again") {
  MemoryBlocks blocks;
  const object::Id root = with_conflicts(blocks);
  const auto plain = git::plain_tree(blocks, root).value();
  CHECK(plain.trailers == "Hn-Conflict: 3 deep/te%20xt\nHn-Conflict: 3 mixed\n");
  const auto marked = object::find_path(*plain.blocks, plain.root, "deep/te xt").value();
  REQUIRE(marked.has_value());
  const auto text = object::read_file(*plain.blocks, marked->id(), 1000).value();
  CHECK(as_text(text).find("theirs") != std::string_view::npos);
  CHECK(object::find_path(*plain.blocks, plain.root, ".hn-terms/mixed/2/inner").value());
  CHECK_FALSE(object::find_path(*plain.blocks, plain.root, ".hn-terms/mixed/1").value());
  const std::string message = "merge\n\n" + plain.trailers;
  CHECK(git::with_conflicts(*plain.blocks, blocks, plain.root, message).value() == root);
}

TEST_CASE("trailers that speak of what is not there, or was edited, mean nothing") {
  MemoryBlocks blocks;
  const object::Id root = with_conflicts(blocks);
  const auto plain = git::plain_tree(blocks, root).value();
  const auto made_of = [&](std::string_view message) {
    return git::with_conflicts(*plain.blocks, blocks, plain.root, message).value();
  };
  CHECK(made_of("m\n\n" + plain.trailers) == root);
  for (const char* message :
       {"m\n", "m\n\nHn-Conflict: 3 mixed\n", "m\n\nHn-Conflict: 5 deep/te%20xt\n",
        "m\n\nHn-Conflict: 3 ../mixed\n", "m\n\nHn-Conflict: 3 a//b\n", "m\n\nHn-Conflict: 3 \n",
        "m\n\nHn-Conflict: 99999999999 mixed\n", "m\n\nHn-Conflict: 3 %zz\n",
        "m\n\nHn-Conflict: 3 deep/te%20xt\nHn-Conflict: 3 mixed\nmore\n"})
    CHECK_MESSAGE(!made_of(message).has_value(), message);
}

TEST_CASE("a conflict in the history of a branch is exported, and what follows it too") {
  MemoryBlocks blocks;
  const object::Id conflicted = commit_of(blocks, with_conflicts(blocks), {}, "merge");
  const object::Id after = commit_with(blocks, "resolved\n", {conflicted});
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  const auto all = exporting.of("refs/heads/main", after).run();
  CHECK(exporting.compare() == all.objects());
  Exporting apart(blocks, folder.path() / "y");
  apart.of("refs/heads/main", conflicted).run();
  const auto later = apart.of("refs/heads/main", after).run();
  CHECK(later.refs.at(0).now == all.refs.at(0).now);
  // One that keeps the conflict says so too.
  const object::Id still =
      commit_of(blocks, object::read_commit(blocks, conflicted)->tree, {conflicted}, "still\n");
  const auto kept = apart.of("refs/heads/still", still).run();
  Exporting fresh(blocks, folder.path() / "z");
  CHECK(kept.refs.at(1).now == fresh.of("refs/heads/still", still).run().refs.at(0).now);
  MemoryBlocks back;
  const auto imported = import_from(folder.path() / "x", back);
  CHECK(imported.counts.commits == 2);
}

TEST_CASE("a reference that somebody moves during an export is not moved") {
  struct Mover final : git::Progress {
    explicit Mover(std::string to) : path(std::move(to)) {}
    void at(git::Phase phase, std::uint64_t, std::uint64_t, std::uint64_t) override {
      if (phase != git::Phase::objects) return;
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      std::ofstream(path) << std::string(40, '1') << "\n";
    }
    std::string path;
  };
  MemoryBlocks blocks;
  const TemporaryFolder folder;
  Exporting exporting(blocks, folder.path() / "x");
  exporting.of("refs/heads/main", commit_with(blocks, "a\n"));
  exporting.of("refs/heads/other", commit_with(blocks, "b\n"));
  Mover mover(folder.path() / "x/refs/heads/other");
  CHECK_THROWS_WITH_AS(git::export_git(exporting.options, mover),
                       doctest::Contains("moved meanwhile"), Failure);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "x/refs/heads/main"));
}

TEST_CASE("what another device exported is known when it comes back from git") {
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(repo.tree({{"100644", "a", repo.blob("a\n")}})));
  MemoryBlocks blocks;
  const auto imported = import_from(repo.path(), blocks);
  const object::Id base = imported.refs.at(0).id;
  const object::Id ours = commit_with(blocks, "ours\n", {base});
  const auto there = Exporting(blocks, repo.path()).of("refs/heads/main", ours).run();
  testing::MemoryMade made;
  const auto believed = [&](const git::GitId& git) -> std::optional<object::Id> {
    return git == imported.refs.at(0).git ? std::optional(base) : std::nullopt;
  };
  git::LearnOptions learning{{repo.path(), false, {}, &blocks}, {ours}, &blocks, believed, &made};
  git::learn_made_here(learning);
  CHECK(made.git_id(ours, 20) == there.refs.at(0).now);
  Silent silent;
  const auto again = git::import_git(
      {repo.path(), false, [&](const git::GitId& git) { return made.id_of(git); }, &blocks}, blocks,
      silent);
  CHECK(again.refs.at(0).id == ours);
  CHECK(again.counts.commits == 0);
}

TEST_CASE("a peer's word for a git id gives its commit no place of another") {
  GitRepo repo;
  repo.ref("refs/heads/main", repo.plain(repo.tree({{"100644", "a", repo.blob("a\n")}})));
  MemoryBlocks blocks;
  const auto imported = import_from(repo.path(), blocks);
  object::Commit fake = object::read_commit(blocks, commit_with(blocks, "fake\n")).value();
  fake.git = imported.refs.at(0).git;
  const object::Id liar = blocks.write(object::Kind::commit, object::encode_commit(fake).value());
  const object::Id ours = commit_with(blocks, "ours\n", {liar});
  testing::MemoryMade made;
  const auto nobody = [](const git::GitId&) { return std::optional<object::Id>(); };
  git::LearnOptions learning{{repo.path(), false, {}, &blocks}, {ours}, &blocks, nobody, &made};
  git::learn_made_here(learning);
  CHECK(made.ids.empty());
}

TEST_CASE("a pack is there whole or not at all, wherever the power is cut or the disk full") {
  SeededRandom random(1);
  std::vector<Bytes> objects(300, Bytes(6000));
  for (Bytes& bytes : objects) random.fill(bytes);
  const auto write_pack = [&](os::FileSystem& fs) {
    git::PackWriter pack(fs, "pack", "one");
    for (const Bytes& bytes : objects)
      pack.add({git::Type::blob, git::git_id_of(git::Type::blob, bytes), bytes, {}, {}});
    pack.finish();
  };
  const auto packs = [](os::FileSystem& fs) {
    std::pair<std::string, std::string> out;
    for (const std::string& name : fs.list("pack"))
      (name.ends_with(".idx") ? out.second : out.first) = name;
    return out;
  };
  test::CrashFs whole;
  whole.make_folder("pack");
  whole.sync_folder(".");
  whole.reset_counts();
  write_pack(whole);
  const std::uint64_t calls = whole.counts().all();
  const std::string name = packs(whole).first;
  const Bytes bytes = os::read_file(whole, "pack/" + name);
  REQUIRE(calls > 6);
  // Of a power cut several outcomes are tried, by lot; seed 0 is the full disk.
  for (std::uint64_t call = 1; call <= calls; ++call) {
    for (std::uint64_t seed = 0; seed <= 6; ++seed) {
      const bool power = seed > 0;
      CAPTURE(call);
      CAPTURE(seed);
      test::CrashFs fs;
      fs.make_folder("pack");
      fs.sync_folder(".");
      fs.reset_counts();
      power ? fs.cut_power_at(call) : fs.fill_disk_at(call);
      bool done = false;
      try {
        write_pack(fs);
        done = true;
      } catch (const test::PowerCut&) {
      } catch (const Failure&) {
      }
      if (power) fs.reboot(test::Losing::some(seed * 1000 + call));
      fs.heal();
      const auto [pack, index] = packs(fs);
      const bool visible = index.starts_with("pack-");
      if (done && !power) CHECK(visible);
      if (visible) {
        CHECK(os::read_file(fs, "pack/" + index.substr(0, index.size() - 3) + "pack") == bytes);
      }
      if (!power && !done) CHECK(fs.list("pack").empty() == !visible);
    }
  }
}

TEST_CASE("the map of what was exported is as its page says") {
  std::ifstream in(HN_VECTORS "/git_map.json");
  const auto vectors = nlohmann::json::parse(in);
  for (const auto& v : vectors["valid"]) {
    CAPTURE(v["name"]);
    const Bytes bytes = from_hex(v["bytes"].get<std::string>()).value();
    git::GitMapRows rows;
    for (const auto& row : v["rows"]) {
      const Bytes of_git = from_hex(row["git"].get<std::string>()).value();
      git::GitId git;
      REQUIRE(of_git.size() <= git.bytes.size());
      std::copy(of_git.begin(), of_git.end(), git.bytes.begin());
      git.size = static_cast<std::uint8_t>(of_git.size());
      rows.emplace_back(object::id_from_hex(row["id"].get<std::string>()).value(), git);
    }
    CHECK(git::decode_git_map(bytes).value() == rows);
    CHECK(git::encode_git_map(rows) == bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Bytes damaged = bytes;
      damaged[i] ^= 1;
      CHECK_FALSE(git::decode_git_map(damaged).has_value());
      CHECK_FALSE(git::decode_git_map(ByteView(bytes).first(i)).has_value());
    }
  }
  for (const auto& v : vectors["damaged"]) {
    CAPTURE(v["why"]);
    CHECK_FALSE(git::decode_git_map(from_hex(v["bytes"].get<std::string>()).value()).has_value());
  }
}

TEST_CASE("what was learnt is there the next time, by both names") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "map";
  const object::Id id{{1, 2, 3}};
  git::GitId git;
  git.bytes[0] = 7;
  git::GitMap map(os::posix(), path);
  map.learn(id, git);
  map.save("x");
  const git::GitMap again(os::posix(), path);
  CHECK(again.git_id(id, 20) == git);
  CHECK(again.id_of(git) == id);
  std::ofstream(path) << "broken";
  CHECK_FALSE(git::GitMap(os::posix(), path).git_id(id, 20).has_value());
}
