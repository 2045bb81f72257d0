#include "store/history_layer.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/codec.hpp"
#include "hn/base/text.hpp"

using namespace hn;
using namespace hn::store;
using nlohmann::json;

namespace {

const json& vectors() {
  static const auto all = json::parse(std::ifstream(HN_VECTORS "/history.json"));
  return all;
}
Bytes hex(const json& text) {
  return from_hex(text.get<std::string>()).value();
}
object::Id id(const json& text) {
  return object::id_from_hex(text.get<std::string>()).value();
}
Hash owner() {
  return id(vectors()["repository"]).bytes;
}
object::GitId git(const json& text) {
  const Bytes bytes = hex(text);
  object::GitId out;
  out.size = static_cast<std::uint8_t>(bytes.size());
  std::ranges::copy(bytes, out.bytes.begin());
  return out;
}
std::string name_text(std::uint64_t name) {
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[(name >> shift) & 15U];
  return out;
}

LayerParts parts_of(const json& v) {
  LayerParts parts;
  parts.repository = owner();
  parts.below = std::stoull(v["below"].get<std::string>(), nullptr, 16);
  parts.rows_below = v["rows_below"];
  for (const json& c : v["commits"]) {
    LayerCommit commit{id(c["id"]), c["generation"], c["parents"], id(c["tree"]), c["time"], {}};
    if (!c["git"].is_null()) commit.git = git(c["git"]);
    parts.commits.push_back(std::move(commit));
    parts.notes.push_back({hex(c["filter"]), c["subject"]});
  }
  for (const json& t : v["tags"]) parts.tags.push_back({id(t["id"]), git(t["git"])});
  return parts;
}

}  // namespace

TEST_CASE("layers of a history index are written and read as on the page") {
  for (const json& v : vectors()["layers"]) {
    INFO(v["why"]);
    const LayerParts parts = parts_of(v);
    const Bytes bytes = hex(v["bytes"]);
    CHECK(encode_layer(parts) == bytes);
    const auto view = LayerView::open(bytes, owner());
    REQUIRE(view);
    CHECK(name_text(view->name()) == v["name"]);
    CHECK(view->below() == parts.below);
    CHECK(view->rows_below() == parts.rows_below);
    REQUIRE(view->size() == parts.commits.size());
    REQUIRE(view->tag_count() == parts.tags.size());
    for (std::uint32_t i = 0; i < view->size(); ++i) {
      const std::uint32_t row = parts.rows_below + i;
      CHECK(view->commit(row) == parts.commits[i]);
      CHECK(view->id(row) == parts.commits[i].id);
      CHECK(view->time(row) == parts.commits[i].time);
      CHECK(view->tree(row) == parts.commits[i].tree);
      CHECK(equal(view->filter(row), parts.notes[i].filter));
      CHECK(view->subject(row) == parts.notes[i].subject);
      CHECK(view->find(parts.commits[i].id) == row);
    }
    for (std::uint32_t i = 0; i < view->tag_count(); ++i) {
      CHECK(view->tag(i) == parts.tags[i]);
      CHECK(view->find_tag(parts.tags[i].id) == parts.tags[i]);
    }
    CHECK_FALSE(view->find(object::Id{}));
    CHECK_FALSE(view->find(object::Id{Hash{0xff, 0xff, 0xff, 0xff, 0xff}}));
    CHECK(view->is_sound());
    CHECK_FALSE(view->is_damaged());
  }
}

TEST_CASE("a filter is no longer than one of the most paths that it may have") {
  for (const std::size_t paths : {kFilterPathsMax, kFilterPathsMax + 1}) {
    const bool fits = paths == kFilterPathsMax;
    Bytes filter;
    for (std::size_t i = 0; i < paths; ++i)
      for (const std::size_t byte : {i >> 8U, i & 0xffU, i, i, i, i})
        filter.push_back(static_cast<Byte>(byte & 0xffU));
    LayerParts parts;
    parts.repository = owner();
    parts.commits.push_back({object::Id{Hash{1}}, 1, {}, object::Id{Hash{2}}, 0, {}});
    parts.notes.push_back({filter, "subject"});
    const Bytes layer = encode_layer(parts);
    const auto view = LayerView::open(layer, owner());
    REQUIRE(view);
    CHECK(view->filter(0).empty() == !fits);
    CHECK(view->is_sound() == fits);
  }
}

TEST_CASE("damaged layers are not opened, or found unsound and then not believed") {
  for (const json& v : vectors()["bad_layers"]) {
    INFO(v["why"]);
    const Bytes bytes = hex(v["bytes"]);
    const auto view = LayerView::open(bytes, owner());
    CHECK(view.has_value() == v["opens"].get<bool>());
    if (view) CHECK_FALSE(view->is_sound());
  }
}

TEST_CASE("a damaged page is noticed by what looks at it, and nothing is answered from then on") {
  Bytes bytes;
  for (const json& v : vectors()["layers"])
    if (v["why"] == "more than one page") bytes = hex(v["bytes"]);
  const auto sound = LayerView::open(bytes, owner());
  REQUIRE(sound);
  const auto first = sound->commit(0);
  const auto last = sound->commit(80);
  Bytes damaged = bytes;
  const std::size_t pages = (damaged.size() - 88 + 4103) / 4104;
  damaged[88 + 8 * pages + 64 * 80 + 40] ^= 1;  // the tree of row 80, on the second page
  const auto view = LayerView::open(damaged, owner());
  REQUIRE(view);
  std::vector<std::uint32_t> parents;
  CHECK(view->parents(1, parents));
  CHECK(parents == std::vector<std::uint32_t>{0});
  CHECK_FALSE(view->is_damaged());
  CHECK_FALSE(view->parents(80, parents));
  CHECK(view->is_damaged());
  CHECK_FALSE(view->commit(0));
  CHECK_FALSE(view->find(first->id));
}

TEST_CASE("chains of a history index are written and read as on the page") {
  for (const json& v : vectors()["chains"]) {
    std::vector<std::uint64_t> names;
    for (const json& name : v["names"])
      names.push_back(std::stoull(name.get<std::string>(), nullptr, 16));
    CHECK(encode_chain(owner(), names) == hex(v["bytes"]));
    const auto read = decode_chain(hex(v["bytes"]), owner());
    REQUIRE(read);
    CHECK(*read == names);
  }
  for (const json& v : vectors()["bad_chains"]) {
    INFO(v["why"]);
    CHECK_FALSE(decode_chain(hex(v["bytes"]), owner()));
  }
}
