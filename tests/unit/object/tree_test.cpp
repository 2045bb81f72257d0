#include "hn/object/tree.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "hn/base/random.hpp"
#include "hn/object/cut.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;

namespace {

using Folder = std::map<std::string, Value>;

std::uint64_t seed() {
  const char* text = std::getenv("HN_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

Value file(std::string_view content) {
  return Value::of(Mode::file, id_of(Kind::chunk, as_bytes(content)));
}

std::string numbered(std::size_t i) {
  std::string digits = std::to_string(i);
  return "name-" + std::string(6 - digits.size(), '0') + digits;
}

Folder numbered_folder(std::size_t n) {
  Folder out;
  for (std::size_t i = 0; i < n; ++i) out[numbered(i)] = file(std::to_string(i));
  return out;
}

std::vector<TreeEntry> entries_of(const Folder& folder) {
  std::vector<TreeEntry> out;
  for (const auto& [name, value] : folder) out.push_back({name, value});
  return out;
}

Id write(MemoryBlocks& blocks, const Folder& folder) {
  return write_tree(blocks, entries_of(folder));
}
Id write(MemoryBlocks& blocks, const TreeNode& node) {
  return blocks.write(Kind::tree, encode_tree_node(node));
}

TreeNode node_at(const MemoryBlocks& blocks, const Id& id) {
  const Bytes bytes = blocks.read(id, Kind::tree).value();
  return decode_tree_node(bytes).value();
}

std::vector<Edit> edits_of(const std::vector<Change>& changes) {
  std::vector<Edit> out;
  for (const Change& change : changes) out.push_back({change.name, change.new_value});
  return out;
}

std::vector<Change> naive_diff(const Folder& a, const Folder& b) {
  std::map<std::string, Change> out;
  for (const auto& [name, value] : a) out[name] = {name, value, {}};
  for (const auto& [name, value] : b) {
    out[name].name = name;
    out[name].new_value = value;
  }
  std::vector<Change> changes;
  for (const auto& [name, change] : out) {
    if (change.old_value != change.new_value) changes.push_back(change);
  }
  return changes;
}

bool same(const std::vector<Change>& a, const std::vector<Change>& b) {
  return std::ranges::equal(a, b, [](const Change& x, const Change& y) {
    return x.name == y.name && x.old_value == y.old_value && x.new_value == y.new_value;
  });
}

// Names of all lengths, mostly short.
std::string random_name(SeededRandom& random) {
  std::string name = std::to_string(random.below(1000000));
  const std::uint64_t kind = random.below(100);
  if (kind < 10) name += std::string(random.below(300), 'x');
  if (kind == 0) name += std::string(random.below(20000), 'y');
  return name;
}

void edit(Folder& folder, SeededRandom& random) {
  if (folder.empty() || random.below(2) == 0) {
    folder[random_name(random)] = file(std::to_string(random.next()));
    return;
  }
  auto at = folder.lower_bound(std::to_string(random.below(1000000)));
  if (at == folder.end()) at = folder.begin();
  if (random.below(2) == 0) {
    folder.erase(at);
  } else {
    at->second = file(std::to_string(random.next()));
  }
}

// Who looks for one name after the other meets the same fault.
std::string rule_of(const MemoryBlocks& blocks, const Id& tree) {
  const auto result = read_tree(blocks, tree);
  const std::string rule = result ? "accepted" : result.error().rule;
  std::string met = "accepted";
  for (std::size_t i = 0; i < 1200 && met == "accepted"; ++i) {
    const auto found = find_name(blocks, tree, numbered(i));
    if (!found) met = found.error().rule;
  }
  CHECK(met == rule);
  return rule;
}

}  // namespace

TEST_CASE(
    "random folders come back, differ as a naive comparison says, and do not depend on what was "
    "before") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  for (int round = 0; round < 30; ++round) {
    MemoryBlocks blocks;
    Folder before;
    for (std::uint64_t n = random.below(3000); n > 0; --n) edit(before, random);
    Folder after = before;
    for (std::uint64_t n = random.below(round % 2 == 0 ? 5 : 500); n > 0; --n) edit(after, random);
    const Id a = write(blocks, before);
    const Id b = write(blocks, after);
    CHECK(write_tree(blocks, entries_of(after), {}, &blocks, a) == b);
    CHECK(edit_tree(blocks, blocks, a, edits_of(naive_diff(before, after))).value() == b);
    CHECK(edit_tree(blocks, blocks, b, edits_of(naive_diff(after, before))).value() == a);
    const auto back = read_tree(blocks, b);
    REQUIRE(back);
    CHECK(back->entries == entries_of(after));
    const auto forth = diff_tree(blocks, a, b);
    REQUIRE(forth);
    CHECK(same(*forth, naive_diff(before, after)));
    const auto from_nothing = diff_tree(blocks, {}, b);
    REQUIRE(from_nothing);
    CHECK(same(*from_nothing, naive_diff({}, after)));
    const auto to_nothing = diff_tree(blocks, a, std::nullopt);
    REQUIRE(to_nothing);
    CHECK(same(*to_nothing, naive_diff(before, {})));
  }
}

TEST_CASE("any one change in a folder of 50,000 writes and reads little") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  MemoryBlocks blocks;
  const Folder before = numbered_folder(50000);
  const Id a = write(blocks, before);
  std::size_t written = 0;
  constexpr std::size_t kRounds = 6;
  for (std::size_t round = 0; round < kRounds; ++round) {
    Folder after = before;
    const std::string name = numbered(random.below(50000));
    if (round % 3 == 0) after[name] = file("changed");
    if (round % 3 == 1) after.erase(name);
    if (round % 3 == 2) after[name + "-new"] = file("new");
    blocks.new_bytes = 0;
    const Id b = write(blocks, after);
    CHECK(blocks.new_bytes < 40000);
    written += blocks.new_bytes;
    blocks.reads = 0;
    const auto changes = diff_tree(blocks, a, b);
    REQUIRE(changes);
    CHECK(changes->size() == 1);
    CHECK(blocks.reads <= 14);
    // Editing reads the inner nodes and the leaves it touches, and writes nothing but those.
    blocks.reads = 0;
    blocks.new_bytes = 0;
    CHECK(edit_tree(blocks, blocks, a, edits_of(*changes)).value() == b);
    CHECK(blocks.reads <= 30);
    CHECK(blocks.new_bytes == 0);
  }
  CHECK(written / kRounds < 20000);
}

