#include "hn/repo/import.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "hn/merge/fold.hpp"

namespace hn::repo {
namespace {

using How = Adopted::How;
using RefKey = std::pair<bool, std::string>;  // tag, name

bool contains(const Repository& repository, const object::Id& commit, const object::Id& ancestor) {
  return require(object::is_ancestor(repository.history(), ancestor, commit), "comparing commits");
}

bool names(const std::vector<log::EntryId>& list, const log::EntryId& id) {
  return std::ranges::find(list, id) != list.end();
}

// The branch of each name that a bare name means: the one that is followed, else the first.
std::map<std::string, LocalBranch> branches_by_name(const Repository& repository) {
  std::map<std::string, LocalBranch> out;
  for (const BranchLine& line : branches(repository)) {
    const auto [at, is_new] = out.emplace(line.branch.name, line.branch);
    if (!is_new && line.followed) at->second = line.branch;
  }
  return out;
}

// One import being adopted: everything is decided against the log and the drafts as they are, and
// recorded in one batch.
class Adoption {
 public:
  Adoption(Repository& repository, const Import& import)
      : repository_(repository), import_(import), batch_(repository.store().begin()) {
    record_.source = import.source;
    if (auto last = last_import(repository, import.source)) record_ = *std::move(last);
    for (const ImportRecord::Ref& ref : record_.refs) last_.emplace(RefKey(ref.tag, ref.name), ref);
    branches_ = branches_by_name(repository);
    for (log::TagInfo& tag : repository.view().tags()) tags_.emplace(tag.name, std::move(tag));
  }

  std::vector<Adopted> run() {
    for (const ImportedRef& ref : import_.refs) {
      const auto at = last_.find({ref.tag, ref.name});
      const ImportRecord::Ref* last = at != last_.end() ? &at->second : nullptr;
      if (last != nullptr && last->git == ref.git && last->target == ref.target) continue;
      if (ref.tag)
        adopt_tag(ref, last);
      else
        adopt_branch(ref, last);
      last_[{ref.tag, ref.name}] = {ref.tag, ref.name, ref.git, ref.target};
      changed_ = true;
    }
    stand_on_default();
    if (changed_) finish();
    return std::move(adopted_);
  }

 private:
  void finish() {
    record_.refs.clear();
    for (auto& [key, ref] : last_) record_.refs.push_back(ref);
    batch_.put(key::import(import_.source), encode(record_));
    note_operation({import_.default_branch, {}}, std::nullopt, std::nullopt);
    batch_.commit();
  }

  void note_operation(const LocalBranch& branch, const std::optional<object::Id>& before,
                      const std::optional<object::Id>& after) {
    batch_.add_operation(encode(OperationRecord{"import", repository_.world().clock.wall().seconds,
                                                branch, before, after, std::nullopt}));
  }

  Adopted& tell(const ImportedRef& ref, const ImportRecord::Ref* last, How how) {
    adopted_.push_back({ref.tag, ref.name, how, {}, ref.git, {}});
    if (last != nullptr) adopted_.back().was = last->git;
    return adopted_.back();
  }

  // A new repository has no files yet: it stands on git's branch, whichever its name leads to.
  void stand_on_default() {
    const auto standing = repository_.worktree();
    const auto at = branches_.find(import_.default_branch);
    if (!standing || standing->base || at == branches_.end() || standing->branch == at->second)
      return;
    batch_.put(std::string(key::kWorktree), encode(WorktreeRecord{at->second, std::nullopt}));
    changed_ = true;
  }

  void adopt_branch(const ImportedRef& ref, const ImportRecord::Ref* last) {
    const object::Id& commit = ref.target.id;
    const auto at = branches_.find(ref.name);
    if (at == branches_.end()) {
      const LocalBranch place{ref.name, {}};
      branches_.emplace(ref.name, place);
      put({false, place, ref.target, {}});
      tell(ref, last, How::created);
      return;
    }
    const LocalBranch& branch = at->second;
    std::vector<log::LivePublish> live;
    if (branch.id) live = repository_.view().live_on(*branch.id);
    Draft draft = repository_.draft(false, branch).value_or(Draft{false, branch, {}, {}});
    std::erase_if(live, [&](const log::LivePublish& publish) {
      return !publish.target || names(draft.rewrites, publish.id);
    });
    const auto before = draft.target;
    const bool rewritten = last != nullptr && repository_.store().has(last->target.id) &&
                           !contains(repository_, commit, last->target.id);
    How how = How::rewritten;
    std::vector<std::string> stays;
    if (rewritten)
      stays = take_back(draft, live, last->target.id, commit);
    else if (is_here(draft, live, commit))
      return;
    else
      how = extend(draft, live, commit);
    settle(draft, live);
    Adopted& told = tell(ref, last, how);
    told.still_contained_by = std::move(stays);
    if (how == How::rewritten || how == How::merged)
      note_operation(branch, before ? std::optional(before->id) : std::nullopt,
                     draft.target ? std::optional(draft.target->id) : std::nullopt);
  }

