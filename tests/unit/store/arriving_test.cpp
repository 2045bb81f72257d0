#include <doctest/doctest.h>

#include <set>

#include "hn/object/tree.hpp"
#include "support/store_tools.hpp"

using namespace hn;
using namespace hn::store;
using namespace hn::test;

// Blocks that are judged while others come.
namespace {

struct Come {
  object::Address address;
  Stored stored;
};

// Versions of one file, each a difference from the one before it.
std::vector<Come> versions(Store& from, std::size_t count, std::size_t bytes = 3000) {
  std::vector<Come> out;
  Bytes text = some_bytes(1, bytes);
  std::optional<object::Id> base;
  for (std::size_t i = 0; i < count; ++i) {
    text[i % text.size()] = '!';
    base = commit_chunk(from, text, base);
    const object::Address address = object::address_of(*base);
    out.push_back({address, *from.read_stored(address)});
  }
  return out;
}

std::vector<Taken> take_all(Batch& batch) {
  std::vector<Taken> out;
  while (auto judged = batch.take_judged(true)) out.push_back(judged->taken);
  return out;
}

void submit_all(Batch& batch, const std::vector<Come>& all) {
  for (const Come& come : all) batch.submit_stored(come.stored, come.address);
}

struct Pair {
  CrashFs here;
  CrashFs there;
  Store from{with_store(here), kStore};
  Store to{with_store(there), kStore};
};

}  // namespace

TEST_CASE("blocks that come are kept as they came, each on the one before it") {
  Pair pair;
  // More than one group of those that are hashed together.
  const auto all = versions(pair.from, 300);
  auto batch = pair.to.begin();
  std::size_t kept = 0;
  batch.on_stored([&](std::span<const object::Id> ids, const object::Named&) {
    for (const object::Id& id : ids) CHECK(object::address_of(id) == all[kept++].address);
  });
  submit_all(batch, all);
  CHECK(take_all(batch) == std::vector(all.size(), Taken::stored));
  CHECK_FALSE(batch.take_judged(true).has_value());
  CHECK(kept == all.size());
  batch.commit();
  for (const Come& come : all) CHECK(pair.to.read_stored(come.address)->bytes == come.stored.bytes);
  CHECK(findings(pair.to).empty());
}

