#include "hn/store/history_index.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>

#include "history_bench.hpp"
#include "hn/store/history.hpp"
#include "store/history_layer.hpp"
#include "support/seed.hpp"

using namespace hn;
using namespace hn::store;
using namespace hn::test;
using hn::testing::CommitSource;
using hn::testing::kFolder;
using hn::testing::kOwner;
using Bench = hn::testing::HistoryBench;
using hn::testing::MemoryHistory;
using hn::testing::seed_of_run;
using object::Id;

namespace {

template <class T>
bool same(const Result<T>& a, const Result<T>& b) {
  if (a && b) return *a == *b;
  return !a && !b && a.error().code == b.error().code;
}

void check_same_answers(CommitSource& source, const BlockHistory& with) {
  const BlockHistory without(source.blocks);
  const MemoryHistory plain(source.blocks);
  for (int i = 0; i < 10; ++i) {
    const Id a = source.any();
    const Id b = source.any();
    CHECK(same(with.parents(a), plain.parents(a)));
    CHECK(same(with.generation(a), plain.generation(a)));
    CHECK(same(with.time(a), without.time(a)));
    CHECK(
        same(with.git_id_of(object::Kind::commit, a), without.git_id_of(object::Kind::commit, a)));
    CHECK(same(object::is_ancestor(with, a, b), object::is_ancestor(plain, a, b)));
    const auto from = source.some(4);
    const auto other = source.some(3);
    CHECK(same(object::common_ancestors(with, from, other),
               object::common_ancestors(plain, from, other)));
    const auto reached = object::reachable(plain, from, other, SIZE_MAX);
    CHECK(same(object::reachable(with, from, other, SIZE_MAX), reached));
    REQUIRE(with.count_reachable(from, other));
    CHECK(*with.count_reachable(from, other) == reached->size());
    const auto all = object::reachable(plain, from, {}, SIZE_MAX);
    CHECK(*with.is_reachable(a, from) == (std::ranges::find(*all, a) != all->end()));
  }
}

}  // namespace

TEST_CASE("answers are the same with and without the index, while the history grows") {
  const std::uint64_t seed = seed_of_run(7);
  MESSAGE("HN_SEED=" << seed);
  for (std::uint64_t run = 0; run < 10; ++run) {
    Bench bench(seed + run);
    for (int round = 0; round < 8; ++round) {
      bench.source.grow(1 + bench.source.below(150));
      const HistoryIndex index = bench.open();
      const BlockHistory history(bench.source.blocks, &index);
      check_same_answers(bench.source, history);
      if (round % 3 > 0) {
        for (const Id& id : bench.source.ids) CHECK(history.generation(id));
      }
      history.keep();
    }
    CHECK(bench.open().size() > 0);
    CHECK(bench.tells_the_truth());
  }
}

TEST_CASE("what is in the index is not read from blocks") {
  Bench bench(3);
  bench.source.grow(300);
  const Id tip = bench.source.ids.back();
  {
    const HistoryIndex index = bench.open();
    const BlockHistory history(bench.source.blocks, &index);
    for (const Id& id : bench.source.ids) CHECK(history.generation(id));
    history.keep();
  }
  const Id newer = bench.source.write({tip});
  const HistoryIndex index = bench.open();
  const BlockHistory history(bench.source.blocks, &index);
  bench.source.blocks.reads = 0;
  CHECK(history.generation(newer));
  for (const Id& id : bench.source.ids) CHECK(history.parents(id));
  CHECK(bench.source.blocks.reads == 1);
}

TEST_CASE("the index is written when more than 64 commits were read, and not before") {
  for (const std::size_t commits : {kKeepMin, kKeepMin + 1}) {
    Bench bench(5);
    Id tip = bench.source.write({});
    while (bench.source.ids.size() < commits) tip = bench.source.write({tip});
    const HistoryIndex index = bench.open();
    const BlockHistory history(bench.source.blocks, &index);
    CHECK(history.generation(tip));
    history.keep();
    CHECK(bench.open().size() == (commits > kKeepMin ? commits : 0));
  }
}

TEST_CASE("what is learnt in parts is all there, and answers as before") {
  Bench bench(23);
  bench.source.grow(1000);
  const HistoryIndex index = bench.open();
  const BlockHistory history(bench.source.blocks, &index);
  history.learn(bench.source.ids, 100);
  CHECK(bench.is_complete());
  CHECK(bench.tells_the_truth());
  check_same_answers(bench.source, history);
}

