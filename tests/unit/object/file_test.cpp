#include "hn/object/file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <future>
#include <set>
#include <thread>
#include <utility>

#include "hn/base/random.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/object/cut.hpp"
#include "support/memory_blocks.hpp"

using namespace hn;
using namespace hn::object;
using hn::testing::MemoryBlocks;

namespace {

constexpr std::size_t kMiB = 1024 * 1024;

Bytes random_bytes(std::uint64_t seed, std::size_t n) {
  SeededRandom random(seed);
  Bytes out(n);
  random.fill(out);
  return out;
}

IdsLater ids_beside(const std::vector<BlockView>& blocks) {
  return [ids = std::async([&blocks] { return ids_of(blocks); }).share()] { return ids.get(); };
}

Id write_new(MemoryBlocks& blocks, const Bytes& bytes, const Id& old) {
  FileWriter writer(blocks, &blocks, old, ids_beside);
  writer.add(bytes);
  return writer.finish();
}

std::string rule_of(const MemoryBlocks& blocks, const Id& file) {
  const auto read = stream_file(blocks, file, [](ByteView) { return true; });
  return read ? "accepted" : read.error().rule;
}

ListNode node_at(const MemoryBlocks& blocks, const Id& id) {
  const Bytes bytes = blocks.read(id, Kind::list).value();
  return decode_list(bytes).value();
}

Id write(MemoryBlocks& blocks, const ListNode& node) {
  return blocks.write(Kind::list, encode_list(node));
}

}  // namespace

TEST_CASE("a file up to the limit is its own block") {
  MemoryBlocks blocks;
  const Bytes bytes = random_bytes(1, kFileChunkBytesMax);
  CHECK(write_file(blocks, bytes) == id_of(Kind::chunk, bytes));
  CHECK(write_file(blocks, {}) == id_of(Kind::chunk, {}));
  CHECK(blocks.all().size() == 2);
}

TEST_CASE("the parts in which a file comes do not matter") {
  const char* given = std::getenv("HN_SEED");
  SeededRandom random(given != nullptr ? std::strtoull(given, nullptr, 10) : 1);
  IdWriter ids;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, kFileChunkBytesMax, kFileChunkBytesMax + 1, 5 * kMiB}) {
    const Bytes bytes = random_bytes(size, size);
    const Id whole = write_file(ids, bytes);
    for (const std::size_t most : {std::size_t{5000}, 3 * kMiB}) {
      FileWriter writer(ids, nullptr, {}, ids_beside);
      for (std::size_t at = 0; at < size;) {
        const std::size_t n = std::min<std::size_t>(random.below(most + 1), size - at);
        writer.add(ByteView(bytes).subspan(at, n));
        at += n;
      }
      CHECK(writer.finish() == whole);
    }
  }
}

TEST_CASE("chunks are cut where the fingerprint says, byte by byte") {
  // The rule of hn-objects(5) once more, without a thought of speed.
  std::array<std::uint64_t, 256> gear{};
  for (std::size_t i = 0; i < gear.size(); ++i) {
    const auto index = static_cast<Byte>(i);
    const Hash h = crypto::hash(crypto::Purpose("hn.gear"), {&index, 1});
    for (std::size_t k = 0; k < 8; ++k) gear[i] |= std::uint64_t{h[k]} << (8 * k);
  }
  const auto length = [&](ByteView bytes) {
    const std::size_t n = std::min(bytes.size(), kChunkBytesMax);
    for (std::size_t end = kChunkBytesMin; end < n; ++end) {
      std::uint64_t print = 0;
      for (std::size_t i = end - kChunkWindow; i < end; ++i) print = (print << 1) + gear[bytes[i]];
      if (print >> (end <= kChunkBytesTarget ? 46U : 50U) == 0) return end;
    }
    return n;
  };
  const Bytes bytes = random_bytes(11, 5 * kMiB + 1);
  std::array<std::size_t, 2> borders{};
  for (ByteView rest = bytes; !rest.empty();) {
    const std::size_t cut = cut_chunk(rest);
    REQUIRE(cut == length(rest));
    ++borders[cut % 2];
    rest = rest.subspan(cut);
  }
  CHECK(borders[0] > 10);
  CHECK(borders[1] > 10);
}

