#include "hn/repo/revision.hpp"

#include <doctest/doctest.h>

#include "hn/repo/fsck.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;
using object::Id;

namespace {

object::GitId git_of(std::string_view hex) {
  std::string text(hex);
  text.resize(40, '0');
  object::GitId git;
  std::ranges::copy(*from_hex(text), git.bytes.begin());
  return git;
}

// A repository with blocks as an import makes them.
struct Imported {
  RepoDevice anna{"anna", 1};
  int count = 0;

  Imported() { anna.found(); }

  Id commit(std::string_view git, std::vector<Id> parents) {
    store::Batch batch = anna->store().begin();
    object::Commit commit;
    commit.tree = object::write_tree(batch, {});
    commit.parents = std::move(parents);
    commit.author = commit.committer = {"Anna", "anna@example.org", {++count, 0}};
    commit.git = git_of(git);
    const Id id = batch.write(object::Kind::commit, *object::encode_commit(commit));
    batch.commit();
    return id;
  }
  Id tag(std::string_view git, object::Kind kind, const Id& target) {
    store::Batch batch = anna->store().begin();
    object::Tag tag;
    tag.target_kind = kind;
    tag.target = target;
    tag.name = "v" + std::to_string(++count);
    tag.git = git_of(git);
    const Id id = batch.write(object::Kind::tag, *object::encode_tag(tag));
    const repo::Draft draft{true, {tag.name, {}}, log::Target{object::Kind::tag, id}, {}};
    batch.put(repo::key::draft(draft), encode(draft));
    batch.commit();
    return id;
  }
  void stand_at(const Id& commit) {
    store::Batch batch = anna->store().begin();
    repo::advance(*anna, batch, anna.main(), commit, repo::Own::contained);
    batch.commit();
  }
  // So many more, so that closing the repository writes the index.
  Id many(Id on) {
    for (int i = 0; i < 80; ++i) on = commit("7e" + std::to_string(1000 + i), {on});
    return on;
  }
  std::optional<Code> code_of(const std::string& text) {
    try {
      repo::resolve(*anna, text);
    } catch (const Failure& failure) {
      return failure.code();
    }
    return std::nullopt;
  }
};

}  // namespace

TEST_CASE("git's ids name commits that branches reach, with and without the index") {
  Imported r;
  const Id root = r.commit("1111222233334444", {});
  const Id left = r.commit("aaaa1111", {root});
  const Id right = r.commit("aaaa2222", {root});
  const Id lost = r.commit("bbbb1111", {root});  // nothing leads there
  const Id merge = r.commit("cccc1111", {left, right});
  r.stand_at(r.many(merge));
  for (int round = 0; round < 3; ++round) {
    INFO("round " << round);
    CHECK((r.anna->history_index().size() > 0) == (round > 0));
    CHECK(repo::resolve_commit(*r.anna, "11112222") == root);
    CHECK(repo::resolve_commit(*r.anna, "1111222233334444000000000000000000000000") == root);
    CHECK(repo::resolve_commit(*r.anna, "aaaa1") == left);
    CHECK(repo::resolve_commit(*r.anna, "aaaa2222^") == root);
    CHECK(r.code_of("aaaa") == Code::ambiguous);
    CHECK(r.code_of("bbbb") == Code::not_found);
    CHECK(r.code_of("1111222233334444000000000000000000000001") == Code::not_found);
    CHECK(repo::resolve_commit(*r.anna, object::to_hex(lost).substr(0, 16)) == lost);
    CHECK(repo::resolve_commit(*r.anna, object::to_hex(merge)) == merge);
    r.anna.open();
  }
  // What nothing leads to does not make a prefix ambiguous, even where the index knows it.
  const Id same = r.commit("cccc2222", {lost});
  for (const Id& id : {same, lost}) CHECK(r.anna->history().generation(id));
  CHECK(repo::resolve_commit(*r.anna, "cccc") == merge);
  // One in the index and one that is newer than it do.
  r.stand_at(r.commit("cccc3333", {*repo::tip_of(*r.anna, r.anna.main()).commit}));
  CHECK(r.code_of("cccc") == Code::ambiguous);
}