TEST_CASE("what is learnt need not be in order, nor be here") {
  Bench bench(24);
  bench.source.grow(400);
  std::vector<Id> ids(bench.source.ids.rbegin(), bench.source.ids.rend());
  ids.insert(ids.begin() + 50, Id{});
  const HistoryIndex index = bench.open();
  BlockHistory(bench.source.blocks, &index).learn(ids, 100);
  CHECK(bench.open().size() + kKeepMin >= bench.source.ids.size());
  CHECK(bench.tells_the_truth());
}

TEST_CASE("a layer that is full stays as it is") {
  Bench bench(25);
  const std::size_t full = std::size_t{1} << 17U;
  std::vector<CommitFacts> facts(2 * full + 10);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    for (std::size_t k = 0; k < 8; ++k)
      facts[i].id.bytes[k] = static_cast<Byte>((i + 1) * 0x9e3779b97f4a7c15U >> (8 * k));
    facts[i].generation = i + 1;
    if (i > 0) facts[i].parents.push_back(facts[i - 1].id);
  }
  const auto from = [&](std::size_t at, std::size_t count) {
    const auto first = facts.begin() + static_cast<std::ptrdiff_t>(at);
    return std::vector<CommitFacts>(first, first + static_cast<std::ptrdiff_t>(count));
  };
  bench.open().add(from(0, full), {});
  const auto before = bench.files();
  bench.open().add(from(full, full), {});
  bench.open().add(from(2 * full, 10), {});
  const auto after = bench.files();
  CHECK(after.size() == before.size() + 2);
  for (const std::string& name : before) CHECK(std::ranges::find(after, name) != after.end());
  const HistoryIndex index = bench.open();
  CHECK(index.size() == facts.size());
  for (std::size_t i = 0; i < facts.size(); i += 1000) CHECK(index.find(facts[i].id) == facts[i]);
}

TEST_CASE("writing costs no fsync") {
  Bench bench(6);
  bench.fs.reset_counts();
  bench.add(100);
  bench.add(10);
  CHECK(bench.is_complete());
  CHECK(bench.fs.counts().syncs + bench.fs.counts().folder_syncs == 0);
}

TEST_CASE("a commit at a time makes few layers, and each is rewritten seldom") {
  Bench bench(7);
  std::size_t layers_max = 0;
  std::uint64_t bytes = 0;
  for (int i = 0; i < 600; ++i) {
    const auto before = bench.source.ids.empty() ? std::vector<std::string>() : bench.files();
    bench.add(1);
    const auto after = bench.files();
    layers_max = std::max(layers_max, after.size() - 1);
    for (const std::string& name : after)
      if (std::ranges::find(before, name) == before.end()) bytes += bench.fs.bytes_of(name).size();
  }
  CHECK(bench.is_complete());
  CHECK(layers_max <= 10);
  CHECK(bytes < 600 * 150 * 10);  // some 150 bytes for each commit, some ten times
}

TEST_CASE("whatever byte of it changes, no answer does, and the next command mends it") {
  Bench bench(8);
  bench.source.grow(19);
  const auto facts = bench.all_facts();
  const auto write_two_layers = [&] {
    bench.open().discard();
    bench.open().add({facts.begin(), facts.begin() + 14}, {});
    bench.open().add({facts.begin() + 14, facts.end()}, {});
  };
  write_two_layers();
  REQUIRE(bench.files().size() == 3);  // and a chain
  for (const std::string& name : bench.files()) {
    const Bytes sound = bench.fs.bytes_of(name);
    for (std::size_t at = 0; at < sound.size(); ++at) {
      INFO(name << " at " << at);
      bench.fs.bytes_of(name)[at] ^= static_cast<Byte>(1U << (at % 8));
      const HistoryIndex index = bench.open();
      const BlockHistory history(bench.source.blocks, &index);
      const BlockHistory plain(bench.source.blocks);
      for (const Id& id : bench.source.ids) {
        REQUIRE(same(history.generation(id), plain.generation(id)));
        REQUIRE(same(history.parents(id), plain.parents(id)));
      }
      REQUIRE(*history.count_reachable({&bench.source.ids.back(), 1}, {}) ==
              *plain.count_reachable({&bench.source.ids.back(), 1}, {}));
      index.find_git("abab", 10);
      REQUIRE_FALSE(index.is_sound());
      if (at % 16 > 0) {
        bench.fs.bytes_of(name) = sound;
        continue;
      }
      history.keep();
      REQUIRE(bench.open().is_sound());
      bench.open().add(bench.all_facts(), {});
      REQUIRE(bench.is_complete());
      write_two_layers();  // as it was, for the next byte
      REQUIRE(bench.fs.bytes_of(name) == sound);
    }
  }
}