TEST_CASE("a block that is not what it is called is wrong, and nothing that stands on it is kept") {
  Pair pair;
  auto all = versions(pair.from, 8);
  // A whole block of other bytes, from which the next difference decodes to other bytes too.
  const object::Id other = commit_chunk(pair.from, some_bytes(2, 3000));
  all[3].stored = *pair.from.read_stored(object::address_of(other));
  auto batch = pair.to.begin();
  submit_all(batch, all);
  const auto taken = take_all(batch);
  REQUIRE(taken.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(taken[i] == (i < 3 ? Taken::stored : Taken::wrong));
  batch.commit();
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(pair.to.has(object::id_at(all[i].address)) == (i < 3));
  CHECK(findings(pair.to).empty());
}

// The wrong base happens to have all that the difference takes from it.
TEST_CASE("a difference that is right is not kept without its base") {
  Pair pair;
  const Bytes text = some_bytes(1, 3000);
  Bytes longer = text;
  longer.push_back('!');
  const object::Id base = commit_chunk(pair.from, text);
  const object::Id difference = commit_chunk(pair.from, longer, base);
  const object::Address address = object::address_of(difference);
  Stored stored = *pair.from.read_stored(address);
  REQUIRE(stored.base == object::address_of(base));
  const object::Address called = object::Address{entry_id(7).bytes};
  stored.base = called;
  auto batch = pair.to.begin();
  batch.submit_stored(*pair.from.read_stored(object::address_of(base)), called);
  batch.submit_stored(stored, address);
  CHECK(take_all(batch) == std::vector{Taken::wrong, Taken::wrong});
  batch.commit();
  CHECK_FALSE(pair.to.has(difference));
}

// Another peer may have the base as it should be.
TEST_CASE("what stands on bytes that cannot be decoded is given back") {
  Pair pair;
  auto all = versions(pair.from, 6);
  all[2].stored.bytes.resize(all[2].stored.bytes.size() / 2);
  auto batch = pair.to.begin();
  submit_all(batch, all);
  std::vector<Taken> taken;
  std::vector<Stored> back;
  while (auto judged = batch.take_judged(true)) {
    taken.push_back(judged->taken);
    if (judged->taken == Taken::base_missing) back.push_back(judged->stored);
  }
  REQUIRE(taken == std::vector{Taken::stored, Taken::stored, Taken::wrong, Taken::base_missing,
                               Taken::base_missing, Taken::base_missing});
  REQUIRE(back.size() == 3);
  CHECK(back[0].bytes == all[3].stored.bytes);
  batch.submit_stored(*pair.from.read_stored(all[2].address), all[2].address);
  for (std::size_t i = 0; i < back.size(); ++i) batch.submit_stored(back[i], all[3 + i].address);
  CHECK(take_all(batch) == std::vector(4, Taken::stored));
  batch.commit();
  CHECK(findings(pair.to).empty());
}

// Each group begins with a difference from the end of the one before it, which another thread has.
TEST_CASE("many threads decode one chain, and one thread many chains") {
  for (const unsigned threads : {1U, 8U}) {
    CAPTURE(threads);
    CrashFs here, there;
    Store from(with_store(here), kStore);
    Store to(with_store(there), kStore, {.threads = threads});
    const auto chain = versions(from, 3000, 900);
    const auto other = versions(from, 1500, 700);
    auto batch = to.begin();
    std::size_t taken = 0;
    const auto take = [&](bool wait) {
      while (auto judged = batch.take_judged(wait)) {
        REQUIRE(judged->taken == Taken::stored);
        ++taken;
      }
    };
    for (std::size_t i = 0; i < chain.size(); ++i) {
      batch.submit_stored(chain[i].stored, chain[i].address);
      if (i % 2 == 0) batch.submit_stored(other[i / 2].stored, other[i / 2].address);
      take(false);
    }
    take(true);
    CHECK(taken == chain.size() + other.size());
    batch.commit();
    CHECK(findings(to).empty());
  }
}

TEST_CASE("a difference whose base is nowhere is given back, in its turn") {
  Pair pair;
  const auto all = versions(pair.from, 3);
  auto batch = pair.to.begin();
  batch.submit_stored(all[0].stored, all[0].address);
  batch.submit_stored(all[2].stored, all[2].address);
  batch.submit_stored(all[1].stored, all[1].address);
  CHECK(batch.take_judged(true)->taken == Taken::stored);
  const auto missing = batch.take_judged(true);
  REQUIRE(missing->taken == Taken::base_missing);
  CHECK(missing->stored.bytes == all[2].stored.bytes);
  CHECK(missing->stored.base == all[1].address);
  CHECK(batch.take_judged(true)->taken == Taken::stored);
  batch.submit_stored(missing->stored, all[2].address);
  CHECK(take_all(batch) == std::vector{Taken::stored});
  batch.commit();
  CHECK(findings(pair.to).empty());
}

TEST_CASE("what the blocks that came name is told, but nothing that a wrong one names") {
  Pair pair;
  const auto folder = [](Byte n) {
    object::Id file;
    file.bytes.fill(n);
    return object::encode_tree_node(
        {0, {{"a", object::Value::of(object::Mode::file, file)}}, {}, {}});
  };
  std::vector<Come> all;
  for (const Byte n : {Byte{1}, Byte{2}, Byte{3}}) {
    const Bytes bytes = folder(n);
    auto batch = pair.from.begin();
    const object::Id id = batch.write(object::Kind::tree, bytes);
    batch.commit();
    all.push_back({object::address_of(id), *pair.from.read_stored(object::address_of(id))});
  }
  std::swap(all[1].address, all[2].address);
  all.pop_back();
  auto batch = pair.to.begin();
  std::set<object::Id> named;
  batch.on_stored([&](auto, const object::Named& n) { named.insert(n.ids.begin(), n.ids.end()); });
  submit_all(batch, all);
  CHECK(take_all(batch) == std::vector{Taken::stored, Taken::wrong});
  REQUIRE(named.size() == 1);
  CHECK(named.begin()->bytes.front() == 1);
  batch.commit();
}

TEST_CASE("a block that comes twice is kept once") {
  Pair pair;
  const auto all = versions(pair.from, 2);
  auto batch = pair.to.begin();
  std::size_t kept = 0;
  batch.on_stored([&](auto ids, const object::Named&) { kept += ids.size(); });
  for (int i = 0; i < 2; ++i) submit_all(batch, all);
  CHECK(take_all(batch) == std::vector(4, Taken::stored));
  submit_all(batch, all);
  CHECK(take_all(batch) == std::vector(2, Taken::stored));
  CHECK(kept == all.size());
  batch.commit();
}

TEST_CASE("what is not judged can be dropped") {
  Pair pair;
  const auto all = versions(pair.from, 5);
  auto batch = pair.to.begin();
  submit_all(batch, all);
  batch.drop_submitted();
  CHECK(take_all(batch).empty());
  // Nor does it serve as a base.
  batch.submit_stored(all[1].stored, all[1].address);
  CHECK(take_all(batch) == std::vector{Taken::base_missing});
  submit_all(batch, all);
  CHECK(take_all(batch) == std::vector(all.size(), Taken::stored));
  batch.commit();
  CHECK(findings(pair.to).empty());
}
