// The vectors that hn-log(5) names.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/log/frontier.hpp"
#include "hn/log/link.hpp"
#include "hn/log/manifest.hpp"
#include "hn/log/order.hpp"

namespace hn::log {
namespace {

using Json = nlohmann::json;

Json vectors() {
  std::ifstream in(HN_VECTORS "/log.json");
  REQUIRE(in);
  return Json::parse(in);
}

Bytes bytes_of(const Json& hex) {
  return *from_hex(hex.get<std::string>());
}
EntryId id_from(const Json& hex) {
  return *entry_id_from_hex(hex.get<std::string>());
}

std::vector<std::string> hex_of(const std::vector<EntryId>& ids) {
  std::vector<std::string> out;
  for (const EntryId& id : ids) out.push_back(to_hex(id));
  return out;
}

std::vector<SignedEntry> entries_of(const Json& v) {
  std::vector<SignedEntry> out;
  for (const Json& e : v["entries"]) out.push_back(*decode_signed(bytes_of(e["bytes"])));
  return out;
}

template <class T>
std::string code_of(const Result<T>& r) {
  return r ? "none" : std::string(name_of(r.error().code));
}

}  // namespace

TEST_CASE("entries have the bytes, ids, signatures and places of the vectors") {
  const Json v = vectors();
  for (const Json& e : v["entries"]) {
    const auto entry = decode_signed(bytes_of(e["bytes"]));
    REQUIRE(entry);
    CHECK(to_hex(entry->id) == e["id"]);
    CHECK(hn::to_hex(encode_signed(*entry)) == e["bytes"]);
    CHECK(verify(*entry));
    CHECK(kind_of(entry->entry.payload) == e["kind"]);
    CHECK(entry->entry.depth == e["depth"]);
    CHECK(hn::to_hex(order_key(*entry).tie) == e["tie"]);
  }
}

TEST_CASE("the entries of the vectors mean what the vectors say") {
  const Json v = vectors();
  const View view = evaluate(id_from(v["repository"]), entries_of(v));
  for (const Json& e : v["entries"]) {
    const Verdict verdict = *view.verdict(id_from(e["id"]));
    CHECK(name_of(verdict.status) == e["status"].get<std::string>());
    CHECK(name_of(verdict.reason) == e["reason"].get<std::string>());
  }
  CHECK(hex_of(view.in_log_order()) == v["log_order"].get<std::vector<std::string>>());
  std::vector<EntryId> live;
  for (const LivePublish& p : view.live_on(id_from(v["live"]["branch"]))) live.push_back(p.id);
  CHECK(hex_of(live) == v["live"]["publishes"].get<std::vector<std::string>>());
  const auto members = view.members();
  REQUIRE(members.size() == v["members"].size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    CHECK(members[i].label == v["members"][i]["label"].get<std::string>());
    CHECK(name_of(members[i].right) == v["members"][i]["right"].get<std::string>());
    CHECK(members[i].active() == v["members"][i]["active"].get<bool>());
  }
  CHECK(hn::to_hex(encode_frontier(frontier_of(view))) == v["frontier"]["bytes"]);
  CHECK(hn::to_hex(digest(frontier_of(view))) == v["frontier"]["digest"]);
}

TEST_CASE("links and manifests are those of the vectors") {
  const Json v = vectors();
  const auto link = decode_link(v["link"]["text"].get<std::string>());
  REQUIRE(link);
  CHECK(encode_link(*link) == v["link"]["text"]);
  CHECK(link->addresses == v["link"]["addresses"].get<std::vector<std::string>>());
  CHECK(hn::to_hex(invitation_id(link->secret).bytes) == v["link"]["invitation"]);
  const auto node = decode_manifest(bytes_of(v["manifest"]["bytes"]));
  REQUIRE(node);
  CHECK(hn::to_hex(encode_manifest(*node)) == v["manifest"]["bytes"]);
  CHECK(hn::to_hex(object::id_of(object::Kind::manifest, encode_manifest(*node)).bytes) ==
        v["manifest"]["id"]);
}

TEST_CASE("what the vectors call damaged is refused for its reason") {
  for (const auto all = vectors(); const auto& d : all.at("damaged")) {
    INFO(d["why"].get<std::string>());
    const Bytes bytes = bytes_of(d["bytes"]);
    const std::string what = d["what"];
    std::string code = "unknown";
    if (what == "entry") code = code_of(decode_signed(bytes));
    if (what == "manifest") code = code_of(decode_manifest(bytes));
    if (what == "frontier") code = code_of(decode_frontier(bytes));
    if (what == "link") code = code_of(decode_link(as_text(bytes)));
    CHECK(code == d["code"].get<std::string>());
  }
}

}  // namespace hn::log
