#include "hn/repo/gc.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "repo/fold_parts.hpp"
#include "repo/gc_walk.hpp"

namespace hn::repo {
namespace {

using object::Id;

// As many as the record takes; what is beyond them waits until it is noted.
constexpr std::size_t kNotesMax = std::size_t{1} << 20;

std::optional<std::uint64_t> collected_before(const Repository& repository) {
  const auto bytes = repository.store().get(std::string(key::kCollected));
  if (!bytes) return std::nullopt;
  return require(decode_collected_record(*bytes), "reading when blocks were collected").operations;
}

class RootsHere final : public store::Roots {
 public:
  RootsHere(Repository& repository, const GcRequest& request)
      : repository_(repository), request_(request) {}

  void name(store::Keeping& keeping) override {
    repository_.refresh();
    report_ = {};
    read_notes();
    given_up_.clear();
    manifests_.clear();
    kept_publishes_.clear();
    const auto progress = [this](std::uint64_t blocks) {
      if (request_.progress) request_.progress("naming", blocks, 0);
    };
    GcWalk walk(repository_.store(), keeping, progress);
    publishes(walk);
    local_state(walk);
    operations(walk);
    unnamed(walk, keeping);
    folds(walk, keeping);
    for (const log::ManifestRoot& manifest : manifests_) walk.manifest(manifest);
  }

  // The history index speaks of commits that are gone then; derived state that was found whole, or
  // folded, is not.
  void before_drop(const store::Keeping& keeping) override {
    repository_.history_index().discard();
    forget_fold_parts(repository_);
    store::Batch batch = repository_.store().begin();
    for (const auto& [name, value] : repository_.store().list(key::kWhole)) {
      const auto id = log::entry_id_from_hex(std::string_view(name).substr(key::kWhole.size()));
      if (!id || !kept_publishes_.contains(*id)) batch.erase(name);
    }
    for (const auto& [name, value] : repository_.store().list(key::kHeld)) {
      const auto root = object::id_from_hex(std::string_view(name).substr(key::kHeld.size()));
      if (!root || !keeping.is_kept(*root)) batch.erase(name);
    }
    for (const auto& [name, value] : repository_.store().list(key::kFolds)) {
      const auto fold = decode_fold_record(value);
      if (!fold || !keeping.is_kept(fold->commit)) batch.erase(name);
    }
    if (forget_before_ > 0) batch.drop_operations_before(forget_before_);
    batch.put(std::string(key::kGivenUp), encode(GivenUpRecord{notes_}));
    batch.commit();
    noted_ = true;
  }

  // Where nothing went, what was seen to be given up is noted all the same.
  void note(std::uint64_t operations) {
    const bool is_noted = noted_ || (notes_ == notes_before_ && forget_before_ == 0);
    if (is_noted && collected_before(repository_) == operations) return;
    store::Batch batch = repository_.store().begin();
    batch.put(std::string(key::kCollected), encode(CollectedRecord{operations}));
    if (!is_noted) {
      batch.put(std::string(key::kGivenUp), encode(GivenUpRecord{notes_}));
      if (forget_before_ > 0) batch.drop_operations_before(forget_before_);
    }
    batch.commit();
  }

  const GcReport& report() const noexcept { return report_; }

 private:
  void read_notes() {
    notes_before_.clear();
    if (const auto bytes = repository_.store().get(std::string(key::kGivenUp)))
      notes_before_ = require(decode_given_up_record(*bytes), "reading what was given up").since;
    notes_.clear();
  }

  // Whether what this names is given up for long enough. If not, it is noted.
  bool is_over(const Hash& what) {
    const auto noted = notes_before_.find(what);
    const std::int64_t since = noted == notes_before_.end() ? request_.now : noted->second;
    if (since <= request_.prune_before) return true;
    if (notes_.size() < kNotesMax) notes_.emplace(what, since);
    return false;
  }

  void publishes(GcWalk& walk) {
    std::unordered_set<log::EntryId> live;
    const log::View& view = repository_.view();
    for (const log::BranchInfo& branch : view.branches())
      for (const log::LivePublish& publish : view.live_on(branch.created_by))
        live.insert(publish.id);
    for (const log::TagInfo& tag : view.tags())
      for (const log::LivePublish& publish : tag.publishes) live.insert(publish.id);
    std::vector<Id> commits;
    for (std::size_t i = 0; i < repository_.store().entry_count(); ++i) {
      const log::EntryId id{repository_.store().entry(i).id.bytes};
      const log::SignedEntry* entry = view.find(id);
      const auto verdict = view.verdict(id);
      if (entry == nullptr || !verdict) continue;
      const auto* publish = std::get_if<log::Publish>(&entry->entry.payload);
      if (publish == nullptr || !stays(id, verdict->status, live.contains(id))) {
        if (publish != nullptr && publish->target) given_up_.push_back(publish->target->id);
        continue;
      }
      kept_publishes_.insert(id);
      if (publish->manifest) manifests_.push_back(*publish->manifest);
      if (!publish->target) continue;
      if (publish->target->kind == object::Kind::commit) {
        commits.push_back(publish->target->id);
      } else {
        walk.target(*publish->target);
      }
    }
    walk.history(std::move(commits));
  }