TEST_CASE("edits at the borders of leaves give the folder that a whole writing gives") {
  MESSAGE("HN_SEED=" << seed());
  SeededRandom random(seed());
  MemoryBlocks blocks;
  const Folder before = numbered_folder(600);
  const Id a = write(blocks, before);
  const TreeNode top = node_at(blocks, a);
  REQUIRE(top.children.size() > 3);
  const auto check = [&](const std::vector<Edit>& edits) {
    Folder after = before;
    for (const Edit& edit : edits) {
      after.erase(edit.name);
      if (edit.value) after[edit.name] = *edit.value;
    }
    CHECK(edit_tree(blocks, blocks, a, edits).value() == write(blocks, after));
  };
  check({});
  for (const TreeNode::Child& child : top.children) {
    check({{child.last, {}}});
    check({{child.last, file("changed")}});
    check({{child.last + "-", file("behind the last")}});
  }
  // All leaves but one go, whichever it is; and all of them.
  for (std::size_t kept = 0; kept <= top.children.size(); ++kept) {
    std::vector<Edit> edits;
    std::size_t leaf = 0;
    for (const auto& [name, value] : before) {
      if (leaf < top.children.size() && top.children[leaf].last < name) ++leaf;
      if (leaf != kept) edits.push_back({name, {}});
    }
    check(edits);
  }
  check({{"a", file("first")}, {"name-000300-", {}}, {"z", file("last")}});
}

TEST_CASE("a changed leaf is offered the old leaf as its base") {
  MemoryBlocks blocks;
  Folder folder = numbered_folder(1200);
  const Id a = write(blocks, folder);
  folder[numbered(600)] = file("changed");
  blocks.bases.clear();
  const Id b = write_tree(blocks, entries_of(folder), {}, &blocks, a);
  CHECK(blocks.bases.at(b) == a);
  REQUIRE(blocks.bases.size() == 2);
  for (const auto& [id, base] : blocks.bases)
    CHECK(node_at(blocks, id).level == node_at(blocks, base).level);
}

TEST_CASE("an old version that cannot be read costs the bases, not the folder") {
  MemoryBlocks blocks;
  const Folder folder = numbered_folder(100);
  const Id missing{};
  CHECK(write_tree(blocks, entries_of(folder), {}, &blocks, missing) == write(blocks, folder));
}

TEST_CASE("folders of the longest names end in one node") {
  MemoryBlocks blocks;
  Folder folder;
  for (char c = 'a'; c <= 'p'; ++c) folder[std::string(kNameBytesMax, c)] = file("x");
  const Id id = write(blocks, folder);
  const auto back = read_tree(blocks, id);
  REQUIRE(back);
  CHECK(back->entries == entries_of(folder));
  CHECK(node_at(blocks, id).level <= 3);
}

TEST_CASE("names a tree can hold") {
  for (const char* good : {"a", "...", ".git", "a\\b", "con", "\xff", "a\nb", " "})
    CHECK(is_tree_name(good));
  for (const char* bad : {"", ".", "..", "/", "a/b"}) CHECK(!is_tree_name(bad));
  CHECK(!is_tree_name(std::string_view("a\0b", 3)));
  CHECK(is_tree_name(std::string(kNameBytesMax, 'a')));
  CHECK(!is_tree_name(std::string(kNameBytesMax + 1, 'a')));
}

