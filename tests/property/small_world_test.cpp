#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <numeric>

#include "hn/repo/tags.hpp"
#include "property/checks.hpp"

// All there is of a small world: three devices, each does one of the deeds below, and each deed has
// seen some of the others. Every choice of three deeds meets every order of cause and effect among
// three (19 of them), and the entries come in every order to who was not there. What every such
// history must keep is what convergence_test.cpp asks of histories by lot.
//
// All of them are run by
//
//   HN_ALL=1 build/release/tests/property/property_repo -tc="*small world*"
//
// and without HN_ALL every 101st. HN_WORLD=N runs that one.

using namespace hn;
using namespace hn::property;

namespace {

enum class Deed : std::uint8_t {
  edit_top,
  edit_end,
  edit_old,  // by who has seen all, in a working tree that has not moved
  add_file,
  remove_file,
  rename_file,
  rename_folder,
  rewrite,
  create_branch,
  delete_branch,
  tag,
  revoke_second,
  revoke_third,
  promote_third,
};
constexpr std::size_t kDeeds = 14;
constexpr std::size_t kActors = 3;

using Files = testing::Files;
// sees[j][i]: deed j was done with knowledge of deed i.
using Order = std::array<std::array<bool, kActors>, kActors>;

bool is_order(const Order& sees) {
  for (std::size_t i = 0; i < kActors; ++i) {
    for (std::size_t j = 0; j < kActors; ++j) {
      if (sees[i][j] && (i == j || sees[j][i])) return false;
      for (std::size_t k = 0; k < kActors; ++k) {
        if (sees[i][j] && sees[j][k] && !sees[i][k]) return false;
      }
    }
  }
  return true;
}

std::vector<Order> all_orders() {
  std::vector<Order> out;
  for (unsigned bits = 0; bits < 512; ++bits) {
    Order sees{};
    for (std::size_t at = 0; at < 9; ++at) sees[at / 3][at % 3] = (bits >> at & 1U) != 0;
    if (is_order(sees)) out.push_back(sees);
  }
  return out;
}

class SmallWorld {
 public:
  SmallWorld() {
    for (const char* name : {"anna", "bob", "carl"})
      devices.push_back(std::make_unique<RepoDevice>(name, 1 + devices.size()));
    devices[0]->found();
    for (std::size_t i = 1; i < kActors; ++i) {
      devices[i]->clone((*devices[0])->id());
      testing::let_in(*devices[0], *devices[i], i == 1 ? log::Right::admin : log::Right::write);
    }
    first_ = devices[0]->commit(
        devices[0]->main(),
        Files{{"a", "1\n2\n3\n4\n5\n6\n"}, {"d/b", "p\nq\nr\ns\n"}, {"d/c", "v\nw\nx\ny\n"}});
    repo::publish_drafts(**devices[0]);
    for (std::size_t i = 1; i < kActors; ++i) {
      testing::sync(*devices[0], *devices[i]);
      testing::sync(*devices[i], *devices[0]);
    }
    testing::sync(*devices[0], *devices[1]);
    before_ = entries_of(*devices[0]);
  }

  void live(const std::array<Deed, kActors>& deeds, const Order& sees) {
    std::array<bool, kActors> done{};
    for (std::size_t round = 0; round < kActors; ++round) {
      std::size_t next = 0;
      while (done[next] || !is_ready(sees[next], done)) ++next;
      for (std::size_t i = 0; i < kActors; ++i) {
        if (sees[next][i]) testing::sync(*devices[i], *devices[next]);
      }
      act(*devices[next], deeds[next]);
      repo::publish_drafts(**devices[next]);
      done[next] = true;
    }
  }

  // The view is the same in whatever order the entries come.
  Wrong every_order_is_the_same() {
    std::vector<log::SignedEntry> after;
    for (const log::SignedEntry& entry : entries_of(*devices[0])) {
      const auto same = [&](const log::SignedEntry& other) { return other.id == entry.id; };
      if (std::ranges::none_of(before_, same)) after.push_back(entry);
    }
    const Hash expected = devices[0]->repository->view().digest();
    std::vector<std::size_t> places(after.size());
    std::iota(places.begin(), places.end(), 0U);
    for (int permutation = 0; permutation < 24; ++permutation) {
      log::View view = log::evaluate((*devices[0])->id(), before_);
      for (const std::size_t place : places) log::apply(view, {&after[place], 1});
      if (view.digest() != expected) return "the view depends on the order in which entries come";
      if (!std::next_permutation(places.begin(), places.end())) break;
    }
    return std::nullopt;
  }

