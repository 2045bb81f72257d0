#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/store_tools.hpp"

using namespace hn;
using namespace hn::store;
using namespace hn::test;

namespace {

constexpr Options kSmall{
    .seal_bytes = 3000, .spill_bytes = 6000, .journal_waste_bytes = 100, .threads = 1};

// Roots that a test names.
class Named final : public Roots {
 public:
  Named() = default;
  explicit Named(std::set<object::Id> all) : ids(std::move(all)) {}
  void name(Keeping& keeping) override {
    ++asked;
    for (const object::Id& id : ids) keeping.keep(id);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
  }
  void before_drop(const Keeping&) override {
    ++dropped;
    if (at_drop) std::exchange(at_drop, nullptr)();
  }
  std::set<object::Id> ids;
  std::function<void()> meanwhile;  // once, behind the first naming
  std::function<void()> at_drop;
  int asked = 0;
  int dropped = 0;
};

// Versions of one block, each a difference from the one before.
std::vector<object::Id> commit_versions(Store& store, std::uint64_t seed, std::size_t count) {
  std::vector<object::Id> ids;
  Bytes bytes = some_bytes(seed, 2000);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i * 7] = '!';
    ids.push_back(
        commit_chunk(store, bytes, ids.empty() ? std::nullopt : std::optional(ids.back())));
  }
  return ids;
}

std::string faults_of(const Store& store) {
  std::string out;
  for (const Finding& finding : findings(store)) out += std::string(finding.rule) + "; ";
  return out;
}

unsigned depth_of(const Store& store, const object::Id& id) {
  unsigned depth = 0;
  auto stored = store.read_stored(object::address_of(id));
  while (stored && stored->base) {
    ++depth;
    stored = store.read_stored(*stored->base);
  }
  return depth;
}

}  // namespace

TEST_CASE("what no root names goes, what one names stays, in one pack") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto kept = commit_versions(store, 1, 12);
  const auto gone = commit_versions(store, 2, 12);
  Named roots({kept.begin(), kept.end()});
  const Collected collected = store.collect(roots);
  CHECK(collected.blocks == 24);
  CHECK(collected.dropped_blocks == 12);
  CHECK(collected.packs_after == 2);
  CHECK(collected.bytes_after < collected.bytes_before);
  CHECK(roots.asked == 1);
  for (const auto& id : kept) CHECK(store.read(id).has_value());
  for (const auto& id : gone) CHECK(store.read(id).error().code == Code::absent);
  CHECK(faults_of(store) == "");
  const Store again(fs, kStore, kSmall);
  CHECK(again.has(kept.back()));
  CHECK(!again.has(gone.back()));
}

TEST_CASE("what stands on a block that goes stands on the next one that stays") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto versions = commit_versions(store, 1, 20);
  std::map<object::Id, Bytes> before;
  Named roots;
  for (std::size_t i = 3; i < versions.size(); i += 4) roots.ids.insert(versions[i]);
  for (const auto& id : roots.ids) before[id] = store.read(id)->bytes;
  store.collect(roots);
  for (const auto& [id, bytes] : before) CHECK(store.read(id)->bytes == bytes);
  CHECK(!store.has(versions[0]));
  CHECK(depth_of(store, versions[3]) == 0);
  CHECK(depth_of(store, versions[7]) == 1);
  CHECK(depth_of(store, versions[19]) == 4);
  CHECK(faults_of(store) == "");
}

TEST_CASE("a dry run counts and changes nothing") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto versions = commit_versions(store, 1, 9);
  Named roots({versions[0]});
  fs.reset_counts();
  const Collected collected = store.collect(roots, {.dry_run = true});
  CHECK(collected.dropped_blocks == 8);
  CHECK(collected.bytes_after < collected.bytes_before);
  CHECK(roots.dropped == 0);
  CHECK(fs.counts().writes + fs.counts().names == 0);
  CHECK(store.has(versions[8]));
}

TEST_CASE("with nothing to drop and one pack nothing is written") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto versions = commit_versions(store, 1, 9);
  Named roots({versions.begin(), versions.end()});
  store.collect(roots);
  fs.reset_counts();
  store.collect(roots);
  CHECK(fs.counts().writes == 0);
}

