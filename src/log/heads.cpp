// hn-log(5), HEADS. One walk down the commit graph from all live commits at once, greatest
// generation first: a live commit that the walk meets from above is contained, and no head. It ends
// where every commit still open lies beneath the lowest live one, so it costs the commits between
// the live ones, not their whole past.
#include "hn/log/heads.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "log/planted.hpp"

namespace hn::log {
namespace {

using object::Id;

struct Candidate {
  std::uint64_t generation = 0;
  std::size_t first = 0;  // the first live publish in log order that has this commit
  bool contained = false;
};

class Walk {
 public:
  Walk(const object::History& history, std::map<Id, Candidate>& candidates)
      : history_(history), candidates_(candidates) {}

  Result<void> run() {
    for (const auto& [commit, c] : candidates_) {
      lowest_ = std::min(lowest_, c.generation);
      open_.emplace(c.generation, commit);
    }
    while (!open_.empty()) {
      const auto [generation, commit] = *open_.rbegin();
      if (generation <= lowest_) return {};  // beneath it there is no candidate
      open_.erase(std::prev(open_.end()));
      HN_TRY(const std::vector<Id> parents, history_.parents(commit));
      for (const Id& parent : parents) HN_CHECK(meet(parent));
    }
    return {};
  }

 private:
  Result<void> meet(const Id& commit) {
    if (const auto at = candidates_.find(commit); at != candidates_.end())
      at->second.contained = true;
    HN_TRY(const std::uint64_t generation, history_.generation(commit));
    if (generation >= lowest_) open_.emplace(generation, commit);
    return {};
  }

  const object::History& history_;
  std::map<Id, Candidate>& candidates_;
  std::set<std::pair<std::uint64_t, Id>> open_;
  std::uint64_t lowest_ = ~std::uint64_t{0};
};

// The live commits that decode, each once, with the publishes that stand for them; the others are
// dead.
Result<std::map<Id, Candidate>> candidates_of(std::span<const LivePublish> live,
                                              const object::History& history,
                                              std::vector<EntryId>& dead) {
  std::map<Id, Candidate> out;
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (!live[i].target) continue;  // a deletion
    const Id& commit = live[i].target->id;
    if (out.contains(commit)) continue;
    const auto generation = history.generation(commit);
    if (generation) {
      out[commit] = {*generation, i, false};
    } else if (generation.error().code == Code::invalid) {
      dead.push_back(live[i].id);
    } else {
      return fail(generation.error());
    }
  }
  return out;
}

}  // namespace

Result<Heads> heads_with(std::span<const LivePublish> live, const object::History& history,
                         Planted fault) {
  Heads out;
  HN_TRY(auto candidates, candidates_of(live, history, out.dead));
  HN_CHECK(Walk(history, candidates).run());
  std::vector<std::size_t> found;
  for (const auto& [commit, c] : candidates)
    if (!c.contained) found.push_back(c.first);
  if (fault == Planted::equal_commits_all_heads) {
    found.clear();
    for (std::size_t i = 0; i < live.size(); ++i)
      if (live[i].target && candidates.contains(live[i].target->id) &&
          !candidates[live[i].target->id].contained)
        found.push_back(i);
  }
  if (fault != Planted::first_reached_wins) std::sort(found.begin(), found.end());
  std::map<Device, std::size_t> of_device;
  for (const std::size_t i : found) {
    const Head head{live[i].id, live[i].device, live[i].target->id};
    (of_device[head.device]++ < kHeadsPerDeviceMax ? out.folded : out.beyond).push_back(head);
  }
  return out;
}

Result<Heads> heads_among(std::span<const LivePublish> live, const object::History& history) {
  return heads_with(live, history, Planted::none);
}

Result<Heads> heads(const View& view, const EntryId& branch, const object::History& history) {
  return heads_among(view.live_on(branch), history);
}

}  // namespace hn::log
