// The vectors that hn-bundle(5) and hn-repository(5) name.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "hn/base/text.hpp"
#include "hn/repo/bundle.hpp"
#include "hn/repo/record.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

using Json = nlohmann::json;

const Json& vectors(const std::string& name) {
  static std::map<std::string, Json> read;
  const auto [at, is_new] = read.try_emplace(name);
  if (is_new) {
    std::ifstream in(HN_VECTORS "/" + name);
    REQUIRE(in);
    at->second = Json::parse(in);
  }
  return at->second;
}

Bytes bytes_of(const Json& hex) {
  return from_hex(hex.get<std::string>()).value();
}

// A store that awaits the repository of the vectors and has nothing of it.
struct Receiver {
  RepoDevice device{"bob", 2};
  Receiver() {
    device.clone(*log::entry_id_from_hex(vectors("bundle.json")["repository"].get<std::string>()));
  }
  repo::BundleDone apply(ByteView bundle) {
    const auto file = device.fs.open("b.hn", os::Access::create);
    file->truncate(0);
    file->write_at(0, bundle);
    return repo::apply_bundle(*device, "b.hn");
  }
  bool has(const std::string& address) {
    return device->store().has(*object::id_from_hex(address));
  }
};

template <class Record>
void check_decoder(Result<Record> (*decode)(ByteView), const Json& v) {
  const Bytes bytes = bytes_of(v["bytes"]);
  const auto record = decode(bytes);
  if (!v.contains("name")) {
    REQUIRE_FALSE(record);
    CHECK(record.error().code == Code::damaged);
    return;
  }
  REQUIRE(record);
  CHECK(to_hex(repo::encode(*record)) == v["bytes"]);
}

void check_record(const Json& v) {
  const std::string kind = v["record"];
  if (kind == "store") return check_decoder(repo::decode_store_record, v);
  if (kind == "worktree") return check_decoder(repo::decode_worktree_record, v);
  if (kind == "draft") return check_decoder(repo::decode_draft, v);
  if (kind == "peer") return check_decoder(repo::decode_peer_record, v);
  if (kind == "receipt") return check_decoder(repo::decode_receipt_record, v);
  if (kind == "traffic") return check_decoder(repo::decode_traffic_record, v);
  if (kind == "invitation") return check_decoder(repo::decode_invitation_record, v);
  if (kind == "operation") return check_decoder(repo::decode_operation_record, v);
  if (kind == "import") return check_decoder(repo::decode_import_record, v);
  if (kind == "tracked") return check_decoder(repo::decode_tracked_record, v);
  if (kind == "given_up") return check_decoder(repo::decode_given_up_record, v);
  if (kind == "collected") return check_decoder(repo::decode_collected_record, v);
  REQUIRE(kind == "fold");
  check_decoder(repo::decode_fold_record, v);
}

template <class T>
Json hex_or_null(const std::optional<T>& id) {
  return id ? Json(to_hex(id->bytes)) : Json(nullptr);
}

template <class T>
Json hex_of(const std::vector<T>& ids) {
  Json out = Json::array();
  for (const T& id : ids) out.push_back(to_hex(id.bytes));
  return out;
}

void put(Json& out, const repo::LocalBranch& branch) {
  out["branch"] = branch.name;
  out["id"] = hex_or_null(branch.id);
}

