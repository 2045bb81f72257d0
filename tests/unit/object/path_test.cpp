#include <doctest/doctest.h>

#include <map>

#include "hn/object/tree.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;

namespace {

Value file(std::string_view content) {
  return Value::of(Mode::file, id_of(Kind::chunk, as_bytes(content)));
}

// A tree from full paths; an empty content makes an empty folder.
Id root_of(MemoryBlocks& blocks, const std::map<std::string, std::string>& files) {
  std::map<std::string, Value> here;
  std::map<std::string, std::map<std::string, std::string>> below;
  for (const auto& [path, content] : files) {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos) {
      here[path] =
          content.empty() ? Value::of(Mode::folder, write_tree(blocks, {})) : file(content);
    } else {
      below[path.substr(0, slash)][path.substr(slash + 1)] = content;
    }
  }
  for (const auto& [name, inner] : below)
    here[name] = Value::of(Mode::folder, root_of(blocks, inner));
  std::vector<TreeEntry> entries;
  for (const auto& [name, value] : here) entries.push_back({name, value});
  return write_tree(blocks, entries);
}

// "-path" removed, "+path" added, "*path" changed.
std::vector<std::string> changes(const MemoryBlocks& blocks, const std::optional<Id>& a,
                                 const std::optional<Id>& b) {
  std::vector<std::string> out;
  const auto done = diff_paths(blocks, a, b, [&](const Change& c) {
    out.push_back((c.old_value && c.new_value ? "*" : c.old_value ? "-" : "+") + c.name);
    return true;
  });
  REQUIRE(done);
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a path is found through its folders") {
  MemoryBlocks blocks;
  const Id root = root_of(blocks, {{"a/b/c", "1"}, {"a/d", "2"}, {"e", "3"}});
  CHECK(**find_path(blocks, root, "a/b/c") == file("1"));
  CHECK(**find_path(blocks, root, "e") == file("3"));
  CHECK((*find_path(blocks, root, "a/b"))->mode == Mode::folder);
  CHECK((*find_path(blocks, root, ""))->id() == root);
}

TEST_CASE("a path that is not there is not an error") {
  MemoryBlocks blocks;
  const Id root = root_of(blocks, {{"a/b", "1"}, {"e", "3"}});
  for (const char* path : {"x", "a/x", "a/b/c", "e/f", "a//b", "/a", "./a"}) {
    CAPTURE(path);
    const auto found = find_path(blocks, root, path);
    REQUIRE(found);
    CHECK(!*found);
  }
}

TEST_CASE("differing paths come in name order, depth first, without what is shared") {
  MemoryBlocks blocks;
  const Id a =
      root_of(blocks, {{"b/x", "1"}, {"b/y", "1"}, {"a", "1"}, {"c/d/e", "1"}, {"same/z", "1"}});
  const Id b =
      root_of(blocks, {{"b/x", "2"}, {"b/y", "1"}, {"c/d/f", "1"}, {"n", "1"}, {"same/z", "1"}});
  CHECK(changes(blocks, a, b) == Lines{"-a", "*b/x", "-c/d/e", "+c/d/f", "+n"});
  CHECK(changes(blocks, {}, b) == Lines{"+b/x", "+b/y", "+c/d/f", "+n", "+same/z"});
  CHECK(changes(blocks, a, a).empty());
}

TEST_CASE("a file that becomes a folder is the file's change and the folder's contents") {
  MemoryBlocks blocks;
  const Id a = root_of(blocks, {{"x", "1"}, {"y", "1"}});
  const Id b = root_of(blocks, {{"x/p", "1"}, {"x/q", "2"}, {"y", "1"}});
  CHECK(changes(blocks, a, b) == Lines{"-x", "+x/p", "+x/q"});
  CHECK(changes(blocks, b, a) == Lines{"+x", "-x/p", "-x/q"});
}

TEST_CASE("an empty folder that comes is no change of a path") {
  MemoryBlocks blocks;
  const Id a = root_of(blocks, {{"x", "1"}});
  const Id b = root_of(blocks, {{"x", "1"}, {"empty", ""}});
  CHECK(changes(blocks, a, b).empty());
}

TEST_CASE("a walk gives every path that is not a folder and stops when told") {
  MemoryBlocks blocks;
  const Id root = root_of(blocks, {{"b/x", "1"}, {"a", "1"}, {"c/d/e", "1"}, {"empty", ""}});
  Lines seen;
  REQUIRE(walk_paths(blocks, root, [&](const std::string& path, const Value&) {
    seen.push_back(path);
    return true;
  }));
  CHECK(seen == Lines{"a", "b/x", "c/d/e"});
  seen.clear();
  REQUIRE(walk_paths(blocks, root, [&](const std::string& path, const Value&) {
    seen.push_back(path);
    return seen.size() < 2;
  }));
  CHECK(seen.size() == 2);
}

TEST_CASE("folders nested beyond all measure are refused, not followed") {
  MemoryBlocks blocks;
  Id root = write_tree(blocks, std::vector<TreeEntry>{{"f", file("x")}});
  for (std::size_t i = 0; i < kPathDepthMax; ++i) {
    root = write_tree(blocks, std::vector<TreeEntry>{{"d", Value::of(Mode::folder, root)}});
  }
  const auto all = [](const std::string&, const Value&) { return true; };
  CHECK(walk_paths(blocks, root, all));
  root = write_tree(blocks, std::vector<TreeEntry>{{"d", Value::of(Mode::folder, root)}});
  const auto walked = walk_paths(blocks, root, all);
  REQUIRE(!walked);
  CHECK(walked.error().code == Code::refused);
  const auto compared = diff_paths(blocks, {}, root, [](const Change&) { return true; });
  REQUIRE(!compared);
  CHECK(compared.error().code == Code::refused);
}