TEST_CASE("a file that is torn, empty or zeros is as if it were not there") {
  Bench bench(9);
  bench.add(120);
  bench.add(20);
  const auto facts = bench.all_facts();
  for (const std::string& name : bench.files()) {
    const Bytes sound = bench.fs.bytes_of(name);
    for (std::size_t at = 0; at < sound.size(); at += 97) {
      Bytes cut(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(at));
      bench.fs.bytes_of(name) = cut;
      REQUIRE(bench.tells_the_truth());
      cut.resize(sound.size());
      bench.fs.bytes_of(name) = cut;
      REQUIRE(bench.tells_the_truth());
      REQUIRE_FALSE(bench.open().is_sound());
    }
    bench.fs.bytes_of(name) = sound;
  }
  CHECK(bench.is_complete());
}

TEST_CASE("an index of another repository is not believed, and replaced") {
  Bench bench(10);
  bench.add(80);
  const HistoryIndex other(bench.fs, kFolder, Hash{9});
  CHECK(other.size() == 0);
  CHECK(other.is_damaged());
  bench.source.grow(3);
  other.add(bench.all_facts(), {});
  CHECK(HistoryIndex(bench.fs, kFolder, Hash{9}).size() == 83);
  CHECK(bench.open().size() == 0);
}

TEST_CASE("a commit whose parent is absent is not in it, nor what stands on it, until it comes") {
  Bench bench(11);
  CommitSource& source = bench.source;
  CommitSource elsewhere(12);
  const Id missing = elsewhere.write({});
  source.grow(70);
  const std::size_t whole = source.ids.size();
  const Id child = source.write({missing});
  const Id grandchild = source.write({source.ids.front(), child});
  {
    const HistoryIndex index = bench.open();
    const BlockHistory history(source.blocks, &index);
    for (std::size_t i = 0; i < whole; ++i) CHECK(history.generation(source.ids[i]));
    for (const Id& id : {child, grandchild}) {
      const auto generation = history.generation(id);
      REQUIRE_FALSE(generation);
      CHECK(generation.error().code == Code::absent);
      CHECK(generation.error().subject == missing.bytes);
    }
    history.keep();
    CHECK(bench.open().size() == whole);
    CHECK_FALSE(bench.open().row_of(child));
    // It comes, and what was stuck goes on.
    source.blocks.write(object::Kind::commit,
                        *elsewhere.blocks.read(missing, object::Kind::commit));
    CHECK(*history.generation(missing) == 1);
    CHECK(*history.generation(child) == 2);
    CHECK(history.generation(grandchild));
  }
  // Handed over without its parent a commit is left out.
  bench.open().add({bench.facts(grandchild)}, {});
  CHECK_FALSE(bench.open().row_of(grandchild));
  bench.open().add({bench.facts(missing), bench.facts(child), bench.facts(grandchild)}, {});
  CHECK(bench.open().row_of(grandchild));
}

TEST_CASE("a long history on an absent commit is walked down once, not once for each commit") {
  CommitSource source(13);
  const Id missing = source.some_id();
  Id tip = source.write({missing});
  for (int i = 0; i < 20'000; ++i) tip = source.write({tip});
  const BlockHistory history(source.blocks);
  source.blocks.reads = 0;
  for (std::size_t i = source.ids.size(); i-- > 0;) {
    const auto generation = history.generation(source.ids[i]);
    REQUIRE_FALSE(generation);
    REQUIRE(generation.error().subject == missing.bytes);
  }
  CHECK(source.blocks.reads <= 20'003);
}

TEST_CASE("a commit that does not decode makes those above it invalid") {
  CommitSource source(14);
  const Id bad = source.blocks.write(object::Kind::commit, Bytes{0, 0xff});
  const Id child = source.write({bad});
  const BlockHistory history(source.blocks);
  for (int i = 0; i < 2; ++i) {
    CHECK(history.generation(source.write({child})).error().code == Code::invalid);
    CHECK(history.generation(child).error().code == Code::invalid);
  }
}

TEST_CASE("two that write at once lose nothing but time, and readers never see half") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Bench bench(20 + seed);
    bench.add(100);
    bench.source.grow(60);  // swallows the hundred
    const auto news = bench.all_facts(100);
    const HistoryIndex first = bench.open();
    int looks = 0;
    bench.fs.watch([&] {
      ++looks;
      REQUIRE(bench.tells_the_truth());
      REQUIRE(bench.open().size() >= 100);
      bench.open().add({news.begin(), news.begin() + 10 + static_cast<long>(seed)}, {});
    });
    first.add(news, {});
    bench.fs.watch(nullptr);
    CHECK(looks > 3);
    CHECK(bench.is_complete());
    // One that opened before others wrote adds to what is there now.
    const HistoryIndex early = bench.open();
    CHECK(early.size() == 160);
    bench.add(40);
    const std::size_t before = bench.source.ids.size();
    bench.source.grow(7);
    early.add(bench.all_facts(before), {});
    CHECK(bench.is_complete());
  }
}

