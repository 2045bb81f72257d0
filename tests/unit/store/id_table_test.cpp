#include "hn/store/id_table.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "hn/base/error.hpp"
#include "hn/object/id.hpp"
#include "support/crash_fs.hpp"
#include "support/seed.hpp"

using namespace hn;
using store::IdTable;

namespace {

struct Value {
  std::uint64_t number = 0;
  std::uint8_t mark = 0;
  friend bool operator==(const Value&, const Value&) = default;
};
using Table = IdTable<object::Id, Value>;

// Files of a file system in memory, and how many were opened.
struct Files {
  test::CrashFs fs;
  int opened = 0;

  Files() { fs.make_folder("d"); }

  store::Scratch scratch(std::size_t table_bytes) {
    return {[this] {
              const std::string name = "d/" + std::to_string(opened++);
              auto file = fs.open(name, os::Access::create_new);
              fs.remove(name);
              return file;
            },
            table_bytes};
  }
};

// Some are alike in all but their last bytes, as no honest hashes are.
object::Id random_id(std::mt19937_64& lot, bool alike) {
  object::Id id;
  for (std::size_t i = alike ? 24 : 0; i < id.bytes.size(); ++i)
    id.bytes[i] = static_cast<Byte>(lot());
  return id;
}

void check_same(Table& table, const std::map<object::Id, Value>& wanted) {
  REQUIRE(table.size() == wanted.size());
  auto at = wanted.begin();
  bool same = true;
  table.visit([&](const object::Id& id, const Value& value) {
    same = same && at != wanted.end() && at->first == id && at->second == value;
    if (at != wanted.end()) ++at;
  });
  CHECK(same);
  CHECK(at == wanted.end());
}

}  // namespace

TEST_CASE("a table of ids answers as a map does, in memory and in files") {
  std::mt19937_64 lot(testing::seed_of_run(7));
  for (const std::size_t bytes_max : {std::size_t{1}, std::size_t{2000}, std::size_t{100'000}}) {
    for (const bool alike : {false, true}) {
      Files files;
      Table table(files.scratch(bytes_max));
      std::map<object::Id, Value> wanted;
      std::vector<object::Id> ids;
      for (unsigned step = 0; step < 6000; ++step) {
        const bool again = !ids.empty() && lot() % 3 == 0;
        const object::Id id = again ? ids[lot() % ids.size()] : random_id(lot, alike && lot() % 4);
        ids.push_back(id);
        const Value value{lot(), static_cast<std::uint8_t>(lot())};
        if (lot() % 4 == 0) {
          table.assign(id, value);
          wanted.insert_or_assign(id, value);
        } else {
          REQUIRE(table.insert(id, value) == wanted.emplace(id, value).second);
        }
        const object::Id& asked = ids[lot() % ids.size()];
        REQUIRE(table.find(asked) == wanted.at(asked));
        REQUIRE(!table.contains(random_id(lot, alike)));
        if (step % 2500 == 2499) check_same(table, wanted);
      }
      check_same(table, wanted);
      for (const auto& [id, value] : wanted) REQUIRE(table.find(id) == value);
      CHECK(files.opened > (bytes_max < 100'000 ? 50 : 2));
      CHECK(files.fs.list("d").empty());
    }
  }
}

TEST_CASE("a table of ids without files stays in memory") {
  std::mt19937_64 lot(testing::seed_of_run(7));
  Table table({{}, 1});
  std::map<object::Id, Value> wanted;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const object::Id id = random_id(lot, false);
    CHECK(table.insert(id, {i, 0}) == wanted.emplace(id, Value{i, 0}).second);
  }
  check_same(table, wanted);
}

TEST_CASE("a table of ids says that the disk is full, and holds what it held") {
  std::mt19937_64 lot(testing::seed_of_run(7));
  const auto full = []() -> std::unique_ptr<os::File> { throw Failure(Code::no_space, "full"); };
  Table table({full, 1000});
  std::vector<object::Id> ids;
  const auto fill = [&] {
    for (std::uint64_t i = 0; i < 100; ++i) {
      ids.push_back(random_id(lot, false));
      table.insert(ids.back(), {i, 0});
    }
  };
  CHECK_THROWS_AS(fill(), Failure);
  for (std::uint64_t i = 0; i < ids.size(); ++i) CHECK(table.find(ids[i]) == Value{i, 0});
}
