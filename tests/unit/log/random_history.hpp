#pragma once

#include "hn/base/random.hpp"
#include "support/log.hpp"

// Random histories of a small team that loses nothing on purpose but meets seldom: publishes,
// rewrites of own and others' work, branches, tags, deletions, grants, revocations with cuts,
// farewells, forked logs, unknown payloads, and a broken entry now and then.
namespace hn::log {

class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed)
      : random_(seed), team_({"w0", "w1"}, Visibility::members) {
    team_.sync("w0", "w1");
    team_.grant("w0", "w2", Right::admin);
    team_.grant("w0", "w3", Right::write);
    team_.grant("w0", "w4", Right::write);
    team_.sync_all();
  }

  // The entries after `steps` random deeds, in the order in which they were written.
  const std::vector<SignedEntry>& run(int steps) {
    for (int i = 0; i < steps; ++i) act();
    return team_.all;
  }

  const EntryId& repository() const { return team_.repository; }
  SeededRandom& random() { return random_; }

 private:
  std::string someone() { return "w" + std::to_string(random_.below(6)); }

  void act() {
    const std::string who = someone();
    if (!team_.view(who).member(testing::Team::device(who))) {
      team_.sync("w0", who);
      return random_.below(3) == 0 ? publish(who) : void();
    }
    switch (random_.below(16)) {
      case 0:
        return grant(who);
      case 1:
        return revoke(who);
      case 2:
        return fork(who);
      case 3:
        return odd(who);
      case 4:
        team_.create(who, "b" + std::to_string(random_.below(2)), commit());
        return;
      case 5:
        team_.tag(who, "t" + std::to_string(random_.below(2)), commit(), some_ranges(who, {}));
        return;
      case 6:
        return remove(who);
      case 7:
      case 8:
      case 9:
        return team_.sync(someone(), who);
      default:
        return publish(who);
    }
  }

  std::string commit() { return "c" + std::to_string(next_commit_++); }

  EntryId some_branch(const std::string& who) {
    const auto branches = team_.view(who).branches();
    if (branches.empty()) return team_.repository;
    return branches[random_.below(branches.size())].created_by;
  }

  void publish(const std::string& who) {
    const EntryId branch = some_branch(who);
    team_.publish_on(who, branch, commit(), some_ranges(who, branch));
  }

  // Often none; else a stretch of somebody's log, sensible or not.
  std::vector<Range> some_ranges(const std::string& who, const std::optional<EntryId>& branch) {
    if (random_.below(2) != 0) return {};
    if (branch && random_.below(2) == 0) {
      const auto ranges = rewriting_live(team_.view(who), *branch, testing::Team::device(who));
      if (ranges) return *ranges;
    }
    const std::vector<EntryId> all = team_.view(who).in_log_order();
    const SignedEntry& last = *team_.view(who).find(all[random_.below(all.size())]);
    const std::uint64_t seq = last.entry.seq;
    return {{last.entry.device, random_.below(seq + 1), seq, last.id}};
  }

  void remove(const std::string& who) {
    const EntryId branch = some_branch(who);
    if (rewriting_live(team_.view(who), branch)) team_.remove(who, branch);
  }

  void grant(const std::string& who) {
    const Right rights[] = {Right::read, Right::write, Right::write, Right::admin};
    const Right right = rights[random_.below(4)];
    std::optional<EntryId> branch;
    if (right == Right::write && random_.below(2) == 0) branch = some_branch(who);
    team_.grant(who, someone(), right, branch);
  }

  void revoke(const std::string& who) {
    if (random_.below(2) != 0) return;
    const std::string whom = someone();
    std::vector<EntryId> entries;
    for (const EntryId& id : team_.view(who).in_log_order())
      if (team_.view(who).find(id)->entry.device == testing::Team::device(whom))
        entries.push_back(id);
    if (who == whom && !entries.empty() && random_.below(4) == 0) {
      team_.leave(who);
    } else if (entries.empty() || random_.below(6) == 0) {
      team_.revoke_all(who, whom);
    } else {
      team_.revoke(who, whom, entries[random_.below(entries.size())]);
    }
  }

  // Two entries from one state, as a restored backup would write them.
  void fork(const std::string& who) {
    if (random_.below(3) != 0) return;
    const View stale = team_.view(who);
    publish(who);
    if (random_.below(2) == 0) publish(who);
    team_.view(who) = stale;
    publish(who);
  }

  void odd(const std::string& who) {
    Entry e = next_entry(team_.view(who), testing::Team::device(who), Opaque{99, {1}});
    if (random_.below(8) == 0) {
      const View stale = team_.view(who);
      e.depth += 1;
      team_.add(who, e);
      team_.view(who) = stale;
      return;
    }
    team_.add(who, e);
  }

  SeededRandom random_;
  testing::Team team_;
  std::uint64_t next_commit_ = 0;
};

}  // namespace hn::log
