#include "hn/repo/fsck.hpp"

#include <algorithm>

#include "hn/log/manifest.hpp"
#include "hn/merge/fold.hpp"
#include "hn/repo/branches.hpp"
#include "hn/repo/closure.hpp"

namespace hn::repo {
namespace {

class Check {
 public:
  Check(Repository& repository, const std::function<void(const Fault&)>& report,
        const FsckProgress& progress)
      : repository_(repository), report_(report), progress_(progress), graph_(repository.store()) {}

  FsckReport run() {
    blocks();
    entries();
    closures();
    history_index();
    if (out_.faults == 0) unnamed();
    return out_;
  }

 private:
  void at(std::string_view what, std::uint64_t done) {
    if (progress_) progress_(what, done);
  }

  void fault(Code code, std::string what) {
    ++out_.faults;
    report_({code, std::move(what)});
  }

  void blocks() {
    store::CheckSummary summary = repository_.store().check(
        [&](const store::Finding& finding) {
          std::string what =
              finding.file + " at byte " + std::to_string(finding.offset) + ": " + finding.rule;
          if (finding.address) what += " (block " + object::to_hex(*finding.address) + ")";
          fault(finding.code, std::move(what));
        },
        [&](std::uint64_t blocks) { at("blocks", blocks); });
    commits_here_ = std::move(summary.commits);
    out_.blocks = summary.blocks;
    out_.entries = summary.entries;
  }

  void entries() {
    const log::View& view = repository_.view();
    for (std::size_t i = 0; i < repository_.store().entry_count(); ++i) {
      at("entries", i);
      const auto entry = log::decode_signed(repository_.store().entry(i).bytes);
      if (!entry) {
        fault(Code::invalid, std::string("an entry: ") + entry.error().rule);
      } else if (!log::verify(*entry)) {
        fault(Code::invalid, "entry " + log::to_hex(entry->id) + ": the signature does not hold");
      }
    }
    for (const log::EntryId& id : view.invalid()) {
      const auto verdict = view.verdict(id);
      fault(Code::invalid,
            "entry " + log::to_hex(id) + ": " + std::string(log::name_of(verdict->reason)));
    }
    for (const log::EntryId& id : view.missing_past()) {
      fault(Code::absent, "entry " + log::to_hex(id) + ", which others stand on");
    }
  }

  void closures() {
    ClosureWalk walk(
        repository_.store(), [](const object::Id&, std::uint32_t) {},
        [&](const object::Id& id) { fault(Code::absent, "block " + object::to_hex(id)); });
    std::vector<object::Id> heads;
    for (const log::BranchInfo& branch : repository_.view().branches()) {
      for (const log::LivePublish& publish : repository_.view().live_on(branch.created_by)) {
        if (publish.target) publish_of(publish, walk, heads);
      }
    }
    for (const log::TagInfo& tag : repository_.view().tags()) {
      for (const log::LivePublish& publish : tag.publishes) publish_of(publish, walk, heads);
    }
    for (const Draft& draft : repository_.drafts()) {
      if (draft.target) target_of(*draft.target, walk, heads);
    }
    history(walk, heads);
    heads_ = std::move(heads);
  }

  void publish_of(const log::LivePublish& publish, ClosureWalk& walk,
                  std::vector<object::Id>& heads) {
    ++out_.publishes;
    target_of(*publish.target, walk, heads);
    if (!publish.manifest) return;
    std::uint64_t bytes = 0;
    const auto rows =
        log::read_rows(repository_.store(), *publish.manifest, 0, publish.manifest->rows);
    if (!rows) {
      return fault(rows.error().code,
                   "the manifest of publish " + log::to_hex(publish.id) + ": " + rows.error().rule);
    }
    for (const log::ManifestRow& row : *rows) {
      bytes += row.length;
      const auto here = repository_.store().plain_bytes(row.address);
      if (!here)
        fault(Code::absent, "block " + object::to_hex(row.address) + ", named by a manifest");
      if (here && *here != row.length) {
        fault(Code::invalid,
              "block " + object::to_hex(row.address) + ": its manifest says another length");
      }
    }
    if (bytes != publish.manifest->bytes) {
      fault(Code::invalid,
            "the manifest of publish " + log::to_hex(publish.id) + ": its rows do not add up");
    }
  }

  void target_of(const log::Target& target, ClosureWalk& walk, std::vector<object::Id>& heads) {
    if (const auto commit = walk.target(target)) heads.push_back(*commit);
    if (target.kind == object::Kind::tag) tag(target);
  }