TEST_CASE("a writer is called in the thread of who writes the file, in the order of its chunks") {
  class OneThread final : public BlockWriter {
   public:
    Id write(Kind kind, ByteView bytes, const std::optional<Id>&) override {
      CHECK(std::this_thread::get_id() == thread_);
      return id_of(kind, bytes);
    }
    void write_known(const Id& id, Kind kind, ByteView bytes, const std::optional<Id>&) override {
      CHECK(std::this_thread::get_id() == thread_);
      CHECK(id == id_of(kind, bytes));
      written.insert(written.end(), bytes.begin(), bytes.end());
    }
    Bytes written;

   private:
    std::thread::id thread_ = std::this_thread::get_id();
  };
  const Bytes bytes = random_bytes(12, 7 * kMiB + 5);
  OneThread blocks;
  FileWriter writer(blocks, nullptr, {}, ids_beside);
  writer.add(bytes);
  CHECK(blocks.written.size() < bytes.size());
  IdWriter ids;
  CHECK(writer.finish() == write_file(ids, bytes));
  CHECK(blocks.written == bytes);
}

TEST_CASE("a file that is given up leaves what was written of it") {
  MemoryBlocks blocks;
  const Bytes bytes = random_bytes(13, 4 * kMiB);
  for (const std::size_t size : {kMiB + 1, 2 * kMiB, 4 * kMiB}) {
    FileWriter writer(blocks, nullptr, {}, ids_beside);
    writer.add(ByteView(bytes).first(size));
  }
  MemoryBlocks whole;
  write_file(whole, bytes);
  CHECK(blocks.all().size() > 20);
  for (const auto& written : blocks.all()) CHECK(whole.has(written.first));
}

TEST_CASE("chunks keep between minimum and maximum, the last one apart") {
  for (const unsigned alphabet : {1U, 2U, 5U, 256U}) {
    Bytes bytes = random_bytes(1, kMiB);
    for (Byte& b : bytes) b = static_cast<Byte>(b % alphabet);
    MemoryBlocks blocks;
    const auto rows = chunks_of(blocks, write_file(blocks, bytes));
    REQUIRE(rows);
    for (std::size_t i = 0; i < rows->size(); ++i) {
      CHECK((*rows)[i].bytes <= kChunkBytesMax);
      if (i + 1 < rows->size()) CHECK((*rows)[i].bytes >= kChunkBytesMin);
    }
  }
}

TEST_CASE("random bytes give chunks of about 72 KiB") {
  MemoryBlocks blocks;
  const auto rows = chunks_of(blocks, write_file(blocks, random_bytes(7, 16 * kMiB)));
  REQUIRE(rows);
  CHECK(rows->size() > 16 * kMiB / (80 * 1024));
  CHECK(rows->size() < 16 * kMiB / (64 * 1024));
}

TEST_CASE("an edit in the middle keeps nearly all chunks") {
  MemoryBlocks blocks;
  const Bytes before = random_bytes(4, 6 * kMiB);
  const Id old = write_file(blocks, before);
  for (const std::size_t place : {std::size_t{0}, 3 * kMiB, 6 * kMiB - 1}) {
    for (const char* what : {"insert", "remove", "change"}) {
      CAPTURE(place);
      CAPTURE(what);
      Bytes after = before;
      const auto at = after.begin() + static_cast<std::ptrdiff_t>(place);
      if (*what == 'i') after.insert(at, 100, 'x');
      if (*what == 'r') after.erase(at);
      if (*what == 'c') *at ^= 1;
      blocks.new_blocks = 0;
      write_new(blocks, after, old);
      CHECK(blocks.new_blocks <= 7);  // up to four chunks, a list node or two, the top
    }
  }
}

