#include "hn/store/store.hpp"

#include <doctest/doctest.h>

#include "hn/os/lock.hpp"
#include "store/pack.hpp"
#include "support/store_tools.hpp"

using namespace hn;
using namespace hn::store;
using namespace hn::test;

TEST_CASE("a store is made once, and found only where it was made") {
  CrashFs fs;
  CHECK_FALSE(Store::exists(fs, kStore));
  CHECK(code_thrown_by([&] { Store store(fs, kStore); }) == Code::no_repository);
  Store::create(fs, kStore);
  CHECK(Store::exists(fs, kStore));
  CHECK(code_thrown_by([&] { Store::create(fs, kStore); }) == Code::exists);
  const Store store(fs, kStore);
  CHECK(store.entry_count() == 0);
  CHECK(findings(store).empty());
}

TEST_CASE("a newer store is refused by the name of what is missing") {
  CrashFs fs;
  with_store(fs);
  fs.bytes_of(kStore + "/format") = to_bytes(as_bytes("hn-store 1\nneeds dictionaries\n"));
  try {
    const Store store(fs, kStore);
    FAIL("opened");
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::unsupported);
    CHECK(failure.context().find("dictionaries") != std::string::npos);
  }
  for (const auto* other : {"hn-store 7\n", "hn-store 0\n"}) {
    fs.bytes_of(kStore + "/format") = to_bytes(as_bytes(other));
    CHECK(code_thrown_by([&] { Store s(fs, kStore); }) == Code::unsupported);
  }
  fs.bytes_of(kStore + "/format") = to_bytes(as_bytes("something else"));
  CHECK(code_thrown_by([&] { Store s(fs, kStore); }) == Code::damaged);
}

TEST_CASE("blocks, entries and state are there after a commit, and after opening again") {
  CrashFs fs;
  object::Id id;
  {
    Store store(with_store(fs), kStore);
    auto batch = store.begin();
    id = write_chunk(batch, some_bytes(1, 1000));
    batch.add_entry(entry_id(7), as_bytes("signed"));
    batch.put("base/main", as_bytes("x"));
    batch.add_operation(as_bytes("commit"));
    CHECK(store.entry_count() == 0);
    CHECK_FALSE(store.has(id));
    batch.commit();
    CHECK(store.has(id));
  }
  Store store(fs, kStore);
  CHECK(store.read(id)->bytes == some_bytes(1, 1000));
  CHECK(store.read(id)->kind == object::Kind::chunk);
  REQUIRE(store.entry_count() == 1);
  CHECK(to_string(store.entry(0).bytes) == "signed");
  CHECK(to_string(store.find_entry(entry_id(7))->bytes) == "signed");
  CHECK_FALSE(store.find_entry(entry_id(8)));
  CHECK(to_string(*store.get("base/main")) == "x");
  CHECK_FALSE(store.get("base"));
  REQUIRE(store.operations().size() == 1);
  CHECK(store.operations()[0].sequence == 1);
  CHECK(to_string(store.operations()[0].bytes) == "commit");
}

TEST_CASE("a batch reads its own blocks and those of the store") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  const auto old = commit_chunk(store, some_bytes(1, 100));
  auto batch = store.begin();
  const auto id = write_chunk(batch, some_bytes(2, 100));
  CHECK(batch.has(id));
  CHECK(batch.read(id)->bytes == some_bytes(2, 100));
  CHECK(batch.read(old)->bytes == some_bytes(1, 100));
  CHECK(batch.read(object::Id{}).error().code == Code::absent);
}

TEST_CASE("a batch that is dropped leaves nothing") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.spill_bytes = 1000, .threads = 1});
  const auto files = fs.list(kStore + "/packs");
  {
    auto batch = store.begin();
    // More than may wait to be packed.
    for (std::uint64_t i = 0; i < 60; ++i) write_chunk(batch, some_bytes(i, 100'000));
    batch.add_entry(entry_id(1), as_bytes("x"));
    CHECK(fs.list(kStore + "/packs") != files);
  }
  CHECK(fs.list(kStore + "/packs") == files);
  CHECK(store.entry_count() == 0);
}

TEST_CASE("a block is written once") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  commit_chunk(store, some_bytes(1, 1000));
  fs.reset_counts();
  commit_chunk(store, some_bytes(1, 1000));
  CHECK(fs.counts().writes == 0);
  CHECK(store.check([](const Finding&) {}).blocks == 1);
}

TEST_CASE("the empty block and the longest one") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  const auto empty = commit_chunk(store, {});
  const auto longest = commit_chunk(store, some_bytes(3, object::kBlockBytesMax));
  CHECK(store.read(empty)->bytes.empty());
  CHECK(store.read(longest)->bytes == some_bytes(3, object::kBlockBytesMax));
  CHECK(store.plain_bytes(object::address_of(longest)) == object::kBlockBytesMax);
  CHECK(findings(store).empty());
}