  Devices devices;

 private:
  static bool is_ready(const std::array<bool, kActors>& wants,
                       const std::array<bool, kActors>& done) {
    for (std::size_t i = 0; i < kActors; ++i) {
      if (wants[i] && !done[i]) return false;
    }
    return true;
  }

  static std::vector<log::SignedEntry> entries_of(RepoDevice& device) {
    std::vector<log::SignedEntry> out;
    for (const log::EntryId& id : device->view().in_log_order())
      out.push_back(*device->view().find(id));
    return out;
  }

  // What may not be done is not done: who has no right, or finds no branch, is told so.
  void act(RepoDevice& device, Deed deed) {
    try {
      if (deed <= Deed::create_branch)
        edit(device, deed);
      else
        other(device, deed);
    } catch (const Failure& failure) {
      const bool expected = failure.code() == Code::refused || failure.code() == Code::no_right ||
                            failure.code() == Code::exists || failure.code() == Code::not_found ||
                            failure.code() == Code::ambiguous;
      if (!expected) throw;
    }
  }

  void edit(RepoDevice& device, Deed deed) {
    auto tip = repo::tip_of(*device, device.main()).commit;
    if (!tip) return;
    if (deed == Deed::edit_old) tip = first_;
    std::map<std::string, object::Value> files;
    const auto commit = repo::require(object::read_commit(device->store(), *tip), "the tip");
    repo::require(object::walk_paths(device->store(), commit.tree,
                                     [&](const std::string& path, const object::Value& value) {
                                       files.emplace(path, value);
                                       return true;
                                     }),
                  "the tip's files");
    if (deed == Deed::create_branch) repo::create_branch(*device, "fix", *tip);
    const repo::LocalBranch branch =
        deed == Deed::create_branch ? *repo::find_branch(*device, "fix") : device.main();
    record(device, branch, change(device, deed, files), {*tip}, repo::Own::contained);
    if (deed != Deed::rewrite) return;
    repo::publish_drafts(*device);
    const auto own = repo::tip_of(*device, branch).commit;
    if (!own) return;
    record(device, branch, change(device, deed, files), {*tip}, repo::Own::rewritten);
  }

  using Values = std::map<std::string, object::Value>;

  Values change(RepoDevice& device, Deed deed, Values files) {
    store::Batch batch = device->store().begin();
    const std::string line = device.name + " " + std::to_string(++lines_) + "\n";
    const auto with = [&](const std::string& path, bool at_top) {
      const auto at = files.find(path);
      if (at == files.end() || !at->second.is_file()) return;
      const std::string text = to_string(
          repo::require(object::read_file(device->store(), at->second.id(), 1U << 20U), path));
      at->second = file(batch, at_top ? line + text : text + line);
    };
    const auto move = [&](const std::string& from, const std::string& to) {
      const auto at = files.find(from);
      if (at == files.end() || files.contains(to)) return;
      files.emplace(to, at->second);
      files.erase(from);
    };
    if (deed == Deed::edit_end) with("a", false);
    if (deed == Deed::add_file) files.emplace("d/n", file(batch, line));
    if (deed == Deed::remove_file) files.erase("a");
    if (deed == Deed::rename_file) move("a", "z");
    if (deed == Deed::rename_folder) {
      for (const char* name : {"b", "c", "n"})
        move("d/" + std::string(name), "e/" + std::string(name));
    }
    if (deed == Deed::edit_top || deed == Deed::edit_old || deed == Deed::rewrite ||
        deed == Deed::create_branch)
      with("a", true);
    batch.commit();
    return files;
  }

  static object::Value file(store::Batch& batch, const std::string& text) {
    return object::Value::of(object::Mode::file, object::write_file(batch, as_bytes(text)));
  }

