#include <doctest/doctest.h>

#include <algorithm>

#include "hn/repo/own_repositories.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using namespace hn::testing;

namespace {

bool is_noted(const repo::World& world, const repo::OwnRepository& own) {
  return std::ranges::count(repo::own_repositories(world), own) == 1;
}

}  // namespace

TEST_CASE("what is made, cloned or renewed is noted") {
  RepoDevice device("anna", 1);
  device.fs.make_folder("/");
  const auto is_noted_at = [&](const repo::Repository& repository, const std::string& root) {
    return is_noted(repository.world(), {repository.record().instance, root});
  };
  repo::Repository made = repo::init(device.world(), {"/made", "anna", "main"});
  CHECK(is_noted_at(made, "/made"));
  CHECK(is_noted_at(repo::init_clone(device.world(), "/clone", made.id(), "bob"), "/clone"));
  const repo::Instance before = made.record().instance;
  repo::device_renewed(made, "copy");
  CHECK(made.record().instance != before);
  CHECK(is_noted_at(made, "/made"));
}

TEST_CASE("a note follows its store, and can be forgotten") {
  RepoDevice anna("anna", 1);
  anna.found();
  const repo::World& world = anna->world();
  repo::Instance instance{};
  instance[0] = 7;
  repo::note_repository(world, {instance, "/one"});
  repo::note_repository(world, {instance, "/two\nlines"});
  CHECK(!is_noted(world, {instance, "/one"}));
  CHECK(is_noted(world, {instance, "/two\nlines"}));
  repo::forget_repository(world, instance);
  repo::forget_repository(world, instance);
  CHECK(!is_noted(world, {instance, "/two\nlines"}));
}

TEST_CASE("what is no note is left out") {
  RepoDevice anna("anna", 1);
  anna.found();
  const repo::World& world = anna->world();
  const std::size_t before = repo::own_repositories(world).size();
  const std::string folder = repo::notes_folder(world) + "/";
  const auto put = [&](const std::string& name, std::string_view text) {
    world.fs.open(folder + name, os::Access::create)->write_at(0, as_bytes(text));
  };
  const std::string good(32, 'a');
  put("README", "/folder\n");
  put(std::string(30, 'a'), "/folder\n");
  put(std::string(32, 'A'), "/folder\n");
  put(good, "");
  CHECK(repo::own_repositories(world).size() == before);
  put(good, "folder\n");
  CHECK(repo::own_repositories(world).size() == before);
  put(good, "/folder");  // cut off
  CHECK(repo::own_repositories(world).size() == before);
  put(good, "/folder\n");
  CHECK(repo::own_repositories(world).size() == before + 1);
  put(good, "/" + std::string(20000, 'x') + "\n");
  CHECK(repo::own_repositories(world).size() == before);
}