TEST_CASE("raw bytes of git's belong to the topmost node and move no border") {
  MemoryBlocks blocks;
  const Folder folder = numbered_folder(1200);
  const Id raw = id_of(Kind::raw, as_bytes("git's"));
  const Id plain = write(blocks, folder);
  blocks.new_blocks = 0;
  const Id with_raw = write_tree(blocks, entries_of(folder), raw);
  CHECK(blocks.new_blocks == 1);
  const auto back = read_tree(blocks, with_raw);
  REQUIRE(back);
  CHECK(back->raw == raw);
  CHECK(diff_tree(blocks, plain, with_raw)->empty());
}

TEST_CASE("a name is found with one read a level") {
  MemoryBlocks blocks;
  const Id id = write(blocks, numbered_folder(50000));
  blocks.reads = 0;
  CHECK(**find_name(blocks, id, numbered(31415)) == file("31415"));
  CHECK(blocks.reads == 3);
  CHECK(!*find_name(blocks, id, "name-0314150"));
  CHECK(!*find_name(blocks, id, ""));
  CHECK(!*find_name(blocks, id, "zzz"));
  // Borders of nodes are among them.
  for (std::size_t i = 0; i < 2000; ++i)
    CHECK(find_name(blocks, id, numbered(i))->value() == file(std::to_string(i)));
}

TEST_CASE("a node that is not here is named") {
  MemoryBlocks blocks;
  const Id id = write(blocks, numbered_folder(1200));
  const Id leaf = node_at(blocks, id).children[3].id;
  blocks.remove(leaf);
  const auto result = read_tree(blocks, id);
  REQUIRE(!result);
  CHECK(result.error().code == Code::absent);
  CHECK(result.error().subject == leaf.bytes);
}

TEST_CASE("the same entries in other nodes are no folder") {
  MemoryBlocks blocks;
  const Id id = write(blocks, numbered_folder(1200));
  const TreeNode top = node_at(blocks, id);
  REQUIRE(top.level == 1);
  TreeNode bad = top;
  REQUIRE(write(blocks, bad) == id);

  SUBCASE("children out of order") {
    std::swap(bad.children[1], bad.children[2]);
    CHECK(rule_of(blocks, write(blocks, bad)) == "names in a tree are not in order");
  }
  SUBCASE("a leaf cut in two") {
    TreeNode left = node_at(blocks, bad.children[2].id);
    TreeNode right = left;
    left.entries.resize(5);
    right.entries.erase(right.entries.begin(), right.entries.begin() + 5);
    bad.children[2] = {right.entries.back().name, write(blocks, right), right.entries.size()};
    bad.children.insert(bad.children.begin() + 2,
                        {left.entries.back().name, write(blocks, left), 5});
    CHECK(rule_of(blocks, write(blocks, bad)) == "a tree node ends before its cut");
  }
  SUBCASE("two leaves joined") {
    TreeNode left = node_at(blocks, bad.children[2].id);
    for (const TreeEntry& e : node_at(blocks, bad.children[3].id).entries)
      left.entries.push_back(e);
    bad.children[3] = {left.entries.back().name, write(blocks, left), left.entries.size()};
    bad.children.erase(bad.children.begin() + 2);
    CHECK(rule_of(blocks, write(blocks, bad)) == "a tree node goes on behind its cut");
  }
  SUBCASE("a wrong count") {
    bad.children[2].entries += 1;
    CHECK(rule_of(blocks, write(blocks, bad)) ==
          "a tree node has not the entries that its row says");
  }
  SUBCASE("a wrong last name") {
    bad.children[2].last += "x";
    CHECK(rule_of(blocks, write(blocks, bad)) == "a tree node ends with another name than its row");
  }
  SUBCASE("a leaf that begins too early") {
    TreeNode leaf = node_at(blocks, bad.children[2].id);
    leaf.entries[0].name = "a";
    bad.children[2].id = write(blocks, leaf);
    CHECK(rule_of(blocks, write(blocks, bad)) ==
          "a tree node begins before the one in front of it ends");
  }
  SUBCASE("raw below the top") {
    TreeNode leaf = node_at(blocks, bad.children[2].id);
    leaf.raw = id;
    bad.children[2].id = write(blocks, leaf);
    CHECK(rule_of(blocks, write(blocks, bad)) == "a tree node below the top names git's bytes");
  }
  SUBCASE("a top above a single node") {
    const TreeNode above{1, {}, {{bad.children[0]}}, {}};
    CHECK(rule_of(blocks, write(blocks, above)) == "a tree's topmost node has one child");
  }
  SUBCASE("a level left out") {
    bad.level = 2;
    CHECK(rule_of(blocks, write(blocks, bad)) == "a tree node stands at a wrong level");
  }
  SUBCASE("a child of another kind") {
    bad.children[2].id = blocks.write(Kind::chunk, as_bytes("no tree"));
    CHECK(rule_of(blocks, write(blocks, bad)) == "the block is of another kind");
  }
}
