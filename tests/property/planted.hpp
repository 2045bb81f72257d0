#pragma once

#include "hn/merge/fold.hpp"
#include "hn/repo/branches.hpp"
#include "log/planted.hpp"
#include "property/fleet.hpp"

// Bugs that the property must see. Each stands in for repo::tip_of, or for the view, with one
// mistake that is easily made.
namespace hn::property {

enum class Bug {
  none,
  order_by_arrival,        // heads are folded as they came
  heads_by_causality,      // what a later publish had seen counts as contained
  fold_reuses_auto_merge,  // new heads are merged into the last result
  rights_by_arrival,       // seniority as grants came
};

class Planting {
 public:
  explicit Planting(Bug which) : bug(which) {}

  Hash view_digest(RepoDevice& device) {
    if (bug != Bug::rights_by_arrival) return device->view().digest();
    log::View view = log::view_with(device->id(), log::Planted::seniority_by_arrival);
    for (std::size_t i = 0; i < device->store().entry_count(); ++i) {
      const log::SignedEntry entry = *log::decode_signed(device->store().entry(i).bytes);
      log::apply(view, {&entry, 1});
    }
    return view.digest();
  }

  repo::Tip tip_of(RepoDevice& device, const repo::LocalBranch& branch) {
    if (bug == Bug::none || bug == Bug::rights_by_arrival)
      return repo::tip_of(*device, branch, repo::Drafts::left_out);
    std::vector<log::LivePublish> live = device->view().live_on(*branch.id);
    if (bug == Bug::order_by_arrival) by_arrival(device, live);
    if (bug == Bug::heads_by_causality) unseen_only(device, live);
    const auto heads = log::heads_among(live, device->history());
    repo::Tip tip;
    if (!heads) return tip;
    tip.heads = heads->folded;
    std::vector<object::Id> commits;
    for (const log::Head& head : tip.heads) commits.push_back(head.commit);
    if (bug == Bug::fold_reuses_auto_merge) return onto_last(device, branch, commits);
    tip.commit = fold(device, commits);
    return tip;
  }

  // The bug that shows only where folds happen on the way.
  void step(Fleet& fleet) {
    if (bug != Bug::fold_reuses_auto_merge) return;
    for (const auto& device : fleet.devices) {
      for (const log::BranchInfo& branch : (*device)->view().branches())
        tip_of(*device, {branch.name, branch.created_by});
    }
  }

  const Bug bug;

 private:
  static std::optional<object::Id> fold(RepoDevice& device,
                                        const std::vector<object::Id>& commits) {
    if (commits.empty()) return std::nullopt;
    std::vector<std::uint32_t> seniority(commits.size());
    for (std::uint32_t i = 0; i < seniority.size(); ++i) seniority[i] = i;
    store::Batch batch = device->store().begin();
    const auto folded = merge::fold(batch, batch, device->history(), commits, seniority);
    if (!folded) return std::nullopt;
    batch.commit();
    return folded->commit;
  }

  static void by_arrival(RepoDevice& device, std::vector<log::LivePublish>& live) {
    std::map<log::EntryId, std::size_t> arrival;
    for (std::size_t i = 0; i < device->store().entry_count(); ++i)
      arrival[log::EntryId{device->store().entry(i).id.bytes}] = i;
    std::ranges::sort(live, {}, [&](const log::LivePublish& p) { return arrival[p.id]; });
  }

  static void unseen_only(RepoDevice& device, std::vector<log::LivePublish>& live) {
    const std::vector<log::LivePublish> all = live;
    std::erase_if(live, [&](const log::LivePublish& publish) {
      return std::ranges::any_of(all, [&](const log::LivePublish& other) {
        return other.id != publish.id && other.target && device->view().sees(other.id, publish.id);
      });
    });
  }

  repo::Tip onto_last(RepoDevice& device, const repo::LocalBranch& branch,
                      const std::vector<object::Id>& commits) {
    repo::Tip tip;
    auto& last = last_[{&device, branch.id->bytes}];
    std::vector<object::Id> sides;
    if (last) sides.push_back(*last);
    for (const object::Id& commit : commits) {
      const auto in =
          last ? object::is_ancestor(device->history(), commit, *last) : Result<bool>(false);
      if (in && !*in) sides.push_back(commit);
    }
    if (const auto folded = fold(device, sides)) last = folded;
    tip.commit = last;
    return tip;
  }

  std::map<std::pair<const RepoDevice*, Hash>, std::optional<object::Id>> last_;
};

}  // namespace hn::property