TEST_CASE("a writer without a lock to keep it off can at worst make the index smaller") {
  Bench bench(30);
  bench.add(100);
  const auto chain = bench.fs.bytes_of(kFolder + "/history/chain");
  bench.add(90);  // swallows the layer that the old chain names
  bench.fs.bytes_of(kFolder + "/history/chain") = chain;
  CHECK(bench.tells_the_truth());
  CHECK(bench.open().is_damaged());
  bench.open().add(bench.all_facts(), {});
  CHECK(bench.is_complete());
}

TEST_CASE("a layer counts only on the one that it was written for") {
  Bench one(31);
  one.add(14);
  one.add(5);
  Bench other(32);
  other.add(14);
  const auto names = [](Bench& bench) {
    return *decode_chain(bench.fs.bytes_of(kFolder + "/history/chain"), kOwner);
  };
  const auto mixed = encode_chain(kOwner, {names(other)[0], names(one)[1]});
  for (const std::string& name : other.files()) {
    if (!name.ends_with(".layer")) continue;
    one.fs.open(name, os::Access::create)->write_at(0, other.fs.bytes_of(name));
  }
  one.fs.bytes_of(kFolder + "/history/chain") = mixed;
  CHECK(one.open().size() == 14);
  CHECK(one.open().is_damaged());
  CHECK(one.tells_the_truth());
}

TEST_CASE("a power cut at any call leaves nothing that is believed and wrong") {
  for (std::uint64_t call = 1; call < 40; ++call) {
    for (std::uint64_t lot = 0; lot < 6; ++lot) {
      Bench bench(40 + lot);
      bench.add(90);
      bench.source.grow(60);
      const auto facts = bench.all_facts();
      bench.fs.cut_power_at(call);
      try {
        bench.open().add(facts, {});
      } catch (const PowerCut&) {
      }
      const bool cut = bench.fs.fault_happened();
      bench.fs.reboot(lot == 0   ? Losing::all()
                      : lot == 1 ? Losing::nothing()
                                 : Losing::some(100 * call + lot));
      if (!bench.fs.stat(kFolder)) bench.fs.make_folder(kFolder);
      REQUIRE(bench.tells_the_truth());
      bench.open().add(facts, {});
      // What looked whole may turn out damaged while it is rewritten; then it is gone, and comes
      // back.
      bench.open().add(facts, {});
      REQUIRE(bench.is_complete());
      if (!cut && lot > 1) return;
    }
  }
  FAIL("the power was still cut");
}

TEST_CASE("a store that cannot be written is none the worse for it") {
  for (std::uint64_t call = 1; call < 12; ++call) {
    Bench bench(50);
    bench.source.grow(80);
    bench.fs.fail_at(call);
    bench.open().add(bench.all_facts(), {});
    bench.fs.heal();
    CHECK(bench.tells_the_truth());
    bench.fs.fill_disk_at(call);
    bench.open().add(bench.all_facts(), {});
    bench.fs.heal();
    CHECK(bench.tells_the_truth());
    bench.open().add(bench.all_facts(), {});
    CHECK(bench.is_complete());
  }
}

