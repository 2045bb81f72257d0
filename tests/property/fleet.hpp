#pragma once

#include <functional>

#include "hn/object/conflict.hpp"
#include "hn/os/private_file.hpp"
#include "hn/repo/closure.hpp"
#include "hn/repo/undo.hpp"
#include "support/repo_device.hpp"

// Devices that do what people do, by lot: commit, amend, squash, undo, make and delete branches,
// publish, and now and then hand each other some of what they have, in any order, in pieces and
// twice. A member may come late, be revoked, or be copied so that both copies sign.
namespace hn::property {

using testing::RepoDevice;

// Every line that is ever written is unique, so that a lost one is seen.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

using Devices = std::vector<std::unique_ptr<RepoDevice>>;

// Everything is published and delivered everywhere, in as many deliveries as are returned. nullopt
// if that does not come to an end.
inline std::optional<std::size_t> deliver_all(const Devices& devices) {
  std::size_t deliveries = 0;
  for (const auto& device : devices) repo::publish_drafts(**device);
  for (int round = 0; round < 40; ++round) {
    std::size_t moved = 0;
    for (const auto& from : devices) {
      for (const auto& to : devices) {
        if (from == to) continue;
        for (const std::size_t sent :
             {testing::send_entries(*from, *to), testing::send_blocks(*from, *to)}) {
          moved += sent;
          deliveries += sent > 0 ? 1 : 0;
        }
      }
    }
    if (moved == 0) return deliveries;
  }
  return std::nullopt;
}

class Fleet {
 public:
  explicit Fleet(std::uint64_t seed) : random_(seed) {
    const std::size_t count = 2 + random_.below(5);
    add_device("anna");
    devices[0]->found();
    static constexpr const char* kNames[] = {"bob", "carl", "dora", "emil", "fritz"};
    for (std::size_t i = 1; i < count; ++i) {
      add_device(kNames[i - 1]);
      devices[i]->clone((*devices[0])->id());
    }
    // Most are let in at once, some on the way.
    for (std::size_t i = 1; i < count; ++i) {
      if (!one_in(3)) testing::let_in(*devices[0], *devices[i], some_right());
    }
    sleeper_ = random_.below(count);
  }

  // `after` sees each step.
  void live(std::size_t steps, const std::function<void()>& after) {
    for (std::size_t i = 0; i < steps; ++i) {
      step();
      after();
    }
  }

  Devices devices;
  std::uint64_t deliveries = 0;  // some of what a device has, to another

 private:
  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  template <class T>
  T& any(std::vector<T>& of) {
    return of[random_.below(of.size())];
  }
  log::Right some_right() { return one_in(3) ? log::Right::admin : log::Right::write; }

  void add_device(const std::string& name) {
    devices.push_back(std::make_unique<RepoDevice>(name, random_.u64()));
  }

  void step() {
    RepoDevice& device = *any(devices);
    const std::uint64_t lot = random_.below(100);
    // An edit of a commit whose files are not here yet answers absent; so does a rewrite where what
    // a copy of this device has published is not.
    if (lot < 30) return tried([&] { commit(device); });
    if (lot < 36) return tried([&] { amend(device); });
    if (lot < 40) return tried([&] { squash(device); });
    if (lot < 44) return undo(device);
    if (lot < 47) return create_branch(device);
    if (lot < 49) return delete_branch(device);
    if (lot < 62) {
      repo::publish_drafts(*device);
      return;
    }
    if (lot < 91) return exchange();
    if (lot < 96) return let_in_more();
    if (lot < 98) return revoke();
    if (!copied_ && one_in(2)) copy();
  }

  // What a commit's tree holds by path.
  std::map<std::string, object::Value> values(RepoDevice& device, const object::Id& commit) {
    std::map<std::string, object::Value> out;
    const auto read = object::read_commit(device->store(), commit);
    if (!read) return out;
    const auto walked = object::walk_paths(device->store(), read->tree,
                                           [&](const std::string& path, const object::Value& v) {
                                             out.emplace(path, v);
                                             return true;
                                           });
    if (!walked) throw Failure(walked.error(), "reading a tree to edit");
    return out;
  }

  std::string text_of(const object::BlockReader& reader, const object::Value& value) {
    return to_string(
        repo::require(object::read_file(reader, value.id(), 1U << 20U), "reading a file"));
  }

  object::Value file(store::Batch& batch, const std::string& text) {
    return object::Value::of(object::Mode::file, object::write_file(batch, as_bytes(text)));
  }

  std::string fresh_line(const RepoDevice& device) {
    return device.name + " " + std::to_string(++lines_);
  }

  std::string some_path() {
    static constexpr const char* kPaths[] = {"a", "b", "c", "d/a", "d/b", "e/a"};
    return kPaths[random_.below(6)];
  }

