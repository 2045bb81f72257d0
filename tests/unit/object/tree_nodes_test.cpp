#include "hn/object/tree_nodes.hpp"

#include <doctest/doctest.h>

#include "hn/object/tree.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;

namespace {

// A reader that keeps what it decoded.
class Keeping final : public BlockReader {
 public:
  explicit Keeping(const BlockReader& below, std::size_t bytes_max = std::size_t{1} << 20)
      : below_(below), nodes_(bytes_max) {}
  using BlockReader::read;
  Result<Block> read(const Id& id) const override { return below_.read(id); }
  bool has(const Id& id) const override { return below_.has(id); }
  TreeNodes* tree_nodes() const override { return &nodes_; }

 private:
  const BlockReader& below_;
  mutable TreeNodes nodes_;
};

std::vector<TreeEntry> numbered(std::size_t n, const std::string& changed = "") {
  std::vector<TreeEntry> out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string name = "name-" + std::to_string(100000 + i);
    const std::string content = name == changed ? "changed" : name;
    out.push_back({name, Value::of(Mode::file, id_of(Kind::chunk, as_bytes(content)))});
  }
  return out;
}

TreeNode node_at(const MemoryBlocks& blocks, const Id& id) {
  const Bytes bytes = blocks.read(id, Kind::tree).value();
  return decode_tree_node(bytes).value();
}

}  // namespace

TEST_CASE("a node is read once by who keeps what was decoded") {
  MemoryBlocks blocks;
  const Id a = write_tree(blocks, numbered(2000));
  const Id b = write_tree(blocks, numbered(2000, "name-101234"));
  const Keeping keeping(blocks);
  const auto changes = diff_tree(keeping, a, b);
  REQUIRE(changes.has_value());
  CHECK(changes->size() == 1);
  CHECK(check_tree(keeping, a).has_value());
  CHECK(check_tree(keeping, b).has_value());

  blocks.reads = 0;
  CHECK(diff_tree(keeping, a, b)->size() == 1);
  CHECK(check_tree(keeping, a).has_value());
  for (const TreeEntry& entry : numbered(2000)) {
    CHECK(find_name(keeping, a, entry.name).value() == entry.value);
  }
  CHECK_FALSE(find_name(keeping, a, "name-1012345").value());
  CHECK_FALSE(find_name(keeping, a, "zzz").value());
  const std::vector<Edit> edits{{"name-101234", {}}};
  CHECK(edit_tree(blocks, keeping, a, edits).value() ==
        edit_tree(blocks, keeping, b, edits).value());
  CHECK(blocks.reads == 0);
}

TEST_CASE("of the nodes that are kept those that nobody asks for go first") {
  MemoryBlocks blocks;
  const Id first = write_tree(blocks, numbered(1));
  const Id second = write_tree(blocks, numbered(2));
  const Keeping keeping(blocks, 1);
  REQUIRE(check_tree(keeping, first).has_value());
  REQUIRE(check_tree(keeping, second).has_value());
  REQUIRE(check_tree(keeping, first).has_value());
  blocks.reads = 0;
  CHECK(check_tree(keeping, first).has_value());
  CHECK(check_tree(keeping, second).has_value());
  CHECK(blocks.reads == 0);
  REQUIRE(check_tree(keeping, write_tree(blocks, numbered(3))).has_value());
  REQUIRE(check_tree(keeping, write_tree(blocks, numbered(4))).has_value());
  blocks.reads = 0;
  CHECK(check_tree(keeping, first).has_value());
  CHECK(blocks.reads == 1);
}

// What is right at one place of one folder is wrong at another.
TEST_CASE("a node that is kept is held against each place where it stands") {
  MemoryBlocks blocks;
  const Id tree = write_tree(blocks, numbered(2000));
  TreeNode top = node_at(blocks, tree);
  REQUIRE(top.level > 0);
  const Keeping keeping(blocks);
  REQUIRE(check_tree(keeping, tree).has_value());

  ++top.children[1].entries;
  const Id wrong = blocks.write(Kind::tree, encode_tree_node(top));
  const auto fault = check_tree(blocks, wrong);
  REQUIRE_FALSE(fault.has_value());
  CHECK(fault.error().code == Code::invalid);
  const auto same = [&](const Error& error) {
    return error.code == fault.error().code && error.subject == fault.error().subject;
  };
  const auto checked = check_tree(keeping, wrong);
  REQUIRE_FALSE(checked.has_value());
  CHECK(same(checked.error()));
  const auto found = find_name(keeping, wrong, top.children[1].last);
  REQUIRE_FALSE(found.has_value());
  CHECK(same(found.error()));
  const auto read = read_tree(keeping, wrong);
  REQUIRE_FALSE(read.has_value());
  CHECK(same(read.error()));

  // A leaf in the middle of a folder may end where the last one may, but not the other way round.
  const TreeNode middle = node_at(blocks, top.children[0].id);
  TreeNode short_leaf = middle;
  short_leaf.entries.pop_back();
  const Id leaf = blocks.write(Kind::tree, encode_tree_node(short_leaf));
  REQUIRE(check_tree(keeping, leaf).has_value());
  top = node_at(blocks, tree);
  top.children[0] = {short_leaf.entries.back().name, leaf, short_leaf.entries.size()};
  const Id cut_short = blocks.write(Kind::tree, encode_tree_node(top));
  const auto refused = check_tree(keeping, cut_short);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::invalid);
}

TEST_CASE("checking a folder names the node that is not here") {
  MemoryBlocks blocks;
  const Id tree = write_tree(blocks, numbered(2000));
  const Id lost = node_at(blocks, tree).children[2].id;
  blocks.remove(lost);
  const auto checked = check_tree(blocks, tree);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().code == Code::absent);
  CHECK(checked.error().subject == lost.bytes);
}
