#include "repo/genesis.hpp"

#include <doctest/doctest.h>

#include "hn/log/write.hpp"
#include "hn/repo/bundle.hpp"
#include "hn/repo/exchange.hpp"
#include "hn/repo/record.hpp"
#include "support/log.hpp"
#include "support/repo_device.hpp"

using namespace hn;
using testing::RepoDevice;

namespace {

struct Foreign {
  std::string what;  // that the error must name
  log::Genesis genesis;
};

log::Genesis ours() {
  log::Genesis genesis = repo::genesis_of_this_version();
  genesis.default_branch = "main";
  genesis.founders = {{testing::Team::device("anna"), "anna"}};
  return genesis;
}

log::SignedEntry signed_by_anna(const log::Genesis& genesis) {
  return *log::sign(log::genesis_entry(genesis), testing::Team::key("anna"));
}

std::vector<Foreign> foreign_ones() {
  std::vector<Foreign> out;
  const auto add = [&](const std::string& what, auto change) {
    out.push_back({what, ours()});
    change(out.back().genesis);
  };
  add("merge algorithm 2", [](log::Genesis& g) { ++g.merge_algorithm; });
  add("merge algorithm 0", [](log::Genesis& g) { --g.merge_algorithm; });
  add("file cutter", [](log::Genesis& g) { ++g.files.middle; });
  add("folder cutter", [](log::Genesis& g) { --g.folders.least; });
  add("sealed", [](log::Genesis& g) { g.visibility = log::Visibility::sealed; });
  return out;
}

template <class Work>
std::string refusal_of(const Work& work) {
  try {
    work();
  } catch (const Failure& failure) {
    CHECK(failure.code() == Code::unsupported);
    return failure.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a repository that this version would read otherwise than others is not taken") {
  for (const Foreign& foreign : foreign_ones()) {
    const log::SignedEntry entry = signed_by_anna(foreign.genesis);
    RepoDevice device("bob", 1);
    device.clone(entry.id);
    const std::string why = refusal_of([&] { repo::add_entries(*device, {&entry, 1}); });
    CHECK_MESSAGE(why.find(foreign.what) != std::string::npos, why);
    CHECK(device->store().entry_count() == 0);
    device.open();
  }
}

TEST_CASE("nor is it opened where its entry is in the store") {
  for (const Foreign& foreign : foreign_ones()) {
    const log::SignedEntry entry = signed_by_anna(foreign.genesis);
    RepoDevice device("bob", 1);
    device.clone(entry.id);
    {
      store::Batch batch = device->store().begin();
      batch.add_entry(repo::stored_id(entry.id), log::encode_signed(entry));
      batch.commit();
    }
    const std::string why = refusal_of([&] { device.open(); });
    CHECK_MESSAGE(why.find(foreign.what) != std::string::npos, why);
  }
}

TEST_CASE("one of this version is") {
  const log::SignedEntry entry = signed_by_anna(ours());
  RepoDevice device("bob", 1);
  device.clone(entry.id);
  repo::add_entries(*device, {&entry, 1});
  device.open();
  CHECK(device->view().genesis() != nullptr);
}
