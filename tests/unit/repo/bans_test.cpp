#include <doctest/doctest.h>

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/repo/bans.hpp"
#include "support/keys.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

TEST_CASE("bans are made, replaced, lifted, and outlive a power cut") {
  RepoDevice anna("anna", 1);
  const repo::World world = anna.world();
  CHECK(repo::bans(world).empty());
  CHECK(!repo::unban(world, key_of(1)));
  repo::ban(world, {key_of(2), 20, "two"});
  repo::ban(world, {key_of(1), 10, "a line\nand more"});
  repo::ban(world, {key_of(2), 30, "again"});
  anna.fs.reboot(hn::test::Losing::all());
  const auto all = repo::bans(world);
  REQUIRE(all.size() == 2);
  CHECK(all[0].key == key_of(1));
  CHECK(all[0].since == 10);
  CHECK(all[0].reason == "a line\\x0aand more");
  CHECK(all[1].key == key_of(2));
  CHECK(all[1].since == 30);
  CHECK(all[1].reason == "again");
  CHECK(repo::unban(world, key_of(1)));
  CHECK(repo::bans(world).size() == 1);
}

TEST_CASE("a damaged ban stands, and what is no ban is none") {
  RepoDevice anna("anna", 1);
  const repo::World world = anna.world();
  const std::string folder = repo::bans_folder(world) + "/";
  const auto put = [&](const std::string& name, std::string_view text) {
    world.fs.open(folder + name, os::Access::create)->write_at(0, as_bytes(text));
  };
  put("README", "1 text\n");
  put(std::string(62, 'a'), "1 text\n");
  CHECK(repo::bans(world).empty());
  put(std::string(64, 'a'), "");
  put(std::string(64, 'b'), "99999999999999999999999 much\n");
  put(std::string(64, 'c'), std::string(100000, '7'));
  put(std::string(64, 'd'), "12");
  CHECK(repo::bans(world).size() == 4);
  CHECK(repo::bans(world)[3].since == 12);
}
