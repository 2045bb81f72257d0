#include <doctest/doctest.h>

#include "support/store_tools.hpp"

using namespace hn;
using namespace hn::store;
using namespace hn::test;

namespace {
const std::string kFirstPack = kStore + "/packs/0000000000000001.pack";
const std::string kFirstIndex = kStore + "/packs/0000000000000001.idx";
const std::string kJournal = kStore + "/journal";

// Two blocks in a sealed pack, one in the tail.
std::vector<object::Id> seal_two(CrashFs& fs) {
  Store store(with_store(fs), kStore, {.seal_bytes = 500});
  return {commit_chunk(store, some_bytes(1, 400)), commit_chunk(store, some_bytes(2, 400)),
          commit_chunk(store, some_bytes(3, 400))};
}
}  // namespace

TEST_CASE("a damaged block is damaged, not absent, and the others can be read") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  const auto first = commit_chunk(store, some_bytes(1, 400));
  const auto second = commit_chunk(store, some_bytes(2, 400));
  fs.bytes_of(kFirstPack)[16 + 60] ^= 1U;
  CHECK(store.read(first).error().code == Code::damaged);
  CHECK(store.read(second)->bytes == some_bytes(2, 400));
  CHECK(store.read(object::Id{}).error().code == Code::absent);
  const auto found = findings(store);
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == Code::damaged);
  CHECK(found[0].address == object::address_of(first));
}

TEST_CASE("every changed byte of a pack is found by the check") {
  CrashFs fs;
  seal_two(fs);
  const std::size_t size = fs.bytes_of(kFirstPack).size();
  for (std::size_t at = 16; at < size; at += 3) {
    fs.bytes_of(kFirstPack)[at] ^= 0x10U;
    const Store store(fs, kStore);
    CHECK_FALSE(findings(store).empty());
    fs.bytes_of(kFirstPack)[at] ^= 0x10U;
  }
}

TEST_CASE("an index that is missing or damaged is made again") {
  CrashFs fs;
  const auto ids = seal_two(fs);
  const Bytes good = fs.bytes_of(kFirstIndex);
  const auto reads_all = [&] {
    const Store store(fs, kStore);
    for (std::size_t i = 0; i < ids.size(); ++i)
      CHECK(store.read(ids[i])->bytes == some_bytes(i + 1, 400));
    CHECK(fs.bytes_of(kFirstIndex) == good);
  };
  fs.remove(kFirstIndex);
  reads_all();
  fs.bytes_of(kFirstIndex).resize(100);
  reads_all();
  fs.bytes_of(kFirstIndex)[50] ^= 1U;
  reads_all();
}

TEST_CASE("a damaged transaction in the middle of the journal is never cut off as a torn tail") {
  CrashFs fs;
  {
    Store store(with_store(fs), kStore);
    commit_chunk(store, some_bytes(1, 100));
    commit_chunk(store, some_bytes(2, 100));
  }
  const Bytes good = fs.bytes_of(kJournal);
  for (std::size_t at = 32; at < good.size(); ++at) {
    fs.bytes_of(kJournal)[at] ^= 1U;
    CHECK(code_thrown_by([&] { Store s(fs, kStore); }) == Code::damaged);
    CHECK(fs.bytes_of(kJournal).size() == good.size());
    fs.bytes_of(kJournal) = good;
  }
}

TEST_CASE("a torn tail is left alone by readers and cut by the next writer") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  commit_chunk(store, some_bytes(1, 100));
  const std::size_t size = fs.bytes_of(kJournal).size();
  fs.bytes_of(kJournal).resize(size + 500, 7);
  fs.bytes_of(kFirstPack).resize(fs.bytes_of(kFirstPack).size() + 999, 7);
  Store again(fs, kStore);
  CHECK(fs.bytes_of(kJournal).size() == size + 500);
  commit_chunk(again, some_bytes(2, 100));
  const Store third(fs, kStore);
  CHECK(third.check([](const Finding&) {}).blocks == 2);
  CHECK(findings(third).empty());
}