  // Tags may name tags.
  void tag(log::Target target) {
    for (int depth = 0; target.kind == object::Kind::tag && depth < kTagDepthMax; ++depth) {
      const auto tag = object::read_tag(repository_.store(), target.id);
      if (!tag) return;
      if (tag->git) out_.imported.push_back({target.kind, target.id, *tag->git});
      target = {tag->target_kind, tag->target};
    }
    if (target.kind == object::Kind::commit) tagged_.push_back(target.id);
  }

  void history(ClosureWalk& walk, const std::vector<object::Id>& heads) {
    const auto commits = object::reachable(graph_, heads, {}, std::size_t{1} << 26);
    if (!commits) {
      return fault(commits.error().code,
                   "commit " + hn::to_hex(commits.error().subject) + ": " + commits.error().rule);
    }
    std::uint64_t done = 0;
    for (const object::Id& id : *commits) {
      at("commits", ++done);
      const auto commit = walk.commit_block(id);
      if (!commit) continue;
      if (commit->git) out_.imported.push_back({object::Kind::commit, id, *commit->git});
      walk.tree_of(*commit);
      if (commit->auto_merge) auto_merge(id);
    }
  }

  void auto_merge(const object::Id& id) {
    ++out_.auto_merges;
    const auto made = merge::recompute(repository_.store(), graph_, id);
    if (!made) {
      fault(made.error().code, "auto-merge " + object::to_hex(id) + ": " + made.error().rule);
    } else if (*made != id) {
      fault(Code::invalid,
            "auto-merge " + object::to_hex(id) + ": its parents merge to something else");
    }
  }

  // Derived from the blocks: what is wrong in it is told, and all of it made again. What a power
  // cut or a disk did to its file is no fault: that is never believed.
  void history_index() {
    const store::HistoryIndex& index = repository_.history_index();
    const auto wrong =
        store::check_history(index, repository_.store(), [&](std::uint64_t n) { at("index", n); });
    for (const store::WrongRow& row : wrong) {
      fault(Code::damaged, "history index, commit or tag " + object::to_hex(row.id) + ": " +
                               row.what + "; the index was made again");
    }
    if (wrong.empty() && index.is_sound()) return;
    index.discard();
    const store::HistoryIndex fresh(repository_.world().fs, repository_.layout().store(),
                                    repository_.id().bytes);
    const store::BlockHistory history(repository_.store(), &fresh);
    for (const object::Id& head : heads_) static_cast<void>(history.generation(head));
    history.keep();
  }

  // All that may still be asked for by a name, or undone.
  std::vector<object::Id> named() const {
    std::vector<object::Id> out = heads_;
    out.insert(out.end(), tagged_.begin(), tagged_.end());
    const auto add = [&](const std::optional<object::Id>& commit) {
      if (commit) out.push_back(*commit);
    };
    if (const auto standing = repository_.worktree()) add(standing->base);
    for (const store::Operation& stored : repository_.store().operations()) {
      const auto operation =
          require(decode_operation_record(stored.bytes), "reading the operation log");
      add(operation.before);
      add(operation.after);
      add(operation.base_before);
    }
    std::erase_if(out, [&](const object::Id& id) { return !repository_.store().has(id); });
    return out;
  }

  void unnamed() {
    auto named_here = object::reachable(graph_, named(), {}, std::size_t{1} << 26);
    if (!named_here) return;  // of what is undone a part may be gone
    std::ranges::sort(*named_here);
    for (const object::Address& address : commits_here_) {
      const object::Id id = object::id_at(address);
      if (std::ranges::binary_search(*named_here, id)) continue;
      // A fold that has gone on is nobody's work and can be made again.
      const auto commit = object::read_commit(repository_.store(), id);
      if (commit && !commit->auto_merge) out_.unnamed.push_back(id);
    }
  }

  static constexpr int kTagDepthMax = 1024;

  Repository& repository_;
  const std::function<void(const Fault&)>& report_;
  const FsckProgress& progress_;
  store::BlockHistory graph_;  // from the blocks alone: the index is among what is checked
  std::vector<object::Address> commits_here_;
  std::vector<object::Id> heads_;   // of live publishes and drafts
  std::vector<object::Id> tagged_;  // commits that a tag object names
  FsckReport out_;
};

}  // namespace

FsckReport fsck(Repository& repository, const std::function<void(const Fault&)>& report,
                const FsckProgress& progress) {
  return Check(repository, report, progress).run();
}

}  // namespace hn::repo
