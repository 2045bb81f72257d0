#include "hn/repo/fsck.hpp"

#include "hn/log/manifest.hpp"
#include "hn/merge/fold.hpp"
#include "hn/repo/branches.hpp"
#include "hn/repo/closure.hpp"

namespace hn::repo {
namespace {

class Check {
 public:
  Check(Repository& repository, const std::function<void(const Fault&)>& report)
      : repository_(repository), report_(report) {}

  FsckReport run() {
    blocks();
    entries();
    closures();
    return out_;
  }

 private:
  void fault(Code code, std::string what) {
    ++out_.faults;
    report_({code, std::move(what)});
  }

  void blocks() {
    const store::CheckSummary summary =
        repository_.store().check([&](const store::Finding& finding) {
          std::string what =
              finding.file + " at byte " + std::to_string(finding.offset) + ": " + finding.rule;
          if (finding.address) what += " (block " + object::to_hex(*finding.address) + ")";
          fault(finding.code, std::move(what));
        });
    out_.blocks = summary.blocks;
    out_.entries = summary.entries;
  }

  void entries() {
    const log::View& view = repository_.view();
    for (std::size_t i = 0; i < repository_.store().entry_count(); ++i) {
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
    if (target.kind == object::Kind::commit) {
      heads.push_back(target.id);
    } else {
      walk.target(target);
    }
  }

  void history(ClosureWalk& walk, const std::vector<object::Id>& heads) {
    const auto commits = object::reachable(repository_.history(), heads, {}, std::size_t{1} << 26);
    if (!commits) {
      return fault(commits.error().code,
                   "commit " + hn::to_hex(commits.error().subject) + ": " + commits.error().rule);
    }
    for (const object::Id& id : *commits) {
      const auto commit = walk.commit_block(id);
      if (!commit) continue;
      walk.tree_of(*commit);
      if (commit->auto_merge) auto_merge(id);
    }
  }

  void auto_merge(const object::Id& id) {
    ++out_.auto_merges;
    const auto made = merge::recompute(repository_.store(), repository_.history(), id);
    if (!made) {
      fault(made.error().code, "auto-merge " + object::to_hex(id) + ": " + made.error().rule);
    } else if (*made != id) {
      fault(Code::invalid,
            "auto-merge " + object::to_hex(id) + ": its parents merge to something else");
    }
  }

  Repository& repository_;
  const std::function<void(const Fault&)>& report_;
  FsckReport out_;
};

}  // namespace

FsckReport fsck(Repository& repository, const std::function<void(const Fault&)>& report) {
  return Check(repository, report).run();
}

}  // namespace hn::repo