TEST_CASE("a store without roots becomes empty and goes on") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto versions = commit_versions(store, 1, 9);
  Named none;
  CHECK(store.collect(none).dropped_blocks == 9);
  CHECK(!store.has(versions[3]));
  CHECK(faults_of(store) == "");
  CHECK(commit_versions(store, 1, 9) == versions);
  CHECK(store.read(versions[8]).has_value());
}

TEST_CASE("one collection at a time, and packs are not merged meanwhile") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  Store other(fs, kStore, kSmall);
  const auto versions = commit_versions(store, 1, 9);
  commit_versions(store, 2, 9);
  Named roots({versions.begin(), versions.end()});
  std::optional<Code> refused;
  std::vector<object::Id> more;
  roots.meanwhile = [&] {
    Named none;
    refused = code_thrown_by([&] { other.collect(none); });
    for (std::uint64_t seed = 10; seed < 20; ++seed) {
      const auto made = commit_versions(other, seed, 5);
      more.insert(more.end(), made.begin(), made.end());
    }
    roots.ids.insert(more.begin(), more.end());
  };
  store.collect(roots);
  CHECK(refused == Code::busy);
  CHECK(roots.asked == 2);
  for (const auto& id : more) CHECK(store.read(id).has_value());
  for (const auto& id : versions) CHECK(store.read(id).has_value());
  CHECK(faults_of(store) == "");
}

TEST_CASE("what is recorded meanwhile brings back what it names and what it stands on") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  Store other(fs, kStore, kSmall);
  const auto versions = commit_versions(store, 1, 6);
  other.refresh();
  Named roots({versions[0]});
  object::Id next;
  roots.meanwhile = [&] {
    Bytes bytes = other.read(versions[4])->bytes;
    bytes[1900] = '?';
    next = commit_chunk(other, bytes, versions[4]);  // a difference from what is to go
    roots.ids.insert(next);
    roots.ids.insert(versions[2]);  // by its name alone
  };
  store.collect(roots);
  CHECK(store.read(next).has_value());
  CHECK(store.has(versions[2]));
  CHECK(store.has(versions[4]));
  CHECK(!store.has(versions[5]));
  CHECK(faults_of(store) == "");
}

TEST_CASE("a batch that is open meanwhile keeps what it found, and what it never looked at") {
  for (const bool spilled : {false, true}) {
    for (const bool looked : {false, true}) {
      INFO("spilled ", spilled, " looked ", looked);
      CrashFs fs;
      Store store(with_store(fs), kStore, kSmall);
      Store other(fs, kStore, kSmall);
      const auto versions = commit_versions(store, 1, 20);
      other.refresh();
      auto batch = other.begin();
      if (looked) CHECK(batch.has(versions[7]));
      Bytes bytes = other.read(versions[19])->bytes;
      bytes[1900] = '?';
      const object::Id next = write_chunk(batch, bytes, versions[19]);
      for (std::uint64_t n = 0; spilled && n < 20; ++n)
        write_chunk(batch, some_bytes(900 + n, 900));
      Named roots({versions[0]});
      store.collect(roots);
      CHECK(!store.has(versions[7]));
      batch.commit();
      CHECK(other.read(next)->bytes == bytes);
      store.refresh();
      for (const auto& id : versions) CHECK(store.read(id).has_value());
      CHECK(faults_of(store) == "");
      CHECK(faults_of(other) == "");
    }
  }
}

TEST_CASE("what was asked before the lock is there under it") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  Store other(fs, kStore, kSmall);
  const auto versions = commit_versions(store, 1, 5);
  other.refresh();
  CHECK(other.has(versions[4]));
  Named none;
  store.collect(none);
  {
    const auto lock = other.lock();
    auto batch = other.begin();
    batch.put("names", versions[4].bytes);
    batch.commit();
  }
  store.refresh();
  CHECK(store.read(versions[4]).has_value());
  CHECK(faults_of(store) == "");
}

