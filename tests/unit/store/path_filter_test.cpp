#include "hn/store/path_filter.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "hn/base/text.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::store;
using hn::testing::MemoryBlocks;
using object::Id;

namespace {

// A tree of these paths.
Id tree_of(MemoryBlocks& blocks, const std::set<std::string>& paths) {
  std::map<std::string, std::set<std::string>> below;
  std::map<std::string, object::Value> entries;
  for (const std::string& path : paths) {
    const std::size_t slash = path.find('/');
    if (slash == path.npos)
      entries[path] = object::Value::of(object::Mode::file, Id{Hash{1}});
    else
      below[path.substr(0, slash)].insert(path.substr(slash + 1));
  }
  for (const auto& [name, inside] : below)
    entries[name] = object::Value::of(object::Mode::folder, tree_of(blocks, inside));
  std::vector<object::TreeEntry> rows;
  for (const auto& [name, value] : entries) rows.push_back({name, value});
  return object::write_tree(blocks, rows);
}

}  // namespace

TEST_CASE("filters of changed paths are those of the page") {
  const auto vectors = nlohmann::json::parse(std::ifstream(HN_VECTORS "/history.json"));
  for (const auto& v : vectors["filters"]) {
    INFO(v.dump());
    MemoryBlocks blocks;
    CommitTrees trees{tree_of(blocks, v["changed"].get<std::set<std::string>>()), {}, {}};
    if (v.contains("second"))
      trees.second = tree_of(blocks, v["second"].get<std::set<std::string>>());
    const auto made = path_filter(blocks, trees);
    REQUIRE(made);
    CHECK(to_hex(*made) == v["filter"]);
  }
}

TEST_CASE("a filter says yes to what changed and to the folders above, and no to all else") {
  MemoryBlocks blocks;
  const Id before = tree_of(blocks, {"kept", "lib/gone", "lib/kept", "to/folder", "was"});
  const Id after = tree_of(blocks, {"kept", "lib/kept", "new", "to/folder", "was/now/deep"});
  const auto filter = path_filter(blocks, {after, before, {}});
  REQUIRE(filter);
  CHECK(is_path_filter(*filter, true));
  for (const char* path : {"lib", "lib/gone", "new", "was", "was/now", "was/now/deep"}) {
    INFO(path);
    CHECK(changed_by(*filter, path_key(path)) == Changed::yes);
  }
  for (const char* path : {"", "kept", "lib/kept", "to", "to/folder"}) {
    INFO(path);
    CHECK(changed_by(*filter, path_key(path)) == Changed::no);
  }
  int wrong = 0;
  for (int i = 0; i < 10'000; ++i)
    wrong += changed_by(*filter, path_key("other/" + std::to_string(i))) == Changed::no ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("a filter of no path says no, one of too many perhaps, and none that nobody knows") {
  MemoryBlocks blocks;
  const auto changed = [&](std::size_t files) {
    std::set<std::string> paths;
    for (std::size_t i = 0; i < files; ++i) paths.insert(std::to_string(i));
    return changed_by(*path_filter(blocks, {tree_of(blocks, paths), {}, {}}), path_key("0"));
  };
  CHECK(changed(0) == Changed::no);
  CHECK(changed(kFilterPathsMax) == Changed::yes);
  CHECK(changed(kFilterPathsMax + 1) == Changed::perhaps);
  CHECK(changed_by({}, path_key("any")) == Changed::not_known);
  CHECK_FALSE(path_filter(blocks, {Id{Hash{9}}, {}, {}}));
}

TEST_CASE("a merge's filter says what of its changes is in its second parent") {
  MemoryBlocks blocks;
  const Id first = tree_of(blocks, {"gone", "kept", "lib/kept"});
  const Id second =
      tree_of(blocks, {"came/all/a", "came/all/b", "kept", "lib/kept", "lib/new", "x"});
  const Id own = tree_of(
      blocks, {"came/all/a", "came/all/b", "came/own", "kept", "lib/kept", "lib/new", "own"});
  const auto filter = path_filter(blocks, {own, first, second});
  REQUIRE(filter);
  CHECK(is_path_filter(*filter, true));
  for (const char* path : {"came/all", "came/all/a", "came/all/b", "gone", "lib", "lib/new"}) {
    INFO(path);
    CHECK(changed_by(*filter, path_key(path), 0) == Changed::yes);
    CHECK(changed_by(*filter, path_key(path), 1) == Changed::no);
    CHECK(changed_by(*filter, path_key(path), 2) == Changed::perhaps);
  }
  for (const char* path : {"came", "came/own", "own"}) {
    INFO(path);
    CHECK(changed_by(*filter, path_key(path), 1) == Changed::yes);
  }
  for (const char* path : {"x", "kept"}) {
    INFO(path);
    CHECK(changed_by(*filter, path_key(path), 1) == Changed::perhaps);
  }
  CHECK_FALSE(path_filter(blocks, {own, first, Id{Hash{9}}}));
}

TEST_CASE("a file against a folder, and folders that differ elsewhere, are no more than they are") {
  MemoryBlocks blocks;
  const Id first = tree_of(blocks, {"both/mine", "was/gone", "was/now"});
  const Id second = tree_of(blocks, {"both/theirs", "was/gone"});
  const Id own = tree_of(blocks, {"both/mine", "both/new", "was"});
  const auto filter = path_filter(blocks, {own, first, second});
  REQUIRE(filter);
  const auto against_second = [&](const char* path) {
    return changed_by(*filter, path_key(path), 1);
  };
  CHECK(against_second("was") == Changed::yes);
  CHECK(against_second("was/gone") == Changed::yes);
  CHECK(against_second("was/now") == Changed::no);
  CHECK(against_second("both") == Changed::yes);
  CHECK(against_second("both/new") == Changed::yes);
  CHECK(against_second("both/mine") == Changed::perhaps);

  // All that it changes is in the second parent, but not all of that folder.
  const Id taken = tree_of(blocks, {"lib/kept", "lib/came"});
  const auto other = path_filter(
      blocks, {taken, tree_of(blocks, {"lib/kept"}), tree_of(blocks, {"lib/came", "lib/new"})});
  REQUIRE(other);
  CHECK(changed_by(*other, path_key("lib/came"), 1) == Changed::no);
  CHECK(changed_by(*other, path_key("lib"), 1) == Changed::yes);
}
