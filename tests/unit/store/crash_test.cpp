#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>

#include "support/store_tools.hpp"

// A history of transactions, cut at each of its calls in turn. Transaction k writes three blocks,
// the entry k, the operation k and the state "k": a store stands after transaction k if it shows
// all of the first k and nothing of the next one.

using namespace hn;
using namespace hn::store;
using namespace hn::test;

namespace {

constexpr Options kSmall{.seal_bytes = 2000,
                         .spill_bytes = 6000,
                         .journal_waste_bytes = 100,
                         .table_bytes = 2000,
                         .threads = 1};
// Lots for each call; HN_LOTS asks for more of them.
constexpr std::uint64_t kLotsDefault = 1;

struct Violation {
  std::string what;
};
void require(bool holds, const char* what) {
  if (!holds) throw Violation{what};
}

Bytes block_of(std::uint64_t step, std::uint64_t n) {
  static const std::vector<Bytes> first{some_bytes(0, 300), some_bytes(1, 300), some_bytes(2, 300)};
  Bytes bytes = first.at(n);
  bytes[step] = '!';
  return bytes;
}

object::Id id_of_block(std::uint64_t step, std::uint64_t n) {
  return object::id_of(object::Kind::chunk, block_of(step, n));
}

void fill(Batch& batch, std::uint64_t step, std::uint64_t more_blocks) {
  for (std::uint64_t n = 0; n < 3; ++n) {
    write_chunk(batch, block_of(step, n),
                step > 1 ? std::optional(id_of_block(step - 1, n)) : std::nullopt);
  }
  for (std::uint64_t n = 0; n < more_blocks; ++n) {
    write_chunk(batch, some_bytes(1000 * step + n, 900));
  }
  batch.add_entry(entry_id(step), as_bytes("entry " + std::to_string(step)));
  batch.put("step", as_bytes(std::to_string(step)));
  batch.add_operation(as_bytes("operation " + std::to_string(step)));
}

void commit_step(Store& store, std::uint64_t step, std::uint64_t more_blocks = 0) {
  auto batch = store.begin();
  fill(batch, step, more_blocks);
  batch.commit();
}

// After which transaction the store stands. Reads the blocks of the last `newest` ones.
std::uint64_t step_of(const Store& store, std::uint64_t newest = 1000) {
  const std::uint64_t step = store.entry_count();
  for (std::uint64_t k = 1; k <= step; ++k) {
    const Entry entry = store.entry(k - 1);
    require(entry.id == entry_id(k), "an entry is missing");
    require(to_string(entry.bytes) == "entry " + std::to_string(k), "an entry is another");
    for (std::uint64_t n = 0; n < 3 && k + newest > step; ++n) {
      const auto block = store.read(id_of_block(k, n));
      require(block && block->bytes == block_of(k, n), "a block of a transaction is missing");
    }
  }
  require(!store.has(id_of_block(step + 1, 0)), "a block of a transaction that is not there");
  require(store.last_operation() == step, "operations and entries differ");
  const auto state = store.get("step");
  require(state ? to_string(*state) == std::to_string(step) : step == 0,
          "state and entries differ");
  return step;
}

// What is known about the store from outside.
struct Known {
  bool created = false;
  std::uint64_t begun = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t seen_by_reader = 0;
};

class Story {
 public:
  Story(CrashFs& fs, Known& known) : fs_(fs), known_(known) {}