TEST_CASE("git's ids lead to commits and tags, whole or by a prefix") {
  Bench bench(60);
  CommitSource& source = bench.source;
  source.grow(200);
  std::vector<Id> tags;
  for (int i = 0; i < 20; ++i) tags.push_back(source.write_tag(source.any()));
  std::vector<GitNamed> expected;
  const auto expect = [&](object::Kind kind, const Id& id,
                          const std::optional<object::GitId>& git) {
    if (git) expected.push_back({*git, kind, id});
  };
  for (const Id& id : source.ids) expect(object::Kind::commit, id, bench.facts(id).git);
  for (const Id& id : tags) expect(object::Kind::tag, id, object::read_tag(source.blocks, id)->git);
  std::ranges::sort(expected);
  // From blocks, from the index, and from both.
  for (int round = 0; round < 3; ++round) {
    if (round == 2) {
      const Id more = source.write({source.ids.back()});
      const Id tag = source.write_tag(more);
      expect(object::Kind::commit, more, bench.facts(more).git);
      expect(object::Kind::tag, tag, object::read_tag(source.blocks, tag)->git);
      std::ranges::sort(expected);
      tags.push_back(tag);
    }
    const HistoryIndex index = bench.open();
    const BlockHistory history(source.blocks, &index);
    source.blocks.reads = 0;
    for (const Id& id : source.ids) CHECK(history.generation(id));
    for (const Id& id : tags) CHECK(*history.git_id_of(object::Kind::tag, id));
    CHECK((source.blocks.reads == 0) == (round == 1));
    for (const std::string prefix : {"", "ab", "aba", "abab", "0", "f", "7"}) {
      std::vector<GitNamed> some = expected;
      std::erase_if(some, [&](const GitNamed& n) {
        return !to_hex(ByteView(n.git.bytes).first(n.git.size)).starts_with(prefix);
      });
      CHECK(history.find_git(prefix, SIZE_MAX) == some);
      CHECK(history.find_git(prefix, 1).size() == std::min<std::size_t>(1, some.size()));
    }
    for (const GitNamed& one : expected) {
      const std::string hex = to_hex(ByteView(one.git.bytes).first(one.git.size));
      CHECK(history.find_git(hex, 2) == std::vector{one});
      CHECK(*history.git_id_of(one.kind, one.id) == one.git);
      CHECK(history.find_git(hex + "0", 2).empty());
    }
    history.keep();
  }
}

TEST_CASE("what is wrong in it is found by reading the blocks") {
  Bench bench(70);
  bench.source.grow(100);
  const auto facts = bench.all_facts();
  const Id tag = bench.source.write_tag(bench.source.any());
  const TagFacts tag_facts{tag, *object::read_tag(bench.source.blocks, tag)->git};
  const auto merge =
      std::ranges::find_if(facts, [](const CommitFacts& f) { return f.parents.size() > 1; });
  REQUIRE(merge != facts.end());
  const auto wrong_after = [&](const std::function<void(CommitFacts&)>& lie, TagFacts of_tag) {
    auto told = facts;
    lie(told[static_cast<std::size_t>(merge - facts.begin())]);
    bench.open().discard();
    bench.open().add(told, {of_tag});
    const HistoryIndex index = bench.open();
    REQUIRE(index.size() == 100);
    REQUIRE(index.is_sound());
    return check_history(index, bench.source.blocks).size();
  };
  const auto nothing = [](CommitFacts&) {};
  CHECK(wrong_after(nothing, tag_facts) == 0);
  CHECK(wrong_after([](CommitFacts& f) { ++f.time; }, tag_facts) == 1);
  CHECK(wrong_after([](CommitFacts& f) { f.tree.bytes[5] ^= 1; }, tag_facts) == 1);
  CHECK(wrong_after([](CommitFacts& f) { f.git = object::GitId{Hash{1}, 20}; }, tag_facts) == 1);
  CHECK(wrong_after([](CommitFacts& f) { std::ranges::reverse(f.parents); }, tag_facts) == 1);
  CHECK(wrong_after(nothing, TagFacts{tag, object::GitId{Hash{1}, 20}}) == 1);
  CHECK(wrong_after(nothing, TagFacts{facts[0].id, tag_facts.git}) == 1);
  bench.open().discard();
  const Id nowhere = bench.source.some_id();
  bench.open().add({CommitFacts{nowhere, 1, {}, {}, 0, {}}}, {});
  CHECK(check_history(bench.open(), bench.source.blocks).size() == 1);
}

TEST_CASE("a generation that does not follow from the parents is not believed") {
  Bench bench(71);
  bench.source.grow(50);
  auto facts = bench.all_facts();
  ++facts.back().generation;
  bench.open().add(facts, {});
  const HistoryIndex index = bench.open();
  CHECK_FALSE(index.find(facts.back().id));
  CHECK(index.is_damaged());
  CHECK_FALSE(bench.open().is_sound());
  const BlockHistory history(bench.source.blocks, &index);
  CHECK(*history.generation(facts.back().id) == facts.back().generation - 1);
  history.keep();
  bench.open().add(bench.all_facts(), {});
  CHECK(bench.is_complete());
}
