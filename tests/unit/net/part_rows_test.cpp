#include "net/part_rows.hpp"

#include <doctest/doctest.h>

#include <set>

#include "support/memory_blocks.hpp"

namespace hn::net {
namespace {

using testing::MemoryBlocks;

log::ManifestRow row(std::uint64_t i) {
  log::ManifestRow r;
  for (std::size_t b = 0; b < 8; ++b) r.address.bytes[b] = static_cast<Byte>(i >> (8 * b));
  r.length = 1;
  return r;
}

log::ManifestRoot written(MemoryBlocks& blocks, std::uint64_t rows) {
  log::ManifestWriter writer(blocks);
  for (std::uint64_t i = 0; i < rows; ++i) writer.add(row(i));
  return *writer.finish();
}

TEST_CASE("what is here of a manifest is looked for once, then known by what comes") {
  MemoryBlocks blocks;
  const log::ManifestRoot root = written(blocks, 2000);
  std::size_t asked = 0;
  auto rows = PartRows::read(blocks, root, [&](const object::Address& address) {
    ++asked;
    return address == row(3).address || address == row(4).address || address == row(1999).address;
  });
  REQUIRE(rows);
  CHECK(rows->ranges() == std::vector<RowRange>{{3, 2}, {1999, 1}});
  rows->add(row(5).address);
  rows->add(row(900).address);
  rows->add(row(900).address);
  rows->add(row(70'000).address);  // of no row
  CHECK(rows->ranges() == std::vector<RowRange>{{3, 3}, {900, 1}, {1999, 1}});
  CHECK(asked == 2000);
  for (std::uint64_t i = 0; i < 2000; ++i) rows->add(row(i).address);
  CHECK(rows->ranges() == std::vector<RowRange>{{0, 2000}});
}

TEST_CASE("no row is promised of a manifest that cannot be read to its end") {
  MemoryBlocks all;
  MemoryBlocks none;
  const log::ManifestRoot root = written(all, 2000);
  CHECK_FALSE(PartRows::read(none, root, [](const object::Address&) { return true; }));
}

TEST_CASE("more ranges than a message may have are left out at the end") {
  MemoryBlocks blocks;
  const log::ManifestRoot root = written(blocks, 3 * kRequestRangesMax);
  auto rows = PartRows::read(blocks, root, [](const object::Address& address) {
    return (std::to_integer<unsigned>(static_cast<std::byte>(address.bytes[0])) & 1U) == 0;
  });
  REQUIRE(rows);
  CHECK(rows->ranges().size() == kRequestRangesMax);
  CHECK(rows->ranges().back() == RowRange{2 * (kRequestRangesMax - 1), 1});
}

}  // namespace
}  // namespace hn::net