TEST_CASE("git's ids name tag objects where no commit has such an id") {
  Imported r;
  const Id root = r.commit("1111", {});
  const Id inner = r.tag("dddd1111", object::Kind::commit, root);
  const Id outer = r.tag("dddd2222", object::Kind::tag, inner);
  const Id like_a_commit = r.tag("11112222", object::Kind::commit, root);
  r.stand_at(r.many(root));
  for (int round = 0; round < 2; ++round) {
    CHECK(repo::resolve(*r.anna, "dddd1").id == inner);
    CHECK(repo::resolve(*r.anna, "dddd2") == log::Target{object::Kind::tag, outer});
    CHECK(repo::resolve_commit(*r.anna, "dddd2") == root);
    CHECK(r.code_of("dddd") == Code::ambiguous);
    CHECK(repo::resolve(*r.anna, "1111").id == root);
    CHECK(repo::resolve(*r.anna, "11112").id == like_a_commit);
    r.anna.open();
  }
}

TEST_CASE("closing a repository writes what it had to read, and opening one reads it") {
  Imported r;
  r.stand_at(r.many(r.commit("1111", {})));
  CHECK(repo::unpublished(*r.anna, r.anna.main()) == 81);
  CHECK(r.anna->history_index().size() == 0);
  r.anna.open();
  CHECK(r.anna->history_index().size() == 81);
  CHECK(repo::unpublished(*r.anna, r.anna.main()) == 81);
}

TEST_CASE("fsck holds the history index against the blocks and makes it again") {
  Imported r;
  const Id root = r.commit("1111", {});
  r.stand_at(r.many(root));
  const auto faults = [&] {
    std::vector<std::string> out;
    repo::fsck(*r.anna, [&](const repo::Fault& fault) { out.push_back(fault.what); });
    return out;
  };
  CHECK(faults().empty());
  const Id tip = *repo::tip_of(*r.anna, r.anna.main()).commit;
  r.anna.open();
  REQUIRE(r.anna->history_index().size() == 81);
  // A row that lies about its time: all its checksums are right.
  store::CommitFacts lie = *r.anna->history_index().find(root);
  ++lie.time;
  std::vector<store::CommitFacts> all;
  for (std::uint32_t i = 0; i < 81; ++i) all.push_back(*r.anna->history_index().at(i));
  all.front() = lie;
  r.anna->history_index().discard();
  store::HistoryIndex(r.anna.fs, "r/.hn/store", r.anna->id().bytes).add(all, {});
  r.anna.open();
  const auto found = faults();
  REQUIRE(found.size() == 1);
  CHECK(found.front() == "history index, commit or tag " + object::to_hex(root) +
                             ": its time is another; the index was made again");
  r.anna.open();
  CHECK(r.anna->history_index().size() == 81);
  CHECK(*r.anna->history().time(root) == lie.time - 1);
  CHECK(faults().empty());
  // A page that a disk spoilt is no fault, and mended.
  for (const std::string& name : r.anna.fs.list("r/.hn/store/history"))
    if (name.ends_with(".layer")) r.anna.fs.bytes_of("r/.hn/store/history/" + name)[2000] ^= 1;
  r.anna.open();
  CHECK(faults().empty());
  r.anna.open();
  CHECK(r.anna->history_index().is_sound());
  CHECK(r.anna->history_index().row_of(tip));
}

namespace {

// main: one - two - three - merge(three, side); side: two - side.
struct Told {
  RepoDevice anna{"anna", 1};
  Id one, two, three, side, merge;

