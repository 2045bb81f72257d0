#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hn/log/frontier.hpp"
#include "hn/log/manifest.hpp"
#include "hn/object/file.hpp"
#include "hn/object/tree.hpp"
#include "hn/repo/commit.hpp"
#include "hn/repo/exchange.hpp"
#include "hn/repo/init.hpp"
#include "hn/repo/publish.hpp"
#include "support/crash_fs.hpp"

// A repository on a machine of its own: file system in memory, clock that counts, seeded chance. It
// has no working tree; commits are made from files that a test names.
namespace hn::testing {

class CountingClock final : public Clock {
 public:
  Time now() override { return Time{std::chrono::seconds(++seconds_)}; }
  WallTime wall() override { return {1'700'000'000 + ++seconds_, 60}; }

 private:
  std::int64_t seconds_ = 0;
};

// Path to contents.
using Files = std::map<std::string, std::string>;

class RepoDevice {
 public:
  RepoDevice(std::string device_name, std::uint64_t seed)
      : name(std::move(device_name)), random(seed) {}
  RepoDevice(const RepoDevice&) = delete;
  RepoDevice& operator=(const RepoDevice&) = delete;

  repo::World world() {
    return {fs,
            clock,
            random,
            [](const std::string&) -> std::optional<std::string> { return std::nullopt; },
            {"user/config", "user/data", "user/state", "user/cache"},
            [this](const std::string&) { return place; }};
  }

  void found() {
    { const auto made = repo::init(world(), {"r", name, "main", log::Visibility::members}); }
    open();
  }
  void clone(const log::EntryId& of) {
    { const auto made = repo::init_clone(world(), "r", of, name); }
    open();
  }
  void open() {
    repository.reset();
    repository = std::make_unique<repo::Repository>(world(), repo::Layout{"r"}, kOptions);
  }
  void close() { repository.reset(); }

  repo::Repository& operator*() { return *repository; }
  repo::Repository* operator->() { return repository.get(); }

  repo::LocalBranch main() const { return {"main", repository->id()}; }

  object::Person person() { return {name, name + "@example.org", clock.wall()}; }

  // Folders one deep are enough for tests.
  static object::Id write_tree(store::Batch& batch,
                               const std::map<std::string, object::Value>& values) {
    std::map<std::string, std::vector<object::TreeEntry>> folders;
    std::map<std::string, object::Value> top;
    for (const auto& [path, value] : values) {
      const std::size_t slash = path.find('/');
      if (slash == std::string::npos) {
        top.emplace(path, value);
      } else {
        folders[path.substr(0, slash)].push_back({path.substr(slash + 1), value});
      }
    }
    for (const auto& [folder, entries] : folders) {
      const object::Id id = object::write_tree(batch, entries);
      top.emplace(folder, object::Value::of(object::Mode::folder, id));
    }
    std::vector<object::TreeEntry> entries;
    for (const auto& [entry, value] : top) entries.push_back({entry, value});
    return object::write_tree(batch, entries);
  }

  // A commit of exactly these files.
  object::Id commit(const repo::LocalBranch& branch, const Files& files,
                    std::vector<object::Id> parents, repo::Own own = repo::Own::contained,
                    const std::string& what = "commit") {
    store::Batch batch = repository->store().begin();
    std::map<std::string, object::Value> values;
    for (const auto& [path, text] : files) {
      values.emplace(
          path, object::Value::of(object::Mode::file, object::write_file(batch, as_bytes(text))));
    }
    repo::TreeCommit request;
    request.branch = branch;
    request.tree = write_tree(batch, values);
    request.parents = std::move(parents);
    request.message = what + "\n";
    request.author = request.committer = person();
    request.own = own;
    request.what = what;
    return repo::commit_tree(*repository, std::move(batch), request);
  }
  // On top of where the branch stands.
  object::Id commit(const repo::LocalBranch& branch, const Files& files) {
    const auto tip = repo::tip_of(*repository, branch).commit;
    return commit(branch, files, tip ? std::vector{*tip} : std::vector<object::Id>{});
  }

  // What a commit holds; a conflict reads "<conflict>".
  Files files(const object::Id& commit) {
    Files out;
    const auto read = object::read_commit(repository->store(), commit);
    HN_ASSERT(read.has_value());
    const auto walked = object::walk_paths(
        repository->store(), read->tree, [&](const std::string& path, const object::Value& value) {
          out[path] = value.mode == object::Mode::conflict
                          ? "<conflict>"
                          : to_string(*object::read_file(repository->store(), value.id(), 1 << 20));
          return true;
        });
    HN_ASSERT(walked.has_value());
    return out;
  }

  static constexpr store::Options kOptions{.seal_bytes = 8U << 20U,
                                           .spill_bytes = 4U << 20U,
                                           .journal_waste_bytes = 1U << 20U,
                                           .threads = 1};

  std::string name;
  test::CrashFs fs;
  SeededRandom random;
  CountingClock clock;
  os::Place place{"machine", 1, 1};
  std::unique_ptr<repo::Repository> repository;
};

// Entries of `from` that `to` lacks, all of them.
inline std::size_t send_entries(RepoDevice& from, RepoDevice& to) {
  std::vector<log::SignedEntry> entries;
  for (const log::EntryId& id : log::missing(from->view(), log::frontier_of(to->view())))
    entries.push_back(*from->view().find(id));
  if (!entries.empty()) repo::add_entries(*to, entries);
  return entries.size();
}

// One block, in the form in which it lies at `from`. Whether it is at `to` now.
inline bool send_block(RepoDevice& from, store::Batch& to, const object::Address& address) {
  auto stored = from->store().read_stored(address);
  if (!stored) return false;
  auto taken = to.write_stored(*stored, address);
  if (taken == store::Taken::base_missing) {
    stored = from->store().as_plain_form(address);
    HN_ASSERT(stored.has_value());
    taken = to.write_stored(*stored, address);
  }
  HN_ASSERT(taken == store::Taken::stored);
  return true;
}

inline std::vector<log::LivePublish> live_publishes(const log::View& view) {
  std::vector<log::LivePublish> out;
  for (const log::BranchInfo& branch : view.branches()) {
    for (const log::LivePublish& publish : view.live_on(branch.created_by)) out.push_back(publish);
  }
  for (const log::TagInfo& tag : view.tags()) {
    for (const log::LivePublish& publish : tag.publishes) out.push_back(publish);
  }
  return out;
}

// Blocks that `to` wants next, manifests first.
inline std::vector<object::Address> wanted(RepoDevice& to, std::size_t max) {
  std::vector<object::Address> out;
  for (const log::LivePublish& publish : live_publishes(to->view())) {
    if (!publish.manifest || out.size() >= max) continue;
    const auto nodes = log::absent_nodes(to->store(), *publish.manifest, 0, publish.manifest->rows,
                                         max - out.size());
    if (!nodes) continue;
    for (const object::Id& id : *nodes) out.push_back(object::address_of(id));
  }
  for (const object::Address& address : repo::absent_blocks(*to, max)) out.push_back(address);
  return out;
}

// Until `to` wants nothing that `from` has.
inline std::size_t send_blocks(RepoDevice& from, RepoDevice& to) {
  std::size_t sent = 0;
  for (bool more = true; more;) {
    more = false;
    store::Batch batch = to->store().begin();
    for (const object::Address& address : wanted(to, 256)) {
      if (to->store().has(object::id_at(address)) || !send_block(from, batch, address)) continue;
      more = true;
      ++sent;
    }
    if (more) batch.commit();
  }
  return sent;
}

inline void sync(RepoDevice& from, RepoDevice& to) {
  send_entries(from, to);
  send_blocks(from, to);
}

// `founder` lets `device` in; both know of it then.
inline void let_in(RepoDevice& founder, RepoDevice& device, log::Right right) {
  const log::Link link = repo::invite(*founder, right, {});
  repo::redeem(*founder, log::invitation_id(link.secret), device->device(), device.name);
  sync(founder, device);
}

}  // namespace hn::testing