TEST_CASE("versions of a block are kept as differences, in chains of at most 32") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  std::vector<object::Id> ids;
  std::vector<Bytes> versions;
  Bytes bytes = some_bytes(1, 20'000);
  for (std::size_t i = 0; i < 80; ++i) {
    bytes[i * 100] = '!';
    versions.push_back(bytes);
    ids.push_back(
        commit_chunk(store, bytes, ids.empty() ? std::nullopt : std::optional(ids.back())));
  }
  std::size_t whole = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CHECK(store.read(ids[i])->bytes == versions[i]);
    if (!store.read_stored(object::address_of(ids[i]))->base) ++whole;
  }
  CHECK(whole == 1);  // a chain that is at its limit branches off
  CHECK(findings(store).empty());
}

TEST_CASE("a chain is bounded within one batch too") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  auto batch = store.begin();
  std::optional<object::Id> last;
  Bytes bytes = some_bytes(1, 20'000);
  std::vector<object::Id> ids;
  for (std::size_t i = 0; i < 70; ++i) {
    bytes[i * 100] = '!';
    last = write_chunk(batch, bytes, last);
    ids.push_back(*last);
  }
  batch.commit();
  CHECK(store.read(*last)->bytes == bytes);
  CHECK(findings(store).empty());
}

TEST_CASE("thousands of blocks go through the pool in order and into a pack of their own") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.spill_bytes = 100'000, .table_bytes = 5'000, .threads = 3});
  auto batch = store.begin();
  std::vector<object::Id> ids;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto base = i < 10 ? std::nullopt : std::optional(ids[i - 10]);
    ids.push_back(write_chunk(batch, some_bytes(i / 10, 500 + i), base));
    if (i % 100 == 99) CHECK(batch.read(ids[i / 2])->bytes == some_bytes(i / 2 / 10, 500 + i / 2));
  }
  batch.commit();
  for (std::uint64_t i = 0; i < ids.size(); ++i)
    CHECK(store.read(ids[i])->bytes == some_bytes(i / 10, 500 + i));
  CHECK(findings(store).empty());
  Store again(fs, kStore);
  CHECK(again.check([](const Finding&) {}).blocks == 3000);
}

TEST_CASE("an entry that is there is left out") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  for (int round = 0; round < 2; ++round) {
    auto batch = store.begin();
    batch.add_entry(entry_id(1), as_bytes("one"));
    batch.add_entry(entry_id(1), as_bytes("one"));
    batch.commit();
  }
  CHECK(store.entry_count() == 1);
}

TEST_CASE("state: the last value counts, erased keys are gone, keys are listed in order") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  auto batch = store.begin();
  batch.put("peer/b", as_bytes("1"));
  batch.put("peer/a", as_bytes("2"));
  batch.put("peer/a", as_bytes("3"));
  batch.put("pee", as_bytes("0"));
  batch.put("peers", as_bytes("0"));
  batch.commit();
  auto second = store.begin();
  second.erase("peer/b");
  second.put("peer/c", as_bytes(""));
  second.commit();
  const Store again(fs, kStore);
  const auto peers = again.list("peer/");
  REQUIRE(peers.size() == 2);
  CHECK(peers[0].first == "peer/a");
  CHECK(to_string(peers[0].second) == "3");
  CHECK(peers[1].first == "peer/c");
}

TEST_CASE("operations are numbered on over all sessions and dropped from the front") {
  CrashFs fs;
  with_store(fs);
  for (int i = 0; i < 5; ++i) {
    Store store(fs, kStore);
    auto batch = store.begin();
    batch.add_operation(as_bytes("op"));
    if (i == 3) batch.drop_operations_before(3);
    batch.commit();
  }
  Store store(fs, kStore);
  CHECK(store.operations().size() == 3);
  CHECK(store.operations()[0].sequence == 3);
  CHECK(store.operations(5).size() == 1);
  CHECK(store.last_operation() == 5);
}

TEST_CASE("blocks are found by the first digits of their address") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.seal_bytes = 200});
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < 50; ++i) {
    names.push_back(to_hex(commit_chunk(store, some_bytes(i, 100))));
  }
  for (const auto& name : names) {
    const auto found = store.find_blocks(std::string_view(name).substr(0, 12), 10);
    REQUIRE(found.size() == 1);
    CHECK(to_hex(found[0]) == name);
  }
  CHECK(store.find_blocks("abc", 10).empty());
  CHECK(store.find_blocks("zzzz", 10).empty());
}

