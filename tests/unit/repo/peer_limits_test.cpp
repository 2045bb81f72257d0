#include <doctest/doctest.h>

#include "hn/base/text.hpp"
#include "hn/repo/peer_limits.hpp"
#include "support/keys.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

using Limits = std::map<crypto::TransportKey, std::uint64_t>;

}  // namespace

TEST_CASE("limits of peers are made, replaced, lifted, and outlive a power cut") {
  RepoDevice anna("anna", 1);
  const repo::World world = anna.world();
  CHECK(repo::peer_limits(world).empty());
  CHECK(!repo::unlimit_peer(world, key_of(1)));
  repo::limit_peer(world, key_of(2), 2000);
  repo::limit_peer(world, key_of(1), 1000);
  repo::limit_peer(world, key_of(2), 3000);
  anna.fs.reboot(hn::test::Losing::all());
  CHECK(repo::peer_limits(world) == Limits{{key_of(1), 1000}, {key_of(2), 3000}});
  CHECK(repo::unlimit_peer(world, key_of(1)));
  anna.fs.reboot(hn::test::Losing::all());
  CHECK(repo::peer_limits(world) == Limits{{key_of(2), 3000}});
}

TEST_CASE("what is no limit of a peer is none") {
  RepoDevice anna("anna", 1);
  const repo::World world = anna.world();
  const std::string folder = repo::peer_limits_folder(world) + "/";
  const auto put = [&](const std::string& name, std::string_view text) {
    world.fs.open(folder + name, os::Access::create)->write_at(0, as_bytes(text));
  };
  put("README", "1000\n");
  put(std::string(62, 'a'), "1000\n");
  put(std::string(64, 'a'), "");
  put(std::string(64, 'b'), "99999999999999999999999\n");
  put(std::string(64, 'c'), std::string(100000, '7'));
  put(std::string(64, 'd'), "1200");
  put(std::string(64, 'e'), "0\n");
  CHECK(repo::peer_limits(world).empty());
  put(std::string(64, 'f'), "1200\n");
  CHECK(repo::peer_limits(world).size() == 1);
}
