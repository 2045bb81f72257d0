#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/checksum.hpp"
#include "hn/base/text.hpp"
#include "store/journal_codec.hpp"
#include "store/pack_index.hpp"
#include "store/record.hpp"
#include "support/crash_fs.hpp"

using namespace hn;
using namespace hn::store;

namespace {
const nlohmann::json& vectors() {
  static const auto all = nlohmann::json::parse(std::ifstream(HN_VECTORS "/store.json"));
  return all;
}
Bytes hex(const nlohmann::json& text) {
  return from_hex(text.get<std::string>()).value();
}
object::Address address(const nlohmann::json& text) {
  return object::address_of(object::id_from_hex(text.get<std::string>()).value());
}
}  // namespace

TEST_CASE("checksums are those of the page") {
  for (const auto& v : vectors()["checksums"]) {
    Encoder out;
    out.u64(checksum(as_bytes(v["text"].get<std::string>())));
    CHECK(to_hex(out.bytes()) == v["checksum"]);
  }
}

TEST_CASE("a checksum of pieces is that of the whole") {
  Bytes bytes;
  for (unsigned i = 0; i < 300; ++i) bytes.push_back(static_cast<Byte>(i * 37 + i / 7));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{7}, std::size_t{32}, size / 2 + 1}) {
      Checksum sum;
      for (std::size_t at = 0; at < size; at += piece)
        sum.update(ByteView(bytes).subspan(at, std::min(piece, size - at)));
      REQUIRE(sum.finish() == checksum(ByteView(bytes).first(size)));
    }
  }
}

TEST_CASE("records are written and read as on the page") {
  for (const auto& v : vectors()["records"]) {
    const Bytes bytes = hex(v["bytes"]);
    const auto head = check_record(bytes);
    REQUIRE(head);
    CHECK(to_hex(head->address) == v["address"]);
    CHECK(head->depth == v["depth"]);
    CHECK(head->size() == bytes.size());
    Stored stored{head->kind, head->form, head->base, head->plain_bytes, {}};
    CHECK(name_of(head->kind) == v["kind"].get<std::string>());
    CHECK(static_cast<unsigned>(head->form) == v["form"]);
    CHECK(head->base.has_value() == v.contains("base"));
    if (head->base) CHECK(*head->base == address(v["base"]));
    stored.bytes = hex(v["stored"]);
    Bytes again;
    append_record(again, head->address, stored, head->depth);
    CHECK(again == bytes);
  }
}

TEST_CASE("damaged records are refused") {
  for (const auto& v : vectors()["bad_records"]) {
    INFO(v["why"]);
    CHECK_FALSE(check_record(hex(v["bytes"])));
  }
}

TEST_CASE("an index is written and read as on the page") {
  const auto& v = vectors()["index"];
  std::vector<IndexRow> rows;
  for (const auto& row : v["rows"]) rows.push_back({address(row["address"]), 0, row["offset"], 0});
  const Bytes bytes = encode_index(sorted_unique(rows), v["pack_bytes"]);
  CHECK(to_hex(ByteView(bytes).first(40)) == v["head"]);
  CHECK(to_hex(ByteView(bytes).subspan(40 + 1024)) == v["body"]);
  const auto index = IndexView::open(bytes, v["pack_bytes"]);
  REQUIRE(index);
  CHECK(index->check_rows());
  for (const auto& row : rows) CHECK(index->find(row.address) == row.offset);
  CHECK_FALSE(index->find(object::Address{}));
  CHECK_FALSE(IndexView::open(bytes, 1));
}

TEST_CASE("an index that is written in pieces is the same") {
  std::vector<IndexRow> rows;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    object::Address address;
    for (std::size_t k = 0; k < 8; ++k)
      address.bytes[k] = static_cast<Byte>(i * 0x9e3779b97f4a7c15U >> (8 * k));
    rows.push_back({address, 0, i << 24U, 0});
  }
  rows = sorted_unique(std::move(rows));
  const Bytes whole = encode_index(rows, 12345);
  test::CrashFs fs;
  fs.make_folder("d");
  const auto file = fs.open("d/index", os::Access::create_new);
  write_index_rows(*file, rows.size(), 12345, [&](const VisitRow& visit) {
    for (const IndexRow& row : rows) visit(row.address, row.offset);
  });
  CHECK(equal(file->map(file->stat().size)->bytes(), whole));
}

TEST_CASE("a journal is written and read as on the page") {
  const auto& v = vectors()["journal"];
  CHECK(to_hex(encode_journal_header(v["durable"])) == v["header"]);
  CHECK(*decode_journal_header(hex(v["header"])) == v["durable"]);
  const Bytes bytes = hex(v["frame"]);
  const auto frame = decode_frame(bytes);
  REQUIRE(frame);
  CHECK(frame->sequence == v["sequence"]);
  CHECK(encode_frame(frame->sequence, frame->payload) == bytes);
  const auto items = decode_items(frame->payload);
  REQUIRE(items);
  CHECK(items->size() == v["items"]);
  Encoder again;
  for (const Item& item : *items) append_item(again, item);
  CHECK(equal(again.bytes(), frame->payload));
}

TEST_CASE("a torn mark counts as none") {
  Bytes header = encode_journal_header(77);
  header[17] ^= 1U;
  CHECK(*decode_journal_header(header) == 0);
}

TEST_CASE("frames cut short anywhere or changed anywhere are refused") {
  const Bytes bytes = encode_frame(3, as_bytes("payload"));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_FALSE(decode_frame(ByteView(bytes).first(n)));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    Bytes bad = bytes;
    bad[n] ^= 0x20U;
    CHECK_FALSE(decode_frame(bad));
  }
}

TEST_CASE("an item of a later version is unsupported, one cut short invalid") {
  CHECK(decode_items(Bytes{99}).error().code == Code::unsupported);
  CHECK(decode_items(Bytes{2, 5, 'k'}).error().code == Code::invalid);
}
