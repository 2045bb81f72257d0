#include "hn/repo/branches.hpp"

#include <algorithm>
#include <map>

#include "hn/log/write.hpp"
#include "hn/merge/fold.hpp"
#include "hn/repo/exchange.hpp"
#include "repo/fold_parts.hpp"
#include "repo/ref_room.hpp"

namespace hn::repo {
namespace {

// The live publishes of a branch with this device's draft in place of what it rewrites. The draft
// sees everything, so it is the last in log order.
std::vector<log::LivePublish> live_with_draft(const Repository& repository,
                                              const LocalBranch& branch, Drafts drafts) {
  std::vector<log::LivePublish> live;
  if (branch.id) live = repository.view().live_on(*branch.id);
  if (drafts == Drafts::left_out) return live;
  const std::optional<Draft> draft = repository.draft(false, branch);
  if (!draft) return live;
  std::erase_if(live, [&](const log::LivePublish& publish) {
    return std::ranges::find(draft->rewrites, publish.id) != draft->rewrites.end();
  });
  if (!draft->target) return live;
  log::LivePublish own;
  own.device = repository.device();
  own.target = draft->target;
  if (!live.empty()) own.key = live.back().key;
  live.push_back(std::move(own));
  return live;
}

// For each head its place by the rank of its device; heads of one device in log order.
std::vector<std::uint32_t> seniority_of(const log::View& view,
                                        const std::vector<log::Head>& heads) {
  std::vector<std::pair<std::uint32_t, std::size_t>> order;  // by rank, then as they stand
  for (const log::Head& head : heads) {
    const auto member = view.member(head.device);
    order.emplace_back(member ? member->rank : UINT32_MAX, order.size());
  }
  std::ranges::sort(order);
  std::vector<std::uint32_t> places(heads.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) places[order[i].second] = i;
  return places;
}

// A fold that contains a draft is remembered apart: it must not be what peers are shown while
// blocks of the next one are missing.
std::string fold_key(const Repository& repository, const LocalBranch& branch, Drafts drafts) {
  const bool with_draft = drafts == Drafts::included && repository.draft(false, branch);
  return key::fold(branch) + (with_draft ? "/draft" : "");
}

std::optional<FoldRecord> remembered_fold(const Repository& repository, const std::string& key) {
  const auto bytes = repository.store().get(key);
  if (!bytes) return std::nullopt;
  auto record = decode_fold_record(*bytes);
  // A cache: what does not decode is made again.
  return record ? std::optional(std::move(record).value()) : std::nullopt;
}

void stand_at(Tip& tip, const FoldRecord& fold) {
  tip.commit = fold.commit;
  tip.auto_merge = fold.heads.size() > 1;
  tip.conflicts = fold.conflicts;
}

// Where a branch stands that was never folded: at the one head among the publishes that are here
// with all their blocks.
std::optional<FoldRecord> whole_head(const Repository& repository, const LocalBranch& branch) {
  if (!branch.id) return std::nullopt;
  std::vector<log::LivePublish> live = repository.view().live_on(*branch.id);
  std::erase_if(live, [&](const log::LivePublish& publish) {
    return publish.device != repository.device() && !is_whole(repository, publish.id);
  });
  const auto heads = log::heads_among(live, repository.history());
  if (!heads || heads->folded.size() != 1) return std::nullopt;
  const object::Id commit = heads->folded.front().commit;
  return FoldRecord{{commit}, {0}, commit, {}};
}

// The last complete fold of what is published; the draft, if it contains that.
Tip incomplete(const Repository& repository, const LocalBranch& branch, Drafts drafts,
               const Error& error) {
  if (error.code != Code::absent) throw Failure(error, "folding branch " + branch.name);
  Tip tip;
  tip.incomplete = true;
  tip.absent = object::Id{error.subject};
  auto last = remembered_fold(repository, key::fold(branch));
  if (!last) last = whole_head(repository, branch);
  if (last) stand_at(tip, *last);
  const auto draft = drafts == Drafts::included ? repository.draft(false, branch) : std::nullopt;
  if (!draft || !draft->target) return tip;
  const auto contained =
      last ? object::is_ancestor(repository.history(), last->commit, draft->target->id)
           : Result<bool>(true);
  if (contained && *contained) stand_at(tip, {{draft->target->id}, {0}, draft->target->id, {}});
  return tip;
}

// A branch that was folded and has one head again must not fall back to the old fold while later
// blocks are missing. One that never was needs no note: a transaction for each of many branches.
void note_head(Repository& repository, const std::string& key, const object::Id& commit) {
  const std::optional<FoldRecord> last = remembered_fold(repository, key);
  if (!last || last->commit == commit) return;
  store::Batch batch = repository.store().begin();
  batch.put(key, encode(FoldRecord{{commit}, {0}, commit, {}}));
  batch.commit();
}

void fold_heads(Repository& repository, const LocalBranch& branch, Drafts drafts, Tip& tip) {
  FoldRecord record;
  for (const log::Head& head : tip.heads) record.heads.push_back(head.commit);
  record.seniority = seniority_of(repository.view(), tip.heads);
  const std::string key = fold_key(repository, branch, drafts);
  const std::optional<FoldRecord> last = remembered_fold(repository, key);
  if (last && last->heads == record.heads && last->seniority == record.seniority &&
      repository.store().has(last->commit)) {
    return stand_at(tip, *last);
  }
  store::Batch batch = repository.store().begin();
  FoldParts known(repository);
  const auto folded = merge::fold(batch, batch, repository.history(), record.heads,
                                  record.seniority, &known.parts());
  if (!folded) {
    tip = incomplete(repository, branch, drafts, folded.error());
    return;
  }
  record.commit = folded->commit;
  record.conflicts = folded->conflicts;
  batch.put(key, encode(record));
  batch.commit();
  known.save();
  stand_at(tip, record);
}

bool is_head(const log::Heads& heads, const log::EntryId& publish) {
  return std::ranges::find(heads.folded, publish, &log::Head::publish) != heads.folded.end();
}

std::string with_creator(const log::View& view, const log::BranchInfo& info) {
  return info.name + "@" + (info.creator ? label_of(view, *info.creator) : std::string("default"));
}

bool is_followed(const Repository& repository, const std::string& name, const log::EntryId& id) {
  const auto bytes = repository.store().get(key::follow(name));
  return bytes && equal(*bytes, id.bytes);
}

}  // namespace

Tip tip_of(Repository& repository, const LocalBranch& branch, Drafts drafts) {
  const std::vector<log::LivePublish> live = live_with_draft(repository, branch, drafts);
  const auto heads = log::heads_among(live, repository.history());
  if (!heads) return incomplete(repository, branch, drafts, heads.error());
  // Commits decide what the heads are; to stand on one takes its files too.
  for (const log::LivePublish& publish : live) {
    if (publish.device == repository.device() || !is_head(*heads, publish.id)) continue;
    if (const auto absent = missing_block(repository, publish)) {
      return incomplete(repository, branch, drafts,
                        Error{Code::absent, "a block of a head", absent->bytes});
    }
  }
  Tip tip;
  tip.heads = heads->folded;
  tip.beyond = heads->beyond;
  if (tip.heads.size() == 1) {
    tip.commit = tip.heads.front().commit;
    const std::string key = fold_key(repository, branch, drafts);
    if (key == key::fold(branch)) note_head(repository, key, *tip.commit);
  }
  if (tip.heads.size() > 1) fold_heads(repository, branch, drafts, tip);
  return tip;
}

std::string label_of(const log::View& view, const log::Device& device) {
  if (const auto member = view.member(device); member && !member->label.empty())
    return member->label;
  return hn::to_hex(device.bytes).substr(0, 8);
}

std::vector<BranchLine> branches(const Repository& repository) {
  const log::View& view = repository.view();
  std::map<std::string, int> names;
  std::vector<log::BranchInfo> live;
  for (const log::BranchInfo& info : view.branches()) {
    if (!info.live) continue;
    ++names[info.name];
    live.push_back(info);
  }
  // A draft is what this store follows under its name, also where others have published a branch
  // of that name meanwhile; it shows as it will once it is published.
  std::map<std::string, LocalBranch> created;
  for (const Draft& draft : repository.drafts()) {
    if (draft.tag || draft.place.id) continue;
    ++names[draft.place.name];
    created.emplace(draft.place.name, draft.place);
  }
  std::vector<BranchLine> lines;
  for (const log::BranchInfo& info : live) {
    BranchLine line;
    line.branch = {info.name, info.created_by};
    line.followed = names[info.name] == 1 || (!created.contains(info.name) &&
                                              is_followed(repository, info.name, info.created_by));
    line.shown = names[info.name] == 1 ? info.name : with_creator(view, info);
    line.draft = repository.draft(false, line.branch).has_value();
    lines.push_back(std::move(line));
  }
  for (const auto& [name, place] : created) {
    const bool alone = names[name] == 1;
    lines.push_back(
        {place, alone ? name : name + "@" + label_of(view, repository.device()), true, true});
  }
  std::ranges::sort(lines, {}, &BranchLine::shown);
  return lines;
}

std::optional<LocalBranch> find_branch(const Repository& repository, std::string_view name) {
  const std::vector<BranchLine> lines = branches(repository);
  std::vector<LocalBranch> found;
  for (const BranchLine& line : lines) {
    if (line.branch.name == name && line.followed) return line.branch;
    if (line.shown == name || line.branch.name == name) found.push_back(line.branch);
  }
  if (found.size() > 1) {
    throw Failure(Code::ambiguous, "several branches are called " + std::string(name),
                  "name one of them in full: hn branch lists them");
  }
  if (found.empty()) return std::nullopt;
  return found.front();
}

std::string shown_name(const Repository& repository, const LocalBranch& branch) {
  for (const BranchLine& line : branches(repository)) {
    if (line.branch == branch) return line.shown;
  }
  return branch.name;
}

std::vector<TagLine> tags(const Repository& repository) {
  std::vector<TagLine> lines;
  std::map<std::string, Draft> drafts;
  for (const Draft& draft : repository.drafts()) {
    if (draft.tag) drafts.emplace(draft.place.name, draft);
  }
  for (const log::TagInfo& info : repository.view().tags()) {
    std::map<std::string, log::Target> differing;
    for (const log::LivePublish& publish : info.publishes) {
      if (!publish.target) continue;
      const std::string shown = info.name + "@" + label_of(repository.view(), publish.device);
      const bool same = std::ranges::any_of(
          differing, [&](const auto& d) { return d.second == *publish.target; });
      if (!same) differing.emplace(shown, *publish.target);
    }
    if (drafts.contains(info.name)) continue;
    for (const auto& [shown, target] : differing) {
      lines.push_back({differing.size() == 1 ? info.name : shown, info.name, target, false});
    }
  }
  for (const auto& [name, draft] : drafts) {
    if (draft.target) lines.push_back({name, name, *draft.target, true});
  }
  std::ranges::sort(lines, {}, &TagLine::shown);
  return lines;
}

void advance(Repository& repository, store::Batch& batch, const LocalBranch& branch,
             const std::optional<object::Id>& commit, Own own) {
  Draft draft = repository.draft(false, branch).value_or(Draft{false, branch, {}, {}});
  draft.target = commit ? std::optional(log::Target{object::Kind::commit, *commit}) : std::nullopt;
  if (own == Own::rewritten && branch.id) {
    draft.rewrites.clear();
    const store::BlockHistory history(batch, &repository.history_index());
    for (const log::LivePublish& publish : repository.view().live_on(*branch.id)) {
      if (publish.device != repository.device() || !publish.target) continue;
      const bool contained =
          commit &&
          require(object::is_ancestor(history, publish.target->id, *commit), "comparing commits");
      if (!contained) draft.rewrites.push_back(publish.id);
    }
  }
  // Nothing to give and nothing to take back: the branch is as if nothing had been drafted.
  if (!draft.target && draft.rewrites.empty()) return batch.erase(key::draft(draft));
  batch.put(key::draft(draft), encode(draft));
}

void create_branch(Repository& repository, std::string_view name, const object::Id& at) {
  // Revisions know HEAD and @ before they know branches.
  if (!log::is_ref_name(name) || name == "HEAD") {
    throw Failure(Code::invalid, "'" + std::string(name) + "' is not a name for a branch",
                  "as in git: no spaces, none of ~^:?*[\\, no '..', no '-' in front, and not HEAD");
  }
  const auto lock = repository.store().lock();
  repository.refresh();
  if (find_branch(repository, name)) {
    throw Failure(Code::exists, "there is a branch '" + std::string(name) + "' already",
                  "to work on it: hn switch " + std::string(name));
  }
  std::vector<std::string> names;
  for (const BranchLine& line : branches(repository)) names.push_back(line.branch.name);
  require_room("branch", name, names);
  store::Batch batch = repository.store().begin();
  const Draft draft{false, {std::string(name), {}}, log::Target{object::Kind::commit, at}, {}};
  batch.put(key::draft(draft), encode(draft));
  batch.add_operation(encode(OperationRecord{"branch", repository.world().clock.wall().seconds,
                                             draft.place, std::nullopt, at, std::nullopt}));
  batch.commit();
}

bool holds_commits_alone(Repository& repository, const LocalBranch& branch) {
  const Tip tip = tip_of(repository, branch);
  std::vector<object::Id> left;
  for (const auto& heads : {tip.heads, tip.beyond})
    for (const log::Head& head : heads) left.push_back(head.commit);
  if (left.empty() && tip.commit) left.push_back(*tip.commit);
  const auto take = [&](const object::Id& of) {
    std::erase_if(left, [&](const object::Id& commit) {
      const auto contained = object::is_ancestor(repository.history(), commit, of);
      return contained && *contained;
    });
  };
  if (const auto standing = repository.worktree(); standing && standing->base)
    take(*standing->base);
  for (const BranchLine& line : branches(repository)) {
    if (left.empty()) break;
    if (line.branch == branch) continue;
    const Tip other = tip_of(repository, line.branch);
    if (other.commit) take(*other.commit);
    for (const log::Head& head : other.heads) take(head.commit);
  }
  return !left.empty();
}

void delete_branch(Repository& repository, const LocalBranch& branch) {
  const auto lock = repository.store().lock();
  repository.refresh();
  if (const auto worktree = repository.worktree(); worktree && worktree->branch == branch) {
    throw Failure(Code::refused, "the working tree is on branch '" + branch.name + "'",
                  "switch to another branch first: hn switch NAME");
  }
  const Tip tip = tip_of(repository, branch);
  store::Batch batch = repository.store().begin();
  if (!branch.id) {
    batch.erase(key::draft(false, branch));
  } else {
    Draft draft{false, branch, {}, {}};
    const bool admin = log::may_administer(repository.view(), repository.device());
    for (const log::LivePublish& publish : repository.view().live_on(*branch.id)) {
      if (publish.device != repository.device() && !admin) {
        throw Failure(Code::no_right, "branch '" + branch.name + "' has commits of other devices",
                      "ask somebody with the right admin to delete it");
      }
      draft.rewrites.push_back(publish.id);
    }
    batch.put(key::draft(draft), encode(draft));
  }
  batch.add_operation(
      encode(OperationRecord{"delete branch", repository.world().clock.wall().seconds, branch,
                             tip.commit, std::nullopt, std::nullopt}));
  batch.commit();
}

}  // namespace hn::repo