  std::string edited(const RepoDevice& device, const std::string& text) {
    std::vector<std::string> lines = lines_of(text);
    if (!lines.empty() && one_in(3))
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(random_.below(lines.size())));
    const std::size_t at = random_.below(lines.size() + 1);
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), fresh_line(device));
    return joined(lines);
  }

  // All lines of all sides: what somebody who resolves a conflict may end with.
  std::string resolved(const object::BlockReader& reader, const object::Value& conflict) {
    std::vector<std::string> lines;
    const object::Conflict read =
        repo::require(object::read_conflict(reader, conflict.id()), "reading a conflict");
    for (std::size_t i = 0; i < read.terms.size(); i += 2) {
      if (!read.terms[i] || !read.terms[i]->is_file()) continue;
      for (const std::string& line : lines_of(text_of(reader, *read.terms[i]))) {
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
      }
    }
    return joined(lines);
  }

  void edit(const RepoDevice& device, store::Batch& batch,
            std::map<std::string, object::Value>& files) {
    for (std::uint64_t n = 1 + random_.below(3); n > 0; --n) {
      const std::string path = some_path();
      const auto at = files.find(path);
      if (at == files.end()) {
        std::vector<std::string> lines;
        for (std::uint64_t i = 0; i < 3 + random_.below(5); ++i)
          lines.push_back(fresh_line(device));
        files.emplace(path, file(batch, joined(lines)));
      } else if (at->second.mode == object::Mode::conflict) {
        if (one_in(2)) at->second = file(batch, resolved(batch, at->second));
      } else if (one_in(10)) {
        files.erase(at);
      } else if (const std::string to = some_path(); one_in(10) && !files.contains(to)) {
        files.emplace(to, at->second);
        files.erase(path);
      } else {
        at->second = file(batch, edited(device, text_of(batch, at->second)));
      }
    }
  }

  std::optional<repo::LocalBranch> some_branch(RepoDevice& device) {
    std::vector<repo::BranchLine> lines = repo::branches(*device);
    if (lines.empty()) return std::nullopt;
    return any(lines).branch;
  }

  void record(RepoDevice& device, const repo::LocalBranch& branch,
              const std::optional<object::Id>& start, std::vector<object::Id> parents,
              repo::Own own, const std::string& what, bool edits = true) {
    store::Batch batch = device->store().begin();
    auto files = start ? values(device, *start) : std::map<std::string, object::Value>{};
    if (edits) edit(device, batch, files);
    repo::TreeCommit request;
    request.branch = branch;
    request.tree = RepoDevice::write_tree(batch, files);
    request.parents = std::move(parents);
    request.message = what + " " + std::to_string(++commits_) + "\n";
    request.author = request.committer = device.person();
    request.own = own;
    request.what = what;
    repo::commit_tree(*device, std::move(batch), request);
  }

  void commit(RepoDevice& device) {
    const auto branch = some_branch(device);
    if (!branch) return;
    std::optional<object::Id> base = repo::tip_of(*device, *branch).commit;
    // A working tree may stand on an older commit.
    if (base && one_in(6)) {
      const auto read = object::read_commit(device->store(), *base);
      if (read && !read->parents.empty()) base = any_of(read->parents);
    }
    if (!base && device->view().genesis() == nullptr) return;
    record(device, *branch, base, base ? std::vector{*base} : std::vector<object::Id>{},
           repo::Own::contained, "commit");
  }

  const object::Id& any_of(const std::vector<object::Id>& ids) {
    return ids[random_.below(ids.size())];
  }

  // The branch's commit, if this device wrote it.
  struct OwnCommit {
    repo::LocalBranch branch;
    object::Id id;
    object::Commit commit;
  };
  std::optional<OwnCommit> own_tip(RepoDevice& device) {
    const auto branch = some_branch(device);
    if (!branch) return std::nullopt;
    const repo::Tip tip = repo::tip_of(*device, *branch);
    if (!tip.commit || tip.auto_merge || tip.incomplete) return std::nullopt;
    const auto read = object::read_commit(device->store(), *tip.commit);
    if (!read || read->auto_merge || read->author.name != device.name) return std::nullopt;
    return OwnCommit{*branch, *tip.commit, *read};
  }

  void amend(RepoDevice& device) {
    const auto own = own_tip(device);
    if (!own) return;
    record(device, own->branch, own->id, own->commit.parents, repo::Own::rewritten, "amend");
  }

  void squash(RepoDevice& device) {
    const auto own = own_tip(device);
    if (!own || own->commit.parents.size() != 1) return;
    const auto below = object::read_commit(device->store(), own->commit.parents.front());
    if (!below || below->auto_merge || below->author.name != device.name) return;
    record(device, own->branch, own->id, below->parents, repo::Own::rewritten, "amend", false);
  }

  // Does it, or is told that the conditions do not hold.
  void tried(const std::function<void()>& operation) {
    try {
      operation();
    } catch (const Failure& failure) {
      const bool expected = failure.code() == Code::refused || failure.code() == Code::no_right ||
                            failure.code() == Code::exists || failure.code() == Code::ambiguous ||
                            failure.code() == Code::not_found || failure.code() == Code::absent;
      if (!expected) throw;
    }
  }

  void undo(RepoDevice& device) {
    tried([&] { repo::undo(*device); });
  }

  void create_branch(RepoDevice& device) {
    const auto branch = some_branch(device);
    if (!branch) return;
    const auto tip = repo::tip_of(*device, *branch).commit;
    if (!tip) return;
    tried([&] { repo::create_branch(*device, one_in(2) ? "fix" : "try", *tip); });
  }

  void delete_branch(RepoDevice& device) {
    const auto branch = some_branch(device);
    if (branch) tried([&] { repo::delete_branch(*device, *branch); });
  }

  // By whoever may, so that two may grant without knowing of each other; also what is granted.
  void let_in_more() {
    RepoDevice& by = *any(devices);
    RepoDevice& whom = *any(devices);
    if (&by == &whom || !log::may_administer(by->view(), by->device())) return;
    testing::let_in(by, whom, some_right());
  }

  void revoke() {
    RepoDevice& whom = *any(devices);
    RepoDevice& by = one_in(3) ? *any(devices) : *devices[0];
    if (&whom == &by || whom->device() == by->device() || !one_in(3)) return;
    tried([&] { repo::revoke(*by, whom->device()); });
  }

  // A second store with the key, the entries, the blocks and the drafts of the first.
  void copy() {
    copied_ = true;
    RepoDevice& of = *any(devices);
    add_device(of.name + "-copy");
    RepoDevice& made = *devices.back();
    made.clone(of->id());
    const std::string key = "/devices/" + to_hex(of->record().instance) + ".key";
    os::write_private_file(made.fs, "user/data" + key, os::read_file(of.fs, "user/data" + key));
    {
      store::Batch batch = made->store().begin();
      batch.put(std::string(repo::key::kStore), repo::encode(of->record()));
      for (const auto& address : all_blocks(of)) testing::send_block(of, batch, address);
      for (const auto& [name, bytes] : of->store().list(repo::key::kDrafts)) batch.put(name, bytes);
      batch.commit();
    }
    made.open();
    testing::send_entries(of, made);
  }

  static std::vector<object::Address> all_blocks(RepoDevice& device) {
    std::vector<object::Address> out;
    std::set<object::Id> seen;
    repo::ClosureWalk walk(
        device->store(),
        [&](const object::Id& id, std::uint32_t) { out.push_back(object::address_of(id)); },
        [](const object::Id&) {});
    std::vector<object::Id> heads;
    for (const auto& publish : testing::live_publishes(device->view())) {
      if (publish.target && device->store().has(publish.target->id))
        heads.push_back(publish.target->id);
    }
    for (const repo::Draft& draft : device->drafts()) {
      if (draft.target) heads.push_back(draft.target->id);
    }
    while (!heads.empty()) {
      const object::Id id = heads.back();
      heads.pop_back();
      if (!seen.insert(id).second) continue;
      const auto commit = walk.commit_block(id);
      if (!commit) continue;
      walk.tree_of(*commit);
      for (const object::Id& parent : commit->parents) heads.push_back(parent);
    }
    return out;
  }

  void exchange() {
    RepoDevice& from = *any(devices);
    RepoDevice& to = *any(devices);
    if (&from == &to) return;
    // One device hardly ever meets another: its entries come late, and sort first.
    if ((&from == devices[sleeper_].get() || &to == devices[sleeper_].get()) && !one_in(8)) return;
    ++deliveries;
    switch (random_.below(6)) {
      case 0:
        return some_entries(from, to);
      case 1:
        return some_wanted(from, to);
      case 2:
        return some_blocks(from, to);
      case 3:
        testing::send_entries(from, to);
        return;
      default:
        if (one_in(2)) repo::publish_drafts(*from);
        testing::sync(from, to);
    }
  }

  // A part, in any order, some of them twice: later ones may wait for what came not.
  void some_entries(RepoDevice& from, RepoDevice& to) {
    std::vector<log::SignedEntry> entries;
    for (const log::EntryId& id : from->view().in_log_order()) {
      const bool known = to->view().find(id) != nullptr;
      if (known ? one_in(6) : !one_in(3)) entries.push_back(*from->view().find(id));
    }
    shuffle(entries);
    while (!entries.empty()) {
      const std::size_t n = 1 + random_.below(entries.size());
      repo::add_entries(*to, std::span(entries).first(n));
      entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }

  void some_wanted(RepoDevice& from, RepoDevice& to) {
    auto addresses = testing::wanted(to, 1 + random_.below(20));
    shuffle(addresses);
    store::Batch batch = to->store().begin();
    for (const auto& address : addresses) {
      if (!one_in(4)) testing::send_block(from, batch, address);
    }
    batch.commit();
  }

  // Before `to` knows what they are for.
  void some_blocks(RepoDevice& from, RepoDevice& to) {
    store::Batch batch = to->store().begin();
    auto addresses = all_blocks(from);
    shuffle(addresses);
    for (const auto& address : addresses) {
      if (one_in(2)) testing::send_block(from, batch, address);
    }
    batch.commit();
  }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random_.below(i)]);
  }

  SeededRandom random_;
  std::size_t sleeper_ = 0;
  bool copied_ = false;
  std::uint64_t lines_ = 0;
  std::uint64_t commits_ = 0;
};

}  // namespace hn::property
