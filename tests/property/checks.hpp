#pragma once

#include <unordered_map>

#include "hn/object/conflict.hpp"
#include "hn/repo/fsck.hpp"
#include "property/planted.hpp"

// What must be true once everything is delivered everywhere. Each answers what is wrong, or
// nothing.
namespace hn::property {

using Wrong = std::optional<std::string>;

inline std::string short_id(const object::Id& id) {
  return object::to_hex(id).substr(0, 10);
}

// All that two devices must agree on, as text to compare and to read.
inline std::string facts(RepoDevice& device, Planting& planting) {
  const log::View& view = device->view();
  std::string out = "view " + hn::to_hex(planting.view_digest(device)) + "\n";
  if (planting.bug == Bug::none) {
    out += "state " + hn::to_hex(repo::state_digest(*device)) + "\n";
    for (const log::Member& m : view.members()) {
      out += "member " + m.label + " " + std::to_string(m.rank) + " " +
             std::string(log::name_of(m.right)) + (m.active() ? "" : " ended") + "\n";
    }
    for (const log::EntryId& id : view.rejected()) {
      out += "rejected " + log::to_hex(id) + " " +
             std::string(log::name_of(view.verdict(id)->reason)) + "\n";
    }
  }
  for (const log::BranchInfo& branch : view.branches()) {
    const repo::Tip tip = planting.tip_of(device, {branch.name, branch.created_by});
    out += "branch " + branch.name + " " + log::to_hex(branch.created_by).substr(0, 10);
    out += std::string(branch.live ? " live" : "") + (tip.incomplete ? " incomplete" : "");
    for (const log::Head& head : tip.heads) out += " head " + short_id(head.commit);
    if (tip.commit) {
      const auto commit = object::read_commit(device->store(), *tip.commit);
      if (!commit) return out + " unreadable";
      out += " at " + object::to_hex(*tip.commit) + " tree " + object::to_hex(commit->tree);
    }
    for (const std::string& path : tip.conflicts) out += " conflict " + path;
    out += "\n";
  }
  return out;
}

// Lines that a tree holds: in files, and on the sides of conflicts.
class Lines {
 public:
  explicit Lines(RepoDevice& device) : device_(device) {}

  const std::set<std::string>& of(const object::Id& commit) {
    const auto [at, is_new] = known_.try_emplace(commit);
    if (!is_new) return at->second;
    std::set<std::string> found;
    const auto read = repo::require(object::read_commit(device_->store(), commit), "a commit");
    folder(read.tree, found);
    return known_[commit] = std::move(found);
  }

 private:
  void folder(const object::Id& id, std::set<std::string>& found) {
    repo::require(object::walk_paths(device_->store(), id,
                                     [&](const std::string&, const object::Value& value) {
                                       add(value, found);
                                       return true;
                                     }),
                  "a folder");
  }

  void add(const object::Value& value, std::set<std::string>& found) {
    if (value.is_file()) {
      const Bytes bytes =
          repo::require(object::read_file(device_->store(), value.id(), 1U << 20U), "a file");
      for (std::string& line : lines_of(as_text(bytes))) found.insert(std::move(line));
    } else if (value.mode == object::Mode::folder) {
      folder(value.id(), found);
    } else if (value.mode == object::Mode::conflict) {
      const auto conflict =
          repo::require(object::read_conflict(device_->store(), value.id()), "a conflict");
      for (std::size_t i = 0; i < conflict.terms.size(); i += 2) {
        if (conflict.terms[i]) add(*conflict.terms[i], found);
      }
    }
  }

  RepoDevice& device_;
  std::unordered_map<object::Id, std::set<std::string>> known_;
};

// Every live publish is contained in its branch, and every line of every commit beneath is in the
// tip unless a commit beneath, made by somebody, took it away from what it stood on.
inline Wrong nothing_lost(RepoDevice& device, Planting& planting) {
  Lines lines(device);
  for (const log::BranchInfo& branch : device->view().branches()) {
    const repo::Tip tip = planting.tip_of(device, {branch.name, branch.created_by});
    if (!tip.commit) {
      if (!tip.heads.empty()) return "branch " + branch.name + " has heads and no commit";
      continue;
    }
    for (const log::LivePublish& publish : device->view().live_on(branch.created_by)) {
      if (!publish.target || !tip.beyond.empty()) continue;
      const auto in = object::is_ancestor(device->history(), publish.target->id, *tip.commit);
      if (!in || !*in) {
        return "branch " + branch.name + ": the tip does not contain the live commit " +
               short_id(publish.target->id);
      }
    }
    const auto commits = object::reachable(device->history(), {&*tip.commit, 1}, {}, 1U << 20U);
    if (!commits) return "branch " + branch.name + ": its history is not here";
    std::set<std::string> written;
    std::set<std::string> taken_away;
    for (const object::Id& id : *commits) {
      const auto commit = object::read_commit(device->store(), id);
      const std::set<std::string>& here = lines.of(id);
      written.insert(here.begin(), here.end());
      if (commit->auto_merge) continue;
      for (const object::Id& parent : commit->parents) {
        for (const std::string& line : lines.of(parent)) {
          if (!here.contains(line)) taken_away.insert(line);
        }
      }
    }
    const std::set<std::string>& kept = lines.of(*tip.commit);
    for (const std::string& line : written) {
      if (!kept.contains(line) && !taken_away.contains(line))
        return "branch " + branch.name + ": the line '" + line + "' is lost";
    }
  }
  return std::nullopt;
}

inline Wrong fsck_is_clean(RepoDevice& device) {
  Wrong wrong;
  repo::fsck(*device, [&](const repo::Fault& fault) {
    if (!wrong) wrong = device.name + ": fsck: " + fault.what;
  });
  return wrong;
}

// A store that got everything at once, in another order, and never folded before.
inline Wrong cold_is_the_same(RepoDevice& warm, Planting& planting, std::uint64_t seed) {
  RepoDevice cold("cold", seed);
  cold.clone(warm->id());
  std::vector<log::SignedEntry> entries;
  for (const log::EntryId& id : warm->view().in_log_order())
    entries.push_back(*warm->view().find(id));
  SeededRandom random(seed);
  for (std::size_t i = entries.size(); i > 1; --i)
    std::swap(entries[i - 1], entries[random.below(i)]);
  repo::add_entries(*cold, entries);
  testing::send_blocks(warm, cold);
  cold.open();
  const std::string expected = facts(warm, planting);
  const std::string found = facts(cold, planting);
  if (found == expected) return std::nullopt;
  return "a cold store differs\n--- cold\n" + found + "--- " + warm.name + "\n" + expected;
}

inline Wrong all_agree(const Devices& devices, Planting& planting) {
  const std::string expected = facts(*devices[0], planting);
  for (const auto& device : devices) {
    const std::string found = facts(*device, planting);
    if (found != expected) {
      return "devices differ\n--- " + device->name + "\n" + found + "--- " + devices[0]->name +
             "\n" + expected;
    }
  }
  return std::nullopt;
}

}  // namespace hn::property
