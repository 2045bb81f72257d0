#pragma once

#include <map>
#include <string>

#include "hn/crypto/hash.hpp"
#include "hn/log/write.hpp"

// A repository's log in tests: people by name, each with a view of their own that learns of the
// others' entries only by sync().
namespace hn::testing {

inline object::Id commit_id(std::string_view name) {
  return {crypto::hash(crypto::Purpose("test.commit"), as_bytes(name))};
}

class Team {
 public:
  // The first name founds the repository; the others are founders too, in order.
  explicit Team(std::vector<std::string> founders,
                log::Visibility visibility = log::Visibility::members,
                const std::string& recovery = {}) {
    log::Genesis g;
    g.merge_algorithm = 1;
    g.files = {16 * 1024, 64 * 1024, 256 * 1024};
    g.folders = {4 * 1024, 16 * 1024, 64 * 1024};
    g.visibility = visibility;
    g.default_branch = "main";
    for (const std::string& name : founders) g.founders.push_back({device(name), name});
    if (!recovery.empty()) g.recovery = device(recovery);
    const log::SignedEntry e = *log::sign(log::genesis_entry(g), key(founders.front()));
    repository = e.id;
    for (const std::string& name : founders) learn(name, e);
    all.push_back(e);
  }

  static crypto::SigningKey key(std::string_view name) {
    return crypto::SigningKey::from_seed(crypto::hash(crypto::Purpose("test.key"), as_bytes(name)));
  }
  static log::Device device(std::string_view name) { return key(name).public_key(); }

  log::View& view(const std::string& name) {
    return views.try_emplace(name, repository).first->second;
  }

  void learn(const std::string& name, const log::SignedEntry& e) {
    log::apply(view(name), {&e, 1});
  }

  // `to` learns everything that `from` knows.
  void sync(const std::string& from, const std::string& to) {
    for (const log::EntryId& id : view(from).in_log_order()) learn(to, *view(from).find(id));
  }
  // Everybody learns everything.
  void sync_all() {
    for (auto& [name, v] : views) log::apply(v, all);
  }

  // An entry over all that `name` knows.
  log::EntryId write(const std::string& name, log::Payload payload) {
    return add(name, log::next_entry(view(name), device(name), std::move(payload)));
  }
  log::EntryId add(const std::string& name, log::Entry entry) {
    const log::SignedEntry e = *log::sign(std::move(entry), key(name));
    all.push_back(e);
    learn(name, e);
    return e.id;
  }

  log::EntryId publish(const std::string& name, std::string_view commit,
                       std::vector<log::Range> rewrites = {}) {
    return publish_on(name, repository, commit, std::move(rewrites));
  }
  log::EntryId publish_on(const std::string& name, const log::EntryId& branch,
                          std::string_view commit, std::vector<log::Range> rewrites = {}) {
    log::Publish p;
    p.place = log::Branch{branch};
    p.target = log::Target{object::Kind::commit, commit_id(commit)};
    p.rewrites = std::move(rewrites);
    return write(name, p);
  }
  log::EntryId create(const std::string& name, std::string_view branch, std::string_view commit) {
    log::Publish p;
    p.place = log::NewBranch{std::string(branch)};
    p.target = log::Target{object::Kind::commit, commit_id(commit)};
    return write(name, p);
  }
  log::EntryId tag(const std::string& name, std::string_view tag_name, std::string_view commit,
                   std::vector<log::Range> rewrites = {}) {
    log::Publish p;
    p.place = log::TagName{std::string(tag_name)};
    p.target = log::Target{object::Kind::commit, commit_id(commit)};
    p.rewrites = std::move(rewrites);
    return write(name, p);
  }
  log::EntryId remove(const std::string& name, const log::EntryId& branch) {
    log::Publish p;
    p.place = log::Branch{branch};
    p.rewrites = *log::rewriting_live(view(name), branch);
    return write(name, p);
  }
  log::EntryId grant(const std::string& name, const std::string& to, log::Right right,
                     const std::optional<log::EntryId>& branch = {}) {
    log::Grant g;
    g.device = device(to);
    g.label = to;
    g.right = right;
    g.branch = branch;
    const log::EntryId id = write(name, g);
    sync(name, to);
    return id;
  }
  // Keeps what `name` knows of the device; `keep` names another last entry.
  log::EntryId revoke(const std::string& name, const std::string& whom) {
    const std::vector<log::EntryId> tips = view(name).tips(device(whom));
    return tips.empty() ? revoke_all(name, whom) : revoke(name, whom, tips.front());
  }
  log::EntryId revoke(const std::string& name, const std::string& whom, const log::EntryId& keep) {
    return write(name, log::Revoke{device(whom), log::Cut{view(name).find(keep)->entry.seq, keep}});
  }
  log::EntryId revoke_all(const std::string& name, const std::string& whom) {
    return write(name, log::Revoke{device(whom), std::nullopt});
  }
  log::EntryId leave(const std::string& name) { return revoke(name, name); }

  log::EntryId repository;
  std::vector<log::SignedEntry> all;
  std::map<std::string, log::View> views;
};

}  // namespace hn::testing
