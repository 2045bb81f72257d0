#include "hn/node/host.hpp"

#include <doctest/doctest.h>

#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

struct Pair {
  Pair() {
    anna.found();
    bob.clone(anna->id());
    std::string text;
    for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919) + "\n";
    for (const char* end : {"1", "2", "3"})
      anna.commit(anna.main(), {{"a", text + end}, {"d/b", end}});
    repo::publish_drafts(*anna);
    send_entries(anna, bob);
    root = *live_publishes(anna->view()).back().manifest;
    const auto all = *log::read_rows(anna->store(), root, 0, root.rows);
    for (const log::ManifestRow& row : all) rows.insert(rows.begin(), row.address);
    rows.insert(rows.begin(), object::address_of(root.root));
  }

  net::WireBlock block(const object::Address& address) {
    const auto stored = *anna->store().read_stored(address);
    return {static_cast<std::uint8_t>(stored.kind), static_cast<std::uint8_t>(stored.form),
            stored.base, stored.plain_bytes, stored.bytes};
  }
  log::EntryId publish() { return live_publishes(bob->view()).back().id; }

  RepoDevice anna{"anna", 1};
  RepoDevice bob{"bob", 2};
  log::ManifestRoot root;
  std::vector<object::Address> rows;
};

net::Written next(node::RepositoryHost& host) {
  const auto verdict = host.next_verdict(true);
  REQUIRE(verdict.has_value());
  return verdict->written;
}

}  // namespace

TEST_CASE("blocks are judged in order while others are submitted, and flushed in their turn") {
  Pair pair;
  node::RepositoryHost host(*pair.bob);
  for (const auto& address : pair.rows) host.submit_block(address, pair.block(address));
  net::WireBlock bad = pair.block(pair.rows[1]);
  bad.kind = 77;
  host.submit_block(pair.rows[1], bad);
  host.submit_flush();
  host.submit_block(pair.rows[1], pair.block(pair.rows[1]));
  for (std::size_t i = 0; i < pair.rows.size(); ++i) CHECK(next(host) == net::Written::stored);
  CHECK(next(host) == net::Written::wrong);
  CHECK(next(host) == net::Written::stored);
  CHECK(next(host) == net::Written::stored);
  CHECK_FALSE(host.next_verdict(true).has_value());
  for (const auto& address : pair.rows) CHECK(host.has(address));
}

TEST_CASE("a difference comes back where its base is not here") {
  Pair pair;
  node::RepositoryHost host(*pair.bob);
  for (const auto& address : pair.rows) {
    const net::WireBlock block = pair.block(address);
    if (!block.base) continue;
    host.submit_block(address, block);
    const auto verdict = host.next_verdict(true);
    REQUIRE(verdict->written == net::Written::base_missing);
    CHECK(verdict->block == block);
    return;
  }
  FAIL("no difference among them");
}

TEST_CASE("a clone whose blocks all came is whole, and one that lacks a block is not") {
  for (const bool all : {true, false}) {
    Pair pair;
    node::RepositoryHost host(*pair.bob);
    const object::Address lacking = pair.rows.back();
    for (const auto& address : pair.rows) {
      if (!all && address == lacking) continue;
      CHECK(host.write_block(address, pair.block(address)) == net::Written::stored);
    }
    REQUIRE(host.flush().has_value());
    const auto absent = host.absent_blocks(10, {});
    CHECK(absent == (all ? std::vector<object::Address>{} : std::vector{lacking}));
    CHECK(repo::is_whole(*pair.bob, pair.publish()) == all);
  }
}

// What is damaged behind their backs would else be lacking.
TEST_CASE("behind the last block of a clone nothing is read again") {
  Pair pair;
  node::RepositoryHost host(*pair.bob);
  for (const auto& address : pair.rows) host.submit_block(address, pair.block(address));
  REQUIRE(host.flush().has_value());
  pair.bob.fs.bytes_of("r/.hn/store/packs/0000000000000001.pack").back() ^= 1U;
  const object::Id last = object::id_at(pair.rows.back());
  REQUIRE(pair.bob->store().read(last).error().code == Code::damaged);
  CHECK(host.absent_blocks(10, {}).empty());
  CHECK(repo::is_whole(*pair.bob, pair.publish()));
}

TEST_CASE("what another process recorded is news, also where a commit has shown it to the store") {
  Pair pair;
  node::RepositoryHost host(*pair.anna);
  CHECK_FALSE(host.refresh());
  {
    repo::Repository other(pair.anna.world(), repo::Layout{"r"}, RepoDevice::kOptions);
    const log::Link link = repo::invite(other, log::Right::read, {});
    repo::redeem(other, log::invitation_id(link.secret), pair.bob->device(), "bob");
  }
  repo::remember_peer(host.parts(), repo::PeerRecord{});
  CHECK(host.refresh());
  CHECK_FALSE(host.refresh());
}