TEST_CASE("another process sees a commit after refresh, and all of it") {
  CrashFs fs;
  Store writer(with_store(fs), kStore);
  Store reader(fs, kStore);
  auto batch = writer.begin();
  const auto id = write_chunk(batch, some_bytes(1, 100));
  batch.add_entry(entry_id(1), as_bytes("e"));
  batch.commit();
  CHECK_FALSE(reader.has(id));
  CHECK(reader.entry_count() == 0);
  CHECK(reader.refresh());
  CHECK(reader.read(id)->bytes == some_bytes(1, 100));
  CHECK(reader.entry_count() == 1);
  fs.reset_counts();
  CHECK_FALSE(reader.refresh());
  CHECK(fs.counts().all() == 2);
}

TEST_CASE("a commit builds on what other processes committed meanwhile") {
  CrashFs fs;
  Store a(with_store(fs), kStore);
  Store b(fs, kStore);
  auto batch_a = a.begin();
  auto batch_b = b.begin();
  const auto id_a = write_chunk(batch_a, some_bytes(1, 100));
  const auto id_b = write_chunk(batch_b, some_bytes(2, 100));
  batch_a.add_operation(as_bytes("a"));
  batch_b.add_operation(as_bytes("b"));
  batch_a.commit();
  batch_b.commit();
  CHECK(b.has(id_a));
  CHECK(b.has(id_b));
  a.refresh();
  CHECK(a.operations().size() == 2);
  CHECK(a.operations()[1].sequence == 2);
  CHECK(findings(a).empty());
}

TEST_CASE("who holds the lock keeps others from committing, not itself") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  const auto lock = store.lock();
  const auto nested = store.lock();
  CHECK_FALSE(os::Lock::try_now(fs, kStore + "/lock"));
  commit_chunk(store, some_bytes(1, 10));
  CHECK_FALSE(os::Lock::try_now(fs, kStore + "/lock"));
}

TEST_CASE("two processes that write each other's bases leave both blocks readable") {
  CrashFs fs;
  Store a(with_store(fs), kStore);
  Store b(fs, kStore);
  const Bytes x = some_bytes(1, 5000);
  Bytes y = x;
  y[7] = '!';
  auto batch_a = a.begin();
  auto batch_b = b.begin();
  const auto id_y = write_chunk(batch_a, y, write_chunk(batch_a, x));
  const auto id_x = write_chunk(batch_b, x, write_chunk(batch_b, y));
  batch_a.commit();
  batch_b.commit();
  CHECK(b.read(id_x)->bytes == x);
  CHECK(b.read(id_y)->bytes == y);
  CHECK(findings(b).empty());
  Store again(fs, kStore);
  CHECK(again.read(id_x)->bytes == x);
  CHECK(again.read(id_y)->bytes == y);
}

TEST_CASE("a thousand small commits leave few packs, and merging keeps every block") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.seal_bytes = 4000});
  std::vector<object::Id> ids;
  for (std::uint64_t i = 0; i < 1000; ++i) ids.push_back(commit_chunk(store, some_bytes(i, 300)));
  CHECK(fs.list(kStore + "/packs").size() < 20);
  Store reader(fs, kStore);
  store.maintain();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    CHECK(store.read(ids[i])->bytes == some_bytes(i, 300));
    CHECK(reader.read(ids[i])->bytes == some_bytes(i, 300));
  }
  reader.refresh();
  CHECK(reader.check([](const Finding&) {}).blocks == 1000);
  CHECK(findings(store).empty());
}