// What was decoded, in the words of the vectors.
Json fields_of(const std::string& kind, ByteView bytes) {
  Json out;
  if (kind == "store") {
    const auto r = *repo::decode_store_record(bytes);
    out = {{"instance", to_hex(r.instance)},
           {"repository", to_hex(r.repository.bytes)},
           {"device", to_hex(r.device.bytes)},
           {"label", r.label},
           {"place", r.place}};
  } else if (kind == "worktree") {
    const auto r = *repo::decode_worktree_record(bytes);
    put(out, r.branch);
    out["base"] = hex_or_null(r.base);
  } else if (kind == "draft") {
    const auto r = *repo::decode_draft(bytes);
    put(out, r.place);
    out["tag"] = r.tag;
    out["kind"] = r.target ? static_cast<int>(r.target->kind) : 0;
    out["target"] = r.target ? Json(to_hex(r.target->id.bytes)) : Json(nullptr);
    out["rewrites"] = hex_of(r.rewrites);
  } else if (kind == "peer") {
    const auto r = *repo::decode_peer_record(bytes);
    out = {{"transport", to_hex(r.transport.bytes)},
           {"device", hex_or_null(r.device)},
           {"label", r.label},
           {"addresses", r.addresses},
           {"last_met", r.last_met}};
  } else if (kind == "traffic") {
    const auto r = *repo::decode_traffic_record(bytes);
    out = {{"taken", r.taken}, {"given", r.given}};
  } else if (kind == "receipt") {
    const auto r = *repo::decode_receipt_record(bytes);
    out = {{"device", to_hex(r.device.bytes)},
           {"frontier", to_hex(r.frontier)},
           {"state", to_hex(r.state)},
           {"signature", to_hex(r.signature.bytes)},
           {"own", r.own},
           {"when", r.when}};
  } else if (kind == "invitation") {
    const auto r = *repo::decode_invitation_record(bytes);
    out = {{"secret", to_hex(r.secret)},
           {"right", static_cast<int>(r.right)},
           {"branch", hex_or_null(r.branch)},
           {"used_by", hex_or_null(r.used_by)}};
  } else if (kind == "operation") {
    const auto r = *repo::decode_operation_record(bytes);
    put(out, r.branch);
    out["what"] = r.what;
    out["when"] = r.when;
    out["before"] = hex_or_null(r.before);
    out["after"] = hex_or_null(r.after);
    out["base_before"] = hex_or_null(r.base_before);
  } else if (kind == "import") {
    const auto r = *repo::decode_import_record(bytes);
    out = {{"source", r.source}, {"refs", Json::array()}};
    for (const auto& ref : r.refs)
      out["refs"].push_back({{"tag", ref.tag},
                             {"name", ref.name},
                             {"git", to_hex(ByteView(ref.git.bytes).first(ref.git.size))},
                             {"kind", static_cast<int>(ref.target.kind)},
                             {"target", to_hex(ref.target.id.bytes)}});
  } else if (kind == "tracked") {
    out = {{"paths", repo::decode_tracked_record(bytes)->paths}};
  } else if (kind == "collected") {
    out = {{"operations", repo::decode_collected_record(bytes)->operations}};
  } else if (kind == "given_up") {
    const auto r = *repo::decode_given_up_record(bytes);
    out = {{"since", Json::array()}};
    for (const auto& [id, since] : r.since)
      out["since"].push_back({{"id", to_hex(id)}, {"since", since}});
  } else {
    const auto r = *repo::decode_fold_record(bytes);
    out = {{"heads", hex_of(r.heads)},
           {"seniority", r.seniority},
           {"commit", to_hex(r.commit.bytes)},
           {"conflicts", r.conflicts}};
  }
  return out;
}

}  // namespace

TEST_CASE("the bundles of the vectors bring what the vectors say, once") {
  for (const Json& v : vectors("bundle.json")["valid"]) {
    INFO(v["name"].get<std::string>());
    Receiver bob;
    const Bytes bundle = bytes_of(v["bytes"]);
    const repo::BundleDone done = bob.apply(bundle);
    CHECK(done.entries == v["entries"]);
    CHECK(done.blocks == v["blocks"].size());
    CHECK(done.bytes == bundle.size());
    for (const Json& address : v["blocks"]) CHECK(bob.has(address));
    const repo::BundleDone again = bob.apply(bundle);
    CHECK(again.entries == 0);
    CHECK(again.blocks == 0);
  }
}

TEST_CASE("of a bundle that the vectors call damaged nothing is kept") {
  for (const Json& v : vectors("bundle.json")["damaged"]) {
    INFO(v["why"].get<std::string>());
    Receiver bob;
    std::string code = "none";
    try {
      bob.apply(bytes_of(v["bytes"]));
    } catch (const Failure& failure) {
      code = name_of(failure.code());
    }
    CHECK(code == v["code"].get<std::string>());
    CHECK(bob.device->store().entry_count() == 0);
    for (const Json& good : vectors("bundle.json")["valid"]) {
      for (const Json& address : good["blocks"]) CHECK_FALSE(bob.has(address));
    }
  }
}

TEST_CASE("a bundle cut short anywhere is damaged") {
  const Bytes whole = bytes_of(vectors("bundle.json")["valid"][1]["bytes"]);
  Receiver bob;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    INFO(n);
    CHECK_THROWS_AS(bob.apply(ByteView(whole).first(n)), Failure);
  }
  CHECK(bob.device->store().entry_count() == 0);
}

TEST_CASE("records have the bytes of the vectors") {
  for (const Json& v : vectors("repository.json")["valid"]) {
    INFO(v["record"].get<std::string>() << " " << v["name"].get<std::string>());
    check_record(v);
    Json said = v;
    for (const char* key : {"record", "name", "bytes"}) said.erase(key);
    CHECK(fields_of(v["record"], bytes_of(v["bytes"])) == said);
  }
}

TEST_CASE("records that the vectors call damaged are refused") {
  for (const Json& v : vectors("repository.json")["damaged"]) {
    INFO(v["record"].get<std::string>() << " " << v["why"].get<std::string>());
    check_record(v);
  }
}

TEST_CASE("text in a record has a limit") {
  repo::StoreRecord record;
  record.label = std::string(65536, 'x');
  CHECK(repo::decode_store_record(repo::encode(record)));
  record.label += 'x';
  CHECK_FALSE(repo::decode_store_record(repo::encode(record)));
}