  static void record(RepoDevice& device, const repo::LocalBranch& branch, const Values& files,
                     std::vector<object::Id> parents, repo::Own own) {
    store::Batch batch = device->store().begin();
    repo::TreeCommit request;
    request.branch = branch;
    request.tree = RepoDevice::write_tree(batch, files);
    request.parents = std::move(parents);
    request.message = "change\n";
    request.author = request.committer = device.person();
    request.own = own;
    request.what = own == repo::Own::rewritten ? "amend" : "commit";
    repo::commit_tree(*device, std::move(batch), request);
  }

  void other(RepoDevice& device, Deed deed) {
    if (deed == Deed::delete_branch) repo::delete_branch(*device, device.main());
    if (deed == Deed::revoke_second) repo::revoke(*device, (*devices[1])->device());
    if (deed == Deed::revoke_third) repo::revoke(*device, (*devices[2])->device());
    if (deed == Deed::tag) {
      const auto tip = repo::tip_of(*device, device.main()).commit;
      if (tip) repo::create_tag(*device, {"v1", {object::Kind::commit, *tip}, {}, true});
    }
    if (deed == Deed::promote_third && log::may_administer(device->view(), device->device()))
      testing::let_in(device, *devices[2], log::Right::admin);
  }

  std::vector<log::SignedEntry> before_;
  object::Id first_;
  int lines_ = 0;
};

Wrong one_world(std::size_t number, const std::vector<Order>& orders, Bug bug) {
  const Order& order = orders[number % orders.size()];
  std::size_t rest = number / orders.size();
  std::array<Deed, kActors> deeds{};
  for (Deed& deed : deeds) {
    deed = static_cast<Deed>(rest % kDeeds);
    rest /= kDeeds;
  }
  try {
    Planting planting(bug);
    SmallWorld world;
    world.live(deeds, order);
    if (!deliver_all(world.devices)) return "the exchange does not come to an end";
    if (auto wrong = all_agree(world.devices, planting)) return wrong;
    if (auto wrong = world.every_order_is_the_same()) return wrong;
    if (auto wrong = cold_is_the_same(*world.devices[0], planting, number)) return wrong;
    if (auto wrong = nothing_lost(*world.devices[0], planting)) return wrong;
    if (bug != Bug::none) return std::nullopt;
    return fsck_is_clean(*world.devices[number % kActors]);
  } catch (const Failure& failure) {
    return "failure " + std::string(name_of(failure.code())) + ": " + failure.what();
  }
}

}  // namespace

TEST_CASE("whatever three devices do in a small world, they end alike and nothing is lost") {
  const std::vector<Order> orders = all_orders();
  REQUIRE(orders.size() == 19);
  const std::size_t count = orders.size() * kDeeds * kDeeds * kDeeds;
  const std::size_t step = std::getenv("HN_ALL") != nullptr ? 1 : 101;
  std::size_t first = 0;
  std::size_t end = count;
  if (const char* one = std::getenv("HN_WORLD")) {
    first = std::strtoull(one, nullptr, 10);
    end = first + 1;
  }
  std::cout << "worlds " << first << " to " << end - 1 << " by " << step << std::endl;
  std::size_t failed = 0;
  for (std::size_t number = first; number < end && failed < 5; number += step) {
    const Wrong wrong = one_world(number, orders, Bug::none);
    if (!wrong) continue;
    FAIL_CHECK("world " << number << ": " << *wrong);
    ++failed;
  }
}

TEST_CASE("planted bugs are seen in a small world") {
  const std::vector<Order> orders = all_orders();
  using Planted = std::pair<Bug, std::string>;
  for (const Planted& planted : {Planted(Bug::order_by_arrival, "heads in order of arrival"),
                                 Planted(Bug::heads_by_causality, "heads by causality")}) {
    const std::string& name = planted.second;
    std::optional<std::size_t> seen;
    for (std::size_t number = 0; number < orders.size() * kDeeds * kDeeds * kDeeds && !seen;
         number += 7) {
      if (one_world(number, orders, planted.first)) seen = number;
    }
    CHECK_MESSAGE(seen, name);
    if (seen) std::cout << "planted: " << name << ": seen in world " << *seen << std::endl;
  }
}