TEST_CASE("a journal of outdated records is rewritten; entries and numbers stay") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  Store reader(fs, kStore);
  for (std::uint64_t i = 0; i < 300; ++i) {
    auto batch = store.begin();
    batch.put("base", some_bytes(i, 10'000));
    batch.add_operation(as_bytes("x"));
    batch.add_entry(entry_id(i), as_bytes("e"));
    batch.drop_operations_before(i);
    batch.commit();
    if (i == 10) reader.refresh();
  }
  const auto before = fs.stat(kStore + "/journal")->size;
  const ByteView view = reader.entry(3).bytes;
  store.maintain();
  CHECK(fs.stat(kStore + "/journal")->size < before / 10);
  CHECK(reader.refresh());
  CHECK(to_string(view) == "e");
  CHECK(reader.entry_count() == 300);
  CHECK(reader.last_operation() == 300);
  CHECK(reader.get("base") == some_bytes(299, 10'000));
  auto batch = reader.begin();
  batch.add_operation(as_bytes("y"));
  batch.commit();
  store.refresh();
  CHECK(store.last_operation() == 301);
}

TEST_CASE("a pack that is read by calls answers as one that is mapped") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.spill_bytes = 1000, .threads = 1});
  auto batch = store.begin();
  std::vector<object::Address> addresses;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const Bytes bytes = some_bytes(i, i % 100 == 0 ? 50'000 : 20 + i % 50);
    addresses.push_back(object::address_of(write_chunk(batch, bytes)));
  }
  batch.commit();
  std::optional<std::uint64_t> number;
  for (const std::string& name : fs.list(kStore + "/packs"))
    if (name.ends_with(".idx")) number = std::stoull(name.substr(0, 16), nullptr, 16);
  REQUIRE(number);
  const std::uint64_t bytes = fs.stat(pack_path(kStore, *number))->size;
  const auto mapped = SealedPack::open(fs, kStore, *number, bytes);
  const auto called = SealedPack::open(fs, kStore, *number, bytes, 0);
  SeededRandom random(3);
  for (const object::Address& address : addresses) {
    const auto offset = mapped->find(address);
    REQUIRE(offset);
    REQUIRE(called->find(address) == offset);
    const auto loaded = called->load(*offset, address);
    REQUIRE(loaded);
    CHECK(equal(loaded->bytes, mapped->load(*offset, address)->bytes));
    CHECK_FALSE(called->load(*offset + 1, address));
    object::Address other = address;
    random.fill(std::span(other.bytes).last(1 + address.bytes[0] % 32));
    CHECK(called->find(other) == mapped->find(other));
  }
  CHECK_FALSE(called->load(bytes, addresses[0]));
  CHECK_FALSE(called->load(bytes - 3, addresses[0]));
}

// From so many on it has a filter of what it holds.
TEST_CASE("a pack that was asked in vain a thousand times has what it had") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.spill_bytes = 1000});
  auto batch = store.begin();
  std::vector<object::Id> ids;
  for (std::uint64_t i = 0; i < 5000; ++i) ids.push_back(write_chunk(batch, some_bytes(i, 40)));
  batch.commit();
  object::Id other;
  SeededRandom random(3);
  for (int i = 0; i < 1000; ++i) {
    random.fill(other.bytes);
    REQUIRE_FALSE(store.has(other));
  }
  for (std::uint64_t i = 0; i < ids.size(); ++i) REQUIRE(store.has(ids[i]));
  CHECK(store.read(ids[4000])->bytes == some_bytes(4000, 40));
  for (int i = 0; i < 1000; ++i) {
    random.fill(other.bytes);
    REQUIRE_FALSE(store.has(other));
  }
}

TEST_CASE("a filter knows its keys, and takes few others for one") {
  SeededRandom random(5);
  std::vector<object::Id> keys(20'000);
  KeyFilter filter(keys.size());
  for (object::Id& key : keys) {
    random.fill(key.bytes);
    filter.add(key.bytes.data());
  }
  std::size_t mistaken = 0;
  for (object::Id& key : keys) {
    REQUIRE(filter.may_have(key.bytes.data()));
    random.fill(key.bytes);
    if (filter.may_have(key.bytes.data())) ++mistaken;
  }
  CHECK(mistaken < keys.size() / 100);
}

TEST_CASE("a scratch file has no name, and takes none that is there") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  const auto names = fs.list(kStore + "/packs");
  fs.open(kStore + "/packs/scratch-0", os::Access::create)->write_at(0, as_bytes("another's"));
  const auto one = store.open_scratch();
  const auto two = store.open_scratch();
  one->write_at(0, as_bytes("one"));
  CHECK(two->stat().size == 0);
  CHECK(one->stat().size == 3);
  store.maintain();
  CHECK(fs.list(kStore + "/packs") == names);
}

TEST_CASE("maintenance removes what crashed batches left, and not what live ones use") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.spill_bytes = 1000, .threads = 1});
  auto live = store.begin();
  std::vector<object::Id> ids;
  for (std::uint64_t i = 0; i < 20; ++i) ids.push_back(write_chunk(live, some_bytes(i, 100'000)));
  fs.open(kStore + "/packs/spill-77", os::Access::create);
  fs.open(kStore + "/packs/00000000000000ff.pack", os::Access::create);
  fs.open(kStore + "/packs/scratch-3", os::Access::create);
  store.maintain();
  CHECK_FALSE(fs.stat(kStore + "/packs/spill-77"));
  CHECK_FALSE(fs.stat(kStore + "/packs/scratch-3"));
  CHECK_FALSE(fs.stat(kStore + "/packs/00000000000000ff.pack"));
  live.commit();
  for (std::uint64_t i = 0; i < 20; ++i) CHECK(store.read(ids[i])->bytes == some_bytes(i, 100'000));
}