  bool is_here(const Draft& draft, const std::vector<log::LivePublish>& live,
               const object::Id& commit) const {
    if (draft.target && contains(repository_, draft.target->id, commit)) return true;
    return std::ranges::any_of(live, [&](const log::LivePublish& publish) {
      return has_history(publish) && contains(repository_, publish.target->id, commit);
    });
  }

  // Where blocks of a peer's publish are missing it takes no part: the branch waits for them
  // anyway.
  bool has_history(const log::LivePublish& publish) const {
    return repository_.history().generation(publish.target->id).has_value();
  }

  // Git went on. What this device drafted stays part of the draft; what is published stays a head
  // where git's commit does not contain it.
  How extend(Draft& draft, const std::vector<log::LivePublish>& live, const object::Id& commit) {
    const bool is_empty = !draft.target && live.empty();
    bool merged = std::ranges::any_of(live, [&](const log::LivePublish& publish) {
      return has_history(publish) && !contains(repository_, commit, publish.target->id);
    });
    if (draft.target && !contains(repository_, commit, draft.target->id)) {
      draft.target->id = fold(draft.target->id, commit);
      merged = true;
    } else {
      draft.target = log::Target{object::Kind::commit, commit};
    }
    if (is_empty) return How::created;
    return merged ? How::merged : How::moved;
  }

  // Git gave up `old` for `commit`. What came from git alone goes with it; commits made here on top
  // of it stay, and keep what they stand on.
  std::vector<std::string> take_back(Draft& draft, const std::vector<log::LivePublish>& live,
                                     const object::Id& old, const object::Id& commit) {
    std::set<std::string> stays;
    for (const log::LivePublish& publish : live) {
      if (!has_history(publish)) continue;
      const object::Id& at = publish.target->id;
      if (contains(repository_, commit, at)) continue;
      const bool own = publish.device == repository_.device();
      if (own && contains(repository_, old, at))
        draft.rewrites.push_back(publish.id);
      else if (contains(repository_, at, old))
        stays.insert(label_of(repository_.view(), publish.device));
    }
    const bool has_own_work = draft.target && !contains(repository_, old, draft.target->id) &&
                              !contains(repository_, commit, draft.target->id);
    if (has_own_work) {
      if (contains(repository_, draft.target->id, old))
        stays.insert(label_of(repository_.view(), repository_.device()));
      draft.target->id = fold(draft.target->id, commit);
    } else {
      draft.target = log::Target{object::Kind::commit, commit};
    }
    return {stays.begin(), stays.end()};
  }

  // One commit that contains both.
  object::Id fold(const object::Id& a, const object::Id& b) {
    if (contains(repository_, a, b)) return a;
    const std::array heads{a, b};
    const std::array<std::uint32_t, 2> seniority{0, 1};
    return require(merge::fold(batch_, batch_, repository_.history(), heads, seniority),
                   "merging what was made here with what was imported")
        .commit;
  }

  // A draft of what this device has published and takes nothing back says nothing.
  void settle(const Draft& draft, const std::vector<log::LivePublish>& live) {
    const bool says_nothing =
        draft.rewrites.empty() && std::ranges::any_of(live, [&](const log::LivePublish& publish) {
          return publish.device == repository_.device() && publish.target == draft.target;
        });
    if (says_nothing)
      batch_.erase(key::draft(draft));
    else
      put(draft);
  }

  void adopt_tag(const ImportedRef& ref, const ImportRecord::Ref* last) {
    const LocalBranch place{ref.name, {}};
    const auto draft = repository_.draft(true, place);
    std::vector<log::LivePublish> live;
    if (const auto at = tags_.find(ref.name); at != tags_.end()) live = at->second.publishes;
    const auto is_same = [&](const log::LivePublish& p) { return p.target == ref.target; };
    if (draft ? draft->target == ref.target : std::ranges::any_of(live, is_same)) return;
    Draft next{true, place, ref.target, {}};
    for (const log::LivePublish& publish : live)
      if (publish.device == repository_.device() && !is_same(publish))
        next.rewrites.push_back(publish.id);
    put(next);
    const bool moved = (draft && draft->target) || !next.rewrites.empty();
    tell(ref, last, moved ? How::rewritten : How::created);
  }

  void put(const Draft& draft) { batch_.put(key::draft(draft), encode(draft)); }

  Repository& repository_;
  const Import& import_;
  store::Batch batch_;
  ImportRecord record_;
  std::map<RefKey, ImportRecord::Ref> last_;
  std::map<std::string, LocalBranch> branches_;
  std::map<std::string, log::TagInfo> tags_;
  std::vector<Adopted> adopted_;
  bool changed_ = false;
};

}  // namespace

std::optional<ImportRecord> last_import(const Repository& repository, const std::string& source) {
  const auto bytes = repository.store().get(key::import(source));
  if (!bytes) return std::nullopt;
  return require(decode_import_record(*bytes), "reading what was imported last");
}

std::vector<Adopted> adopt_import(Repository& repository, const Import& import) {
  const auto lock = repository.store().lock();
  repository.refresh();
  return Adoption(repository, import).run();
}

}  // namespace hn::repo