TEST_CASE(
    "a changed chunk is offered the old chunk at its place as base, a list node the old node") {
  MemoryBlocks blocks;
  Bytes bytes = random_bytes(6, 12 * kMiB);
  const Id old = write_file(blocks, bytes);
  const auto old_rows = chunks_of(blocks, old).value();
  bytes[5 * kMiB] ^= 1;
  blocks.bases.clear();
  const Id now = write_new(blocks, bytes, old);
  CHECK(blocks.bases.at(now) == old);
  std::uint64_t offset = 0;
  std::size_t i = 0;
  while (offset + old_rows[i].bytes <= 5 * kMiB) offset += old_rows[i++].bytes;
  const auto rows = chunks_of(blocks, now).value();
  CHECK(blocks.bases.at(rows[i].id) == old_rows[i].id);
  for (const auto& [id, base] : blocks.bases)
    CHECK(blocks.read(id)->kind == blocks.read(base)->kind);
}

// Bytes are put in and taken out all over the file, some longer than a chunk: what still stands in
// a new chunk's middle tells which old chunk it should be a difference from.
TEST_CASE("a changed chunk's base is the old chunk it grew from, wherever that stood") {
  MemoryBlocks blocks;
  const Bytes before = random_bytes(3, 6 * kMiB);
  const Id old = write_file(blocks, before);
  const auto old_rows = chunks_of(blocks, old).value();
  Bytes after = random_bytes(4, 700'000);
  for (std::size_t from = 0, part = 0; from < before.size(); ++part) {
    const std::size_t to = std::min(from + 190'000 + 1000 * (part % 7), before.size());
    after.insert(after.end(), before.begin() + static_cast<std::ptrdiff_t>(from),
                 before.begin() + static_cast<std::ptrdiff_t>(to));
    const Bytes more = random_bytes(5 + part, part == 20 ? 400'000 : 300);
    if (part % 2 == 0) after.insert(after.end(), more.begin(), more.end());
    from = part == 10 ? to + 300'000 : to + 40;
  }
  blocks.bases.clear();
  const auto rows = chunks_of(blocks, write_new(blocks, after, old)).value();
  std::size_t grown = 0;
  std::size_t right = 0;
  std::size_t start = 0;
  for (const ListRow& row : rows) {
    const auto middle = after.begin() + static_cast<std::ptrdiff_t>(start + row.bytes / 2);
    start += row.bytes;
    const auto stood = std::search(before.begin(), before.end(), middle, middle + 32);
    const auto base = blocks.bases.find(row.id);
    if (stood == before.end() || base == blocks.bases.end()) continue;
    auto place = static_cast<std::uint64_t>(stood - before.begin());
    std::size_t i = 0;
    while (place >= old_rows[i].bytes) place -= old_rows[i++].bytes;
    ++grown;
    if (base->second == old_rows[i].id) ++right;
  }
  MESSAGE(right, " of ", grown);
  // After each of the three long moves some chunks go by before one is found that stayed.
  CHECK(grown > 30);
  CHECK(right * 4 > grown * 3);
}

// Overwritten here and there, and set back in the next round: nothing moves, but a chunk that was
// set back is found in another period.
TEST_CASE("in a file that repeats itself a changed chunk's base is the old chunk at its place") {
  constexpr std::size_t kPeriods = 24;
  MemoryBlocks blocks;
  const Bytes same = random_bytes(1, kMiB / 2);
  Bytes bytes;
  for (std::size_t i = 0; i < kPeriods; ++i) {
    const Bytes other = random_bytes(2 + i, kMiB / 2);
    bytes.insert(bytes.end(), other.begin(), other.end());
    bytes.insert(bytes.end(), same.begin(), same.end());
  }
  const Bytes before = bytes;
  Id old = write_file(blocks, bytes);
  SeededRandom random(7);
  std::size_t changed = 0;
  std::size_t right = 0;
  for (int round = 0; round < 12; ++round) {
    bytes = before;
    for (int edit = 0; edit < 30; ++edit)
      random.fill(std::span(bytes).subspan(random.next() % (bytes.size() - 16), 16));
    const auto old_rows = chunks_of(blocks, old).value();
    blocks.bases.clear();
    old = write_new(blocks, bytes, old);
    std::uint64_t start = 0;
    const auto rows = chunks_of(blocks, old).value();
    for (const ListRow& row : rows) {
      std::uint64_t place = std::exchange(start, start + row.bytes) + row.bytes / 2;
      const auto base = blocks.bases.find(row.id);
      if (base == blocks.bases.end()) continue;
      std::size_t i = 0;
      while (place >= old_rows[i].bytes) place -= old_rows[i++].bytes;
      ++changed;
      if (base->second == old_rows[i].id) ++right;
    }
  }
  MESSAGE(right, " of ", changed);
  CHECK(changed > 300);
  CHECK(right * 50 > changed * 49);
}

TEST_CASE("what a file grew by is offered the end of the old one as base") {
  MemoryBlocks blocks;
  const Id small = write_file(blocks, random_bytes(1, 1000));
  const Bytes grown = random_bytes(2, 9000);
  blocks.bases.clear();
  CHECK(blocks.bases.at(write_new(blocks, grown, small)) == small);
  const Bytes before = random_bytes(3, kMiB);
  const Id old = write_file(blocks, before);
  Bytes after = before;
  const Bytes more = random_bytes(4, 2 * kMiB);
  after.insert(after.end(), more.begin(), more.end());
  const auto rows = chunks_of(blocks, write_new(blocks, after, old)).value();
  CHECK(blocks.bases.at(rows.back().id) == chunks_of(blocks, old).value().back().id);
  CHECK(write_new(blocks, after, write_file(blocks, {})) == write_file(blocks, after));
}

TEST_CASE("an old version that cannot be read costs the bases, not the file") {
  MemoryBlocks blocks;
  const Bytes bytes = random_bytes(6, kMiB);
  const Id id = write_file(blocks, bytes);
  CHECK(write_new(blocks, bytes, Id{}) == id);
  const Id other = write_file(blocks, random_bytes(7, kMiB));
  blocks.damage(other, Kind::list, Bytes{0, 9});
  CHECK(write_new(blocks, bytes, other) == id);
  CHECK(write_new(blocks, bytes, blocks.write(Kind::chunk, as_bytes("short"))) == id);
}

TEST_CASE("a file of several levels comes back") {
  MemoryBlocks blocks;
  const Bytes bytes = random_bytes(3, 12 * kMiB);
  const Id id = write_file(blocks, bytes);
  CHECK(node_at(blocks, id).level == 2);
  CHECK(equal(read_file(blocks, id, bytes.size()).value(), bytes));
}

TEST_CASE("reading stops at a limit and when told") {
  MemoryBlocks blocks;
  const Id id = write_file(blocks, random_bytes(9, kMiB));
  CHECK(read_file(blocks, id, kMiB - 1).error().code == Code::refused);
  CHECK(read_file(blocks, id, kMiB));
  int parts = 0;
  REQUIRE(stream_file(blocks, id, [&](ByteView) { return ++parts < 2; }));
  CHECK(parts == 2);
  CHECK(chunks_of(blocks, id, 2).error().code == Code::refused);
}

TEST_CASE("a chunk that is not here is named") {
  MemoryBlocks blocks;
  const Id id = write_file(blocks, random_bytes(10, kMiB));
  const Id chunk = chunks_of(blocks, id).value()[3].id;
  blocks.remove(chunk);
  const auto result = read_file(blocks, id, kMiB);
  REQUIRE(!result);
  CHECK(result.error().code == Code::absent);
  CHECK(result.error().subject == chunk.bytes);
  CHECK(*file_size(blocks, id) == kMiB);
}

TEST_CASE("lists that no writer makes are no file") {
  static MemoryBlocks blocks;
  static const Id id = write_file(blocks, random_bytes(3, 12 * kMiB));
  ListNode bad = node_at(blocks, id);
  REQUIRE(bad.rows.size() >= 2);

  SUBCASE("a wrong length of a chunk") {
    ListNode low = node_at(blocks, bad.rows[0].id);
    low.rows[0].bytes += 1;
    low.rows[1].bytes -= 1;
    bad.rows[0].id = write(blocks, low);
    CHECK(rule_of(blocks, write(blocks, bad)) == "a chunk is not as long as its row says");
  }
  SUBCASE("a wrong length of a node") {
    bad.rows[0].bytes += 1;
    CHECK(rule_of(blocks, write(blocks, bad)) == "a list node is not as long as its row says");
  }
  SUBCASE("a level left out") {
    bad.level = 3;
    CHECK(rule_of(blocks, write(blocks, bad)) == "a list node stands at a wrong level");
  }
  SUBCASE("a node cut in two") {
    ListNode left = node_at(blocks, bad.rows[0].id);
    ListNode right = left;
    left.rows.resize(2);
    right.rows.erase(right.rows.begin(), right.rows.begin() + 2);
    const std::uint64_t bytes = left.rows[0].bytes + left.rows[1].bytes;
    bad.rows[0] = {write(blocks, right), bad.rows[0].bytes - bytes};
    bad.rows.insert(bad.rows.begin(), {write(blocks, left), bytes});
    CHECK(rule_of(blocks, write(blocks, bad)) == "a list node ends before its cut");
  }
  SUBCASE("a single row at the top") {
    const ListNode above{3, {{id, 12 * kMiB}}};
    CHECK(rule_of(blocks, write(blocks, above)) == "a file's topmost list has one row");
  }
  SUBCASE("a short file in chunks") {
    const Id chunk = blocks.write(Kind::chunk, Bytes(20000));
    CHECK(rule_of(blocks, write(blocks, {1, {{chunk, 20000}, {chunk, 20000}}})) ==
          "a short file is cut");
  }
  SUBCASE("a commit") {
    CHECK(rule_of(blocks, blocks.write(Kind::commit, as_bytes("x"))) == "the block is no file");
  }
}

TEST_CASE("a file that is cut elsewhere is found out by the check") {
  MemoryBlocks blocks;
  const Bytes bytes = random_bytes(11, 300000);
  const Id right = write_file(blocks, bytes);
  CHECK(check_file(blocks, right));
  const ByteView view(bytes);
  const Id a = blocks.write(Kind::chunk, view.first(150000));
  const Id b = blocks.write(Kind::chunk, view.subspan(150000));
  const Id wrong = write(blocks, {1, {{a, 150000}, {b, 150000}}});
  CHECK(equal(read_file(blocks, wrong, 300000).value(), bytes));
  CHECK(!check_file(blocks, wrong));
}

TEST_CASE("a claim of enormous length costs nothing until it is read") {
  MemoryBlocks blocks;
  ListNode node;
  node.rows.assign(2, {blocks.write(Kind::chunk, Bytes(kChunkBytesMax)), kChunkBytesMax});
  for (std::uint32_t level = 1; level < kListLevelMax; ++level) {
    const Id id = write(blocks, node);
    node = {level + 1, {{id, std::uint64_t{1} << 50}, {id, std::uint64_t{1} << 50}}};
  }
  const Id id = write(blocks, node);
  CHECK(*file_size(blocks, id) == std::uint64_t{1} << 51);
  CHECK(read_file(blocks, id, kMiB).error().code == Code::refused);
  CHECK(!chunks_of(blocks, id));
}