TEST_CASE(
    "a block that went and was written anew on a longer chain does not break what stands on it") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  Store other(fs, kStore, kSmall);
  Store third(fs, kStore, kSmall);
  const auto versions = commit_versions(store, 1, 3);
  const Bytes first = store.read(versions[0])->bytes;
  const Bytes second = store.read(versions[1])->bytes;
  other.refresh();
  auto batch = other.begin();
  Bytes bytes = second;
  bytes[1900] = '?';
  const object::Id next = write_chunk(batch, bytes, versions[1]);
  Named none;
  store.collect(none);
  third.refresh();
  // The first version again, at the end of a chain of twenty.
  object::Id base = commit_versions(third, 1, 1)[0];
  CHECK(base == versions[0]);
  store.refresh();
  store.collect(none);
  third.refresh();
  Bytes other_bytes = first;
  std::optional<object::Id> last;
  for (std::size_t i = 0; i < 20; ++i) {
    other_bytes[1000 + i] = '#';
    last = commit_chunk(third, other_bytes, last);
  }
  CHECK(commit_chunk(third, first, last) == versions[0]);
  batch.commit();
  third.refresh();
  CHECK(third.read(next)->bytes == bytes);
  CHECK(third.read(versions[1])->bytes == second);
  CHECK(faults_of(third) == "");
}

TEST_CASE("after a refresh nothing stands on what went, and what went can be written again") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  Store other(fs, kStore, kSmall);
  const auto versions = commit_versions(store, 1, 4);
  other.refresh();
  CHECK(other.read(versions[3]).has_value());  // and remembered
  const Bytes bytes = other.read(versions[3])->bytes;
  Named none;
  store.collect(none);
  other.refresh();
  Bytes next = bytes;
  next[1900] = '?';
  const auto id = commit_chunk(other, next, versions[3]);
  CHECK(!other.read_stored(object::address_of(id))->base);
  CHECK(faults_of(other) == "");
  CHECK(commit_chunk(other, bytes) == versions[3]);
  CHECK(other.has(versions[3]));
}

TEST_CASE("a reader with the old packs open reads on") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto versions = commit_versions(store, 1, 12);
  const Store reader(fs, kStore, kSmall);
  Named none;
  store.collect(none);
  for (const auto& id : versions) CHECK(reader.read(id).has_value());
}

TEST_CASE("a damaged record is refused, and nothing goes") {
  CrashFs fs;
  Store store(with_store(fs), kStore, kSmall);
  const auto versions = commit_versions(store, 1, 12);
  Named warm({versions.begin(), versions.end()});
  store.collect(warm);
  const auto more = commit_versions(store, 3, 3);
  std::string pack;
  for (const std::string& name : fs.list(kStore + "/packs"))
    if (name.ends_with(".pack") && fs.stat(kStore + "/packs/" + name)->size > 1000)
      pack = kStore + "/packs/" + name;
  const auto file = fs.open(pack, os::Access::update);
  file->write_at(200, Bytes{0xff, 0xff, 0xff});
  Store again(fs, kStore, kSmall);
  Named roots({versions.begin(), versions.end()});
  roots.ids.insert(more.begin(), more.end());
  CHECK(code_thrown_by([&] { again.collect(roots); }) == Code::damaged);
  CHECK(roots.dropped == 0);
  CHECK(again.has(versions[11]));
}

namespace {

// A collection among commits, cut at each of its calls in turn.
struct CollectStory {
  std::vector<object::Id> kept;
  std::vector<object::Id> late;  // recorded by another process while it runs
  bool recorded = false;