TEST_CASE("a small commit costs two syncs and a dozen calls, whatever it records") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  commit_chunk(store, some_bytes(1, 100));
  fs.reset_counts();
  auto batch = store.begin();
  for (std::uint64_t i = 0; i < 50; ++i) {
    write_chunk(batch, some_bytes(100 + i, 300));
    batch.add_entry(entry_id(i), as_bytes("e"));
    batch.put("key" + std::to_string(i), as_bytes("v"));
  }
  batch.commit();
  CHECK(fs.counts().syncs == 2);
  CHECK(fs.counts().folder_syncs == 0);
  CHECK(fs.counts().all() <= 13);
  fs.reset_counts();
  auto state_only = store.begin();
  state_only.add_operation(as_bytes("x"));
  state_only.commit();
  CHECK(fs.counts().syncs == 1);
}

TEST_CASE("a large batch costs four syncs however many blocks it has") {
  CrashFs fs;
  Store store(with_store(fs), kStore, {.spill_bytes = 10'000});
  fs.reset_counts();
  auto batch = store.begin();
  for (std::uint64_t i = 0; i < 500; ++i) write_chunk(batch, some_bytes(i, 300));
  batch.commit();
  CHECK(fs.counts().syncs + fs.counts().folder_syncs == 4);
}

TEST_CASE("blocks go from store to store as they lie") {
  CrashFs here;
  CrashFs there;
  Store from(with_store(here), kStore);
  Store to(with_store(there), kStore);
  const Bytes old = some_bytes(1, 5000);
  Bytes edited = old;
  edited[9] = '!';
  const auto base = commit_chunk(from, old);
  const auto id = commit_chunk(from, edited, base);
  const Stored stored = *from.read_stored(object::address_of(id));
  REQUIRE(stored.form == Form::zstd_prefix);
  auto batch = to.begin();
  CHECK(batch.write_stored(stored, object::address_of(id)) == Taken::base_missing);
  const Stored plain = *from.as_plain_form(object::address_of(base));
  CHECK(plain.form == Form::zstd);
  CHECK(batch.write_stored(plain, object::address_of(id)) == Taken::wrong);
  CHECK(batch.write_stored(plain, object::address_of(base)) == Taken::stored);
  CHECK(batch.write_stored(stored, object::address_of(id)) == Taken::stored);
  batch.commit();
  CHECK(to.read(id)->bytes == edited);
  CHECK(to.read_stored(object::address_of(id))->bytes == stored.bytes);
  CHECK(findings(to).empty());
}

TEST_CASE("stored bytes that do not decode to what they claim are wrong") {
  CrashFs fs;
  Store store(with_store(fs), kStore);
  const auto id = commit_chunk(store, some_bytes(1, 5000));
  const auto address = object::address_of(id);
  const Stored good = *store.read_stored(address);
  CrashFs other;
  Store to(with_store(other), kStore);
  auto batch = to.begin();
  Stored bad = good;
  bad.plain_bytes = 4999;
  CHECK(batch.write_stored(bad, address) == Taken::wrong);
  bad.plain_bytes = 0xffffffff;
  CHECK(batch.write_stored(bad, address) == Taken::wrong);
  bad = good;
  bad.bytes.resize(20);
  CHECK(batch.write_stored(bad, address) == Taken::wrong);
  bad = good;
  bad.kind = object::Kind::tree;
  CHECK(batch.write_stored(bad, address) == Taken::wrong);
  bad = good;
  bad.base = address;
  CHECK(batch.write_stored(bad, address) == Taken::wrong);
  bad = good;
  bad.form = Form::zstd_dictionary;
  CHECK(batch.write_stored(bad, address) == Taken::wrong);
  CHECK_FALSE(batch.has(id));
}
