#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "hn/repo/gc.hpp"
#include "property/checks.hpp"

// A fold takes from the folds before it what they came to path by path (hn-repository(5), THE FOLD
// PARTS). Devices live through a history by lot; after each step branches are looked at here and
// there, so that folds follow one another in every order of arrival, in stores that are closed and
// opened, whose file of parts is lost or damaged, and that collect. Each must be the cold fold:
// commit, conflicts, and every block beneath.
//
//   HN_SEED=N HN_COUNT=1 build/release/tests/property/property_repo -tc="a branch that was folded*"

using namespace hn;
using namespace hn::property;

namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Looks {
 public:
  explicit Looks(std::uint64_t seed) : random_(seed) {}

  void step(Fleet& fleet) {
    RepoDevice& device = *fleet.devices[random_.below(fleet.devices.size())];
    const auto path = device->layout().fold_parts();
    const std::uint64_t lot = random_.below(40);
    if (lot < 4) device.open();
    if (lot == 4 && device.fs.stat(path)) device.fs.remove(path);
    if (lot == 5 && device.fs.stat(path)) damage(device, path);
    if (lot == 6) repo::gc(*device, {});
    for (const repo::BranchLine& line : repo::branches(*device)) {
      look(device, line.branch, repo::Drafts::left_out);
      look(device, line.branch, repo::Drafts::included);
    }
  }

  Wrong wrong;
  std::size_t folds = 0;
  std::size_t with_parts = 0;

 private:
  void damage(RepoDevice& device, const std::string& path) {
    const auto file = device.fs.open(path, os::Access::update);
    const std::uint64_t size = file->stat().size;
    const Byte byte{0x5a};
    if (size > 0) file->write_at(random_.below(size), {&byte, 1});
  }

  void look(RepoDevice& device, const repo::LocalBranch& branch, repo::Drafts drafts) {
    const bool has_parts = device.fs.stat(device->layout().fold_parts()).has_value();
    const repo::Tip tip = repo::tip_of(*device, branch, drafts);
    if (wrong || !tip.auto_merge || tip.incomplete || tip.heads.size() < 2) return;
    ++folds;
    with_parts += has_parts ? 1U : 0U;
    const auto commit = repo::require(object::read_commit(device->store(), *tip.commit), "a tip");
    merge::ScratchBlocks scratch(device->store());
    const auto cold = merge::fold(scratch, scratch, device->history(), commit.parents,
                                  commit.auto_merge->seniority);
    if (!cold || cold->commit != *tip.commit) wrong = branch.name + ": another commit";
    if (cold && cold->conflicts != tip.conflicts) wrong = branch.name + ": other conflicts";
    bool whole = true;
    const auto walked =
        object::walk_paths(device->store(), commit.tree, [&](const auto&, const auto& value) {
          whole =
              whole && (value.mode == object::Mode::submodule || device->store().has(value.id()));
          return true;
        });
    if (!walked || !whole) wrong = branch.name + ": not whole";
  }

  SeededRandom random_;
};

}  // namespace

TEST_CASE("a branch that was folded before stands where a cold fold puts it") {
  const std::uint64_t first = from_environment("HN_SEED", 1);
  const std::uint64_t count = from_environment("HN_COUNT", 500);
  std::cout << "seeds " << first << " to " << first + count - 1 << std::endl;
  std::size_t folds = 0;
  std::size_t with_parts = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Fleet fleet(seed);
    Looks looks(seed);
    fleet.live(60, [&] { looks.step(fleet); });
    if (looks.wrong) FAIL_CHECK("seed " << seed << ": " << *looks.wrong);
    folds += looks.folds;
    with_parts += looks.with_parts;
  }
  std::cout << folds << " folds, " << with_parts << " with parts of earlier ones" << std::endl;
  CHECK(with_parts > 0);
}
