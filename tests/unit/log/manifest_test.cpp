#include "hn/log/manifest.hpp"

#include <doctest/doctest.h>

#include "support/memory_blocks.hpp"

namespace hn::log {
namespace {

using testing::MemoryBlocks;

ManifestRow row(std::uint64_t i) {
  ManifestRow r;
  for (std::size_t b = 0; b < 8; ++b) r.address.bytes[b] = static_cast<Byte>(i >> (8 * b));
  r.length = static_cast<std::uint32_t>(i % 1000);
  return r;
}

std::optional<ManifestRoot> written(MemoryBlocks& blocks, std::uint64_t rows) {
  ManifestWriter writer(blocks);
  for (std::uint64_t i = 0; i < rows; ++i) writer.add(row(i));
  return writer.finish();
}

}  // namespace

TEST_CASE("a manifest of nothing has no root") {
  MemoryBlocks blocks;
  CHECK(!written(blocks, 0));
}

TEST_CASE("rows come back whatever the shape") {
  for (const std::uint64_t rows :
       {1ull, 799ull, 800ull, 801ull, 1600ull, 1601ull, 640000ull, 640001ull}) {
    MemoryBlocks blocks;
    const auto root = written(blocks, rows);
    REQUIRE(root);
    CHECK(root->rows == rows);
    const auto all = read_rows(blocks, *root, 0, rows);
    REQUIRE(all);
    REQUIRE(all->size() == rows);
    std::uint64_t bytes = 0;
    bool equal = true;
    for (std::uint64_t i = 0; i < rows; ++i) {
      equal = equal && (*all)[i] == row(i);
      bytes += (*all)[i].length;
    }
    CHECK(equal);
    CHECK(bytes == root->bytes);
  }
}

TEST_CASE("a range costs the nodes above it") {
  MemoryBlocks blocks;
  const auto root = written(blocks, 10000);
  MemoryBlocks few;
  std::vector<object::Id> fetched;
  for (;;) {
    const auto next = absent_nodes(few, *root, 4000, 10, 16);
    REQUIRE(next);
    if (next->empty()) break;
    for (const object::Id& id : *next) {
      few.write(object::Kind::manifest, blocks.read(id)->bytes);
      fetched.push_back(id);
    }
  }
  CHECK(fetched.size() == 2);
  const auto rows = read_rows(few, *root, 4000, 10);
  REQUIRE(rows);
  CHECK(rows->front() == row(4000));
  CHECK(read_rows(few, *root, 0, 1).error().code == Code::absent);
}

TEST_CASE("a range beyond the end is cut or empty") {
  MemoryBlocks blocks;
  const auto root = written(blocks, 1000);
  CHECK(read_rows(blocks, *root, 990, ~std::uint64_t{0})->size() == 10);
  CHECK(read_rows(blocks, *root, 1000, 5)->empty());
  CHECK(read_rows(blocks, *root, ~std::uint64_t{0}, 5)->empty());
}

TEST_CASE("totals that the tree does not have are refused") {
  MemoryBlocks blocks;
  const auto root = written(blocks, 1000);
  for (ManifestRoot bad :
       {ManifestRoot{root->root, 999, root->bytes}, ManifestRoot{root->root, 1000, root->bytes + 1},
        ManifestRoot{root->root, 700000, root->bytes}, ManifestRoot{root->root, 0, 0},
        ManifestRoot{root->root, ~std::uint64_t{0}, 0}})
    CHECK(read_rows(blocks, bad, 0, 1000).error().code == Code::invalid);
}

TEST_CASE("a root of another kind of block is refused") {
  MemoryBlocks blocks;
  const object::Id id = blocks.write(object::Kind::chunk, as_bytes("x"));
  CHECK(read_rows(blocks, {id, 1, 1}, 0, 1).error().code == Code::invalid);
}

TEST_CASE("a manifest node has one encoding") {
  ManifestNode leaf;
  leaf.rows = {row(1), row(2)};
  const Bytes good = encode_manifest(leaf);
  REQUIRE(decode_manifest(good));
  CHECK(*decode_manifest(good) == leaf);
  for (std::size_t n = 0; n < good.size(); ++n) CHECK(!decode_manifest(ByteView(good).first(n)));
  Bytes longer = good;
  longer.push_back(0);
  CHECK(!decode_manifest(longer));
  ManifestNode uneven;
  uneven.level = 1;
  uneven.children = {{{}, 799, 0}, {{}, 1, 0}};
  CHECK(!decode_manifest(encode_manifest(uneven)));
  ManifestNode deep;
  deep.level = 3;
  deep.children = {{{}, 1, 0}};
  CHECK(!decode_manifest(encode_manifest(deep)));
  CHECK(!decode_manifest(encode_manifest(ManifestNode{})));
  leaf.rows[0].length = object::kBlockBytesMax + 1;
  CHECK(!decode_manifest(encode_manifest(leaf)));
}

}  // namespace hn::log