  Told() {
    anna.found();
    one = say("first: begin", {});
    two = say("second: fix the lamp", {one});
    three = say("third: paint", {two});
    side = say("side: Fix the door", {two});
    merge = say("merge", {three, side});
  }
  Id say(const std::string& message, std::vector<Id> parents) {
    return anna.commit(anna.main(), {{"a", message}}, std::move(parents), repo::Own::contained,
                       "commit");
  }
  Id at(const std::string& text) { return repo::resolve_commit(*anna, text); }
  std::optional<Code> code_of(const std::string& text) {
    try {
      repo::resolve(*anna, text);
    } catch (const Failure& failure) {
      return failure.code();
    }
    return std::nullopt;
  }
  std::pair<std::vector<Id>, std::vector<Id>> range(const std::string& text) {
    repo::CommitSet set;
    repo::add_range(*anna, text, set);
    return {set.with, set.without};
  }
};

}  // namespace

TEST_CASE("steps lead to parents, trees and back in time") {
  Told t;
  CHECK(t.at("main^2") == t.side);
  CHECK(t.at("main~2") == t.two);
  CHECK(t.at("main^2~2") == t.one);
  CHECK(t.at("refs/heads/main^0") == t.merge);
  CHECK(t.at("heads/main^{commit}^{}^{object}") == t.merge);
  CHECK(t.code_of("main^3") == Code::not_found);
  CHECK(t.code_of("main~99999999999999999999") == Code::not_found);
  CHECK(t.code_of("main^{tag}") == Code::invalid);
  const auto tree = repo::resolve(*t.anna, "main^^{tree}");
  CHECK(tree.kind == object::Kind::tree);
  CHECK(tree.id == object::read_commit(t.anna->store(), t.three)->tree);
  CHECK(repo::resolve_path(*t.anna, "main^{tree}:a").value.is_file());
  CHECK(t.code_of("main^{tree}^") == Code::invalid);
  // By the operation log: what the branch was before each commit.
  CHECK(t.at("main@{0}") == t.merge);
  CHECK(t.at("main@{1}") == t.side);
  CHECK(t.at("main@{4}") == t.one);
  CHECK(t.code_of("main@{5}") == Code::not_found);
  CHECK(t.code_of("main@{u}") == Code::invalid);
  CHECK(t.code_of("main@{soonish}") == Code::invalid);
  CHECK(t.at("main@{now}") == t.merge);
  CHECK(t.code_of("main@{2000-01-01}") == Code::not_found);
  CHECK(t.code_of("@{-1}") == Code::not_found);
}

TEST_CASE("a range names what it leads to and what not") {
  Told t;
  using Sets = std::pair<std::vector<Id>, std::vector<Id>>;
  CHECK(t.range("main^..main") == Sets{{t.merge}, {t.three}});
  CHECK(t.range("main^...main^2") == Sets{{t.three, t.side}, {t.two}});
  CHECK(t.range("^main~2") == Sets{{}, {t.two}});
  CHECK(t.range("main^@") == Sets{{t.three, t.side}, {}});
  CHECK(t.range("main^!") == Sets{{t.merge}, {t.three, t.side}});
  CHECK(t.range("main^-2") == Sets{{t.merge}, {t.side}});
  CHECK(repo::merge_bases(*t.anna, t.three, t.side) == std::vector{t.two});
}

TEST_CASE("a message names the newest commit that has it") {
  RepoDevice anna("anna", 1);
  anna.found();
  std::vector<Id> ids;
  for (const char* message : {"lamp: one", "door: two", "lamp: three", "end"}) {
    ids.push_back(anna.commit(anna.main(), {{"a", message}},
                              ids.empty() ? std::vector<Id>{} : std::vector{ids.back()},
                              repo::Own::contained, message));
  }
  const auto at = [&](const char* text) { return repo::resolve_commit(*anna, text); };
  CHECK(at(":/lamp") == ids[2]);
  CHECK(at(":/^door: t?") == ids[1]);
  CHECK(at("main~2^{/lamp}") == ids[0]);
  CHECK(at(":/!-end") == ids[2]);
  CHECK(at("main^{/(one|two)}") == ids[1]);
  CHECK_THROWS_AS(at(":/nothing"), Failure);
  CHECK_THROWS_AS(at(":/a("), Failure);
}