  void run(CrashFs& fs) {
    Store store(fs, kStore, kSmall);
    Store other(fs, kStore, kSmall);
    Named roots({kept.begin(), kept.end()});
    roots.meanwhile = [&] {
      late = commit_versions(other, 50, 3);
      recorded = true;
      roots.ids.insert(late.begin(), late.end());
    };
    store.collect(roots);
  }
};

// An empty text where everything holds after the restart.
std::string cut_collection(std::uint64_t call, Losing losing, bool& happened) {
  CrashFs fs;
  CollectStory story;
  {
    Store store(with_store(fs), kStore, kSmall);
    story.kept = commit_versions(store, 1, 10);
    commit_versions(store, 2, 10);
    const auto more = commit_versions(store, 3, 4);
    story.kept.insert(story.kept.end(), more.begin(), more.end());
  }
  fs.cut_power_at(call);
  try {
    story.run(fs);
  } catch (const PowerCut&) {
  }
  happened = fs.fault_happened();
  fs.reboot(losing);
  Store store(fs, kStore, kSmall);
  for (const auto& id : story.kept)
    if (!store.read(id)) return "a block that stays is lost";
  for (const auto& id : story.late)
    if (story.recorded && !store.read(id)) return "a block that came meanwhile is lost";
  if (const auto faults = faults_of(store); !faults.empty()) return faults;
  Named roots({story.kept.begin(), story.kept.end()});
  store.collect(roots);
  for (const auto& id : story.kept)
    if (!store.read(id)) return "a block that stays is lost the second time";
  const auto names = fs.list(kStore + "/packs");
  const auto packs =
      std::ranges::count_if(names, [](const std::string& name) { return name.ends_with(".pack"); });
  if (packs != 2) return "packs are left behind: " + std::to_string(packs);
  return faults_of(store);
}

}  // namespace

TEST_CASE(
    "a collection that is cut or killed at any call loses nothing and leaves nothing behind") {
  std::uint64_t calls = 0;
  for (std::uint64_t call = 1;; ++call) {
    bool happened = false;
    for (const Losing losing :
         {Losing::nothing(), Losing::all(), Losing::some(call), Losing::some(call + 5000)}) {
      std::string wrong;
      try {
        wrong = cut_collection(call, losing, happened);
      } catch (const Failure& failure) {
        wrong = failure.context();
      }
      INFO("call ", call);
      CHECK(wrong == "");
    }
    if (!happened) break;
    calls = call;
  }
  MESSAGE("calls cut: ", calls);
  CHECK(calls > 20);
}

TEST_CASE("batches of several processes and collections, by lot, lose nothing that was recorded") {
  const char* given = std::getenv("HN_SEED");
  const std::uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  MESSAGE("HN_SEED=", seed);
  for (std::uint64_t round = 0; round < 40; ++round) {
    INFO("round ", round);
    SeededRandom random(seed * 1000 + round);
    const auto lot = [&](std::uint64_t of) {
      Bytes bytes(2);
      random.fill(bytes);
      return (bytes[0] * 256U + bytes[1]) % of;
    };
    CrashFs fs;
    with_store(fs);
    std::vector<std::unique_ptr<Store>> stores;
    std::vector<std::optional<Batch>> batches(3);
    std::vector<std::vector<object::Id>> wanted(3);
    for (int i = 0; i < 3; ++i) stores.push_back(std::make_unique<Store>(fs, kStore, kSmall));
    // Seven versions of four things; a recorded batch names what it found or wrote.
    const auto version = [](std::uint64_t thing, std::uint64_t n) {
      Bytes bytes = some_bytes(thing, 1200);
      for (std::uint64_t i = 0; i <= n; ++i) bytes[i * 9] = '!';
      return bytes;
    };
    std::set<object::Id> recorded;
    for (int step = 0; step < 120; ++step) {
      const auto who = static_cast<std::size_t>(lot(3));
      Store& store = *stores[who];
      auto& batch = batches[who];
      switch (lot(7)) {
        case 0: {
          Named roots(recorded);
          if (lot(3) == 0) recorded = {}, roots.ids = {};
          stores[(who + 1) % 3]->collect(roots);
          break;
        }
        case 1:
          store.refresh();
          break;
        case 2:
          if (!batch) break;
          batch->commit();
          recorded.insert(wanted[who].begin(), wanted[who].end());
          wanted[who].clear();
          batch.reset();
          break;
        default: {
          if (!batch) batch.emplace(store.begin());
          const std::uint64_t thing = lot(4);
          const std::uint64_t n = lot(7);
          std::optional<object::Id> base;
          if (n > 0) base = object::id_of(object::Kind::chunk, version(thing, n - 1));
          if (lot(4) == 0) base = object::id_of(object::Kind::chunk, version(thing, lot(7)));
          wanted[who].push_back(write_chunk(*batch, version(thing, n), base));
        }
      }
      store.refresh();
      for (const object::Id& id : recorded) REQUIRE(store.read(id).has_value());
      REQUIRE(faults_of(store) == "");
    }
    batches.clear();
  }
}