  void run() {
    if (!Store::exists(fs_, kStore)) Store::create(fs_, kStore);
    known_.created = true;
    Store store(fs_, kStore, kSmall);
    Store other(fs_, kStore, kSmall);
    Store reader(fs_, kStore, kSmall);
    fs_.watch([&] {
      if (!reader.refresh()) return;
      known_.seen_by_reader = std::max(known_.seen_by_reader, step_of(reader, 2));
    });
    for (int i = 0; i < 6; ++i) step(store);
    step(store, 9);
    {
      auto dropped = store.begin();
      for (std::uint64_t n = 0; n < 9; ++n) write_chunk(dropped, some_bytes(77'000 + n, 900));
    }
    for (int i = 0; i < 3; ++i) step(other);
    step(store, 20);
    step(other, 10);
    store.maintain();
    step(store);
    other.refresh();
    step(other);
    fs_.watch(nullptr);
  }

 private:
  void step(Store& store, std::uint64_t more_blocks = 0) {
    store.refresh();
    known_.begun = std::max(known_.begun, step_of(store, 1) + 1);
    commit_step(store, known_.begun, more_blocks);
    known_.acknowledged = known_.begun;
  }

  CrashFs& fs_;
  Known& known_;
};

void check_restarted(CrashFs& fs, const Known& known) {
  if (!Store::exists(fs, kStore)) {
    require(!known.created, "the store is gone");
    return;
  }
  std::uint64_t step = 0;
  {
    Store store(fs, kStore, kSmall);
    step = step_of(store);
    require(step >= known.acknowledged, "something acknowledged is lost");
    require(step >= known.seen_by_reader, "something that another process saw is lost");
    require(step <= known.begun, "something is there that was never written");
    require(findings(store).empty(), "the check finds faults");
    commit_step(store, step + 1);
    store.maintain();
    commit_step(store, step + 2);
    require(findings(store).empty(), "the check finds faults after the next transactions");
  }
  fs.reboot(Losing::all());
  const Store store(fs, kStore, kSmall);
  require(step_of(store) == step + 2, "a transaction after the restart is lost");
}

void run_until_cut(CrashFs& fs, Known& known) {
  try {
    Story(fs, known).run();
  } catch (const PowerCut&) {
  }
}

// Calls of the story from the first to the last.
bool cut_at(std::uint64_t call, Losing losing, CrashFs::Bug bug = CrashFs::Bug::none,
            const std::string& path_part = {}) {
  CrashFs fs;
  fs.plant(bug, path_part);
  fs.cut_power_at(call);
  Known known;
  run_until_cut(fs, known);
  const bool happened = fs.fault_happened();
  fs.reboot(losing);
  fs.plant(CrashFs::Bug::none);
  check_restarted(fs, known);
  return happened;
}

std::uint64_t number_from_environment(const char* name, std::uint64_t fallback) {
  const char* given = std::getenv(name);
  return given == nullptr ? fallback : std::strtoull(given, nullptr, 10);
}

bool some_cut_is_wrong(CrashFs::Bug bug, const std::string& path_part) {
  for (std::uint64_t call = 1;; ++call) {
    try {
      for (const Losing losing : {Losing::all(), Losing::some(call), Losing::some(call + 1000)}) {
        if (!cut_at(call, losing, bug, path_part)) return false;
      }
    } catch (const Violation&) {
      return true;
    } catch (const Failure&) {
      return true;
    }
  }
}

}  // namespace

TEST_CASE("the story without a cut ends where it should") {
  CrashFs fs;
  Known known;
  Story(fs, known).run();
  CHECK(known.acknowledged == 14);
  CHECK(known.seen_by_reader >= 13);
  fs.reboot(Losing::all());
  check_restarted(fs, known);
}

TEST_CASE("a power cut or a dead process at any call leaves the old state or the new one") {
  const std::uint64_t seed = number_from_environment("HN_SEED", 1);
  const std::uint64_t lots = number_from_environment("HN_LOTS", kLotsDefault);
  MESSAGE("HN_SEED=", seed);
  std::uint64_t calls = 0;
  for (std::uint64_t call = 1;; ++call) {
    std::vector<Losing> ways{Losing::all()};
    if (call % 4 == 0) ways.push_back(Losing::nothing());
    for (std::uint64_t lot = 0; lot < lots; ++lot) {
      ways.push_back(Losing::some(seed * 7919 + call * 31 + lot));
    }
    bool happened = false;
    for (const Losing way : ways) {
      std::string wrong;
      try {
        happened = cut_at(call, way);
      } catch (const Violation& violation) {
        wrong = violation.what;
      } catch (const Failure& failure) {
        wrong = failure.context();
      }
      INFO("call ", call, " lot ", way.seed);
      CHECK(wrong == "");
    }
    if (!happened) break;
    calls = call;
  }
  MESSAGE("calls cut: ", calls);
  CHECK(calls > 80);
}

TEST_CASE("an error or a full disk at any call is reported and harms nothing") {
  for (const bool full : {false, true}) {
    for (std::uint64_t call = 1;; ++call) {
      INFO("call ", call, full ? " full disk" : " error");
      CrashFs fs;
      Known known;
      full ? fs.fill_disk_at(call) : fs.fail_at(call);
      std::string wrong;
      try {
        Story(fs, known).run();
      } catch (const Failure&) {
      } catch (const Violation& violation) {
        wrong = violation.what;
      }
      const bool happened = fs.fault_happened();
      known.seen_by_reader = 0;  // a failing disk may take back what was shown
      fs.watch(nullptr);
      fs.heal();
      CHECK(wrong == "");
      fs.reboot(call % 2 == 0 ? Losing::all() : Losing::nothing());
      try {
        check_restarted(fs, known);
      } catch (const Violation& violation) {
        wrong = violation.what;
      } catch (const Failure& failure) {
        wrong = failure.context();
      }
      CHECK(wrong == "");
      if (!happened) break;
    }
  }
}

TEST_CASE("after an error the same store goes on where it stood") {
  for (std::uint64_t call = 1;; ++call) {
    CrashFs fs;
    Store store(with_store(fs), kStore, kSmall);
    commit_step(store, 1);
    fs.fail_at(call);
    const bool failed = code_thrown_by([&] { commit_step(store, 2); }).has_value();
    const bool happened = fs.fault_happened();
    fs.heal();
    CHECK(step_of(store) == (failed ? 1 : 2));
    if (failed) commit_step(store, 2);
    CHECK(step_of(store) == 2);
    CHECK(findings(store).empty());
    fs.reboot(Losing::all());
    const Store again(fs, kStore, kSmall);
    CHECK(step_of(again) == 2);
    if (!happened) break;
  }
}

TEST_CASE("the tests above see a sync that is missing") {
  using Bug = CrashFs::Bug;
  CHECK(some_cut_is_wrong(Bug::file_sync_does_nothing, "journal"));
  CHECK(some_cut_is_wrong(Bug::file_sync_does_nothing, ".pack"));
  CHECK(some_cut_is_wrong(Bug::file_sync_does_nothing, "spill"));
  CHECK(some_cut_is_wrong(Bug::file_sync_does_nothing, ".idx"));
  CHECK(some_cut_is_wrong(Bug::file_sync_does_nothing, "format"));
  CHECK(some_cut_is_wrong(Bug::folder_sync_does_nothing, "packs"));
  CHECK(some_cut_is_wrong(Bug::folder_sync_does_nothing, kStore));
}