  // A rejected publish can come to count by a later entry, a pending one by one that is on its way.
  bool stays(const log::EntryId& id, log::Status status, bool live) {
    if (status == log::Status::pending) return true;
    if (status == log::Status::rejected) {
      ++report_.rejected_publishes;
      return true;
    }
    if (live) return true;
    if (is_over(id.bytes)) return false;
    ++report_.waiting_publishes;
    return true;
  }

  void local_state(GcWalk& walk) {
    for (const Draft& draft : repository_.drafts())
      if (draft.target) walk.target(*draft.target);
    if (const auto standing = repository_.worktree(); standing && standing->base)
      walk.history({*standing->base});
    for (const auto& [name, bytes] : repository_.store().list(key::kImports)) {
      const auto import = require(decode_import_record(bytes), "reading what was imported");
      for (const ImportRecord::Ref& ref : import.refs) walk.target(ref.target);
    }
  }

  // The old ones are forgotten from the front on: what remains is the last that happened.
  void operations(GcWalk& walk) {
    forget_before_ = 0;
    std::vector<Id> commits;
    for (const store::Operation& stored : repository_.store().operations()) {
      const auto operation =
          require(decode_operation_record(stored.bytes), "reading the operation log");
      const bool is_old = operation.when <= request_.prune_before && commits.empty();
      if (is_old) {
        forget_before_ = stored.sequence + 1;
        ++report_.forgotten_operations;
      }
      for (const auto& commit : {operation.before, operation.after, operation.base_before})
        if (commit) (is_old ? given_up_ : commits).push_back(*commit);
    }
    walk.history(std::move(commits));
  }

  // Commits that nothing names and that nothing which is over did. Those that none of the others
  // has as a parent stand for what is beneath them. An auto-merge is nobody's work.
  void unnamed(GcWalk& walk, const store::Keeping& keeping) {
    const std::unordered_set<Id> over = beneath(given_up_, keeping);
    std::vector<Id> alone;
    std::unordered_set<Id> parents;
    for (const Id& id : keeping.not_kept(object::Kind::commit)) {
      if (over.contains(id)) continue;
      const auto commit = object::read_commit(repository_.store(), id);
      if (!commit || commit->auto_merge) continue;
      alone.push_back(id);
      parents.insert(commit->parents.begin(), commit->parents.end());
    }
    std::erase_if(alone, [&](const Id& id) { return parents.contains(id) || is_over(id.bytes); });
    report_.waiting_commits = alone.size();
    walk.history(std::move(alone));
  }

  std::unordered_set<Id> beneath(std::vector<Id> from, const store::Keeping& keeping) const {
    std::unordered_set<Id> out;
    while (!from.empty()) {
      const Id id = from.back();
      from.pop_back();
      if (keeping.is_kept(id) || !out.insert(id).second) continue;
      const auto commit = object::read_commit(repository_.store(), id);
      if (commit) from.insert(from.end(), commit->parents.begin(), commit->parents.end());
    }
    return out;
  }

  // A cache; it stays while what it was made of does.
  void folds(GcWalk& walk, const store::Keeping& keeping) {
    for (const auto& [name, bytes] : repository_.store().list(key::kFolds)) {
      const auto fold = decode_fold_record(bytes);
      if (!fold) continue;
      const bool stands =
          std::ranges::all_of(fold->heads, [&](const Id& head) { return keeping.is_kept(head); });
      if (stands) walk.history({fold->commit});
    }
  }

  Repository& repository_;
  const GcRequest& request_;
  GcReport report_;
  std::map<Hash, std::int64_t> notes_before_;
  std::map<Hash, std::int64_t> notes_;
  std::vector<Id> given_up_;  // commits named by what is over
  std::vector<log::ManifestRoot> manifests_;
  std::unordered_set<log::EntryId> kept_publishes_;
  std::uint64_t forget_before_ = 0;
  bool noted_ = false;
};

}  // namespace

bool gc_is_worthwhile(const Repository& repository, std::uint64_t operations_min) {
  const std::uint64_t before = collected_before(repository).value_or(0);
  return repository.store().last_operation() >= before + operations_min;
}

GcReport gc(Repository& repository, const GcRequest& request) {
  const std::uint64_t operations = repository.store().last_operation();
  RootsHere roots(repository, request);
  store::CollectOptions options;
  options.dry_run = request.dry_run;
  options.progress = [&](std::uint64_t done, std::uint64_t of) {
    if (request.progress) request.progress("writing", done, of);
  };
  const store::Collected collected = repository.store().collect(roots, options);
  if (!request.dry_run) roots.note(operations);
  GcReport report = roots.report();
  report.store = collected;
  // Another process may have written it anew, from what it had read before.
  if (collected.dropped_commits > 0 && !request.dry_run) repository.history_index().discard();
  return report;
}

void make_path_filters(const Repository& repository) {
  repository.history().keep();
  repository.history_index().add_filters(repository.store());
}

}  // namespace hn::repo
