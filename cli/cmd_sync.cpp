#include <algorithm>
#include <ostream>

#include "auto_gc.hpp"
#include "hn/merge/conflicts.hpp"
#include "hn/node/daemon.hpp"
#include "hn/repo/own_repositories.hpp"
#include "hn/repo/publish.hpp"
#include "hn/repo/status.hpp"
#include "hooks.hpp"
#include "merge_report.hpp"
#include "replicas.hpp"
#include "sync_report.hpp"

namespace hn::cli {
namespace {

// As a list that nobody asked for; hn log --merged has them all.
constexpr std::size_t kPathsShownMax = 20;

struct Before {
  std::size_t entries = 0;
  std::optional<object::Id> tip;
};

Before look(repo::Repository& repository) {
  Before out{repository.store().entry_count(), {}};
  if (const auto standing = repository.worktree())
    out.tip = repo::tip_of(repository, standing->branch).commit;
  return out;
}

// Who published what is new here, by label.
std::vector<std::string> authors_since(const repo::Repository& repository, std::size_t entries) {
  std::vector<std::string> out;
  for (std::size_t i = entries; i < repository.store().entry_count(); ++i) {
    const auto entry = log::decode_signed(repository.store().entry(i).bytes);
    if (!entry || entry->entry.device == repository.device()) continue;
    const std::string label =
        escape_controls(repo::label_of(repository.view(), entry->entry.device));
    if (std::ranges::find(out, label) == out.end()) out.push_back(label);
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

int dry_run(Context& context, repo::Repository& repository,
            const std::vector<node::SyncTarget>& targets, bool json) {
  std::size_t commits = 0;
  for (const repo::BranchLine& line : repo::branches(repository)) {
    commits += repo::unpublished(repository, line.branch);
  }
  if (json) {
    Json out;
    out["commits"] = commits;
    out["peers"] = Json::array();
    for (const node::SyncTarget& target : targets) {
      Json row;
      put_text(row, "peer", target.shown);
      out["peers"].push_back(std::move(row));
    }
    print(context, out);
    return 0;
  }
  context.out << "would publish " << count_of(commits, "commit") << " and call "
              << count_of(targets.size(), "peer");
  for (const node::SyncTarget& target : targets)
    context.out << "\n  " << escape_controls(target.shown);
  context.out << "\n";
  return 0;
}

// All paths of the tip that are in conflict: those that this merge left and those that a commit
// recorded as they were.
std::vector<std::string> conflicts_of(const repo::Repository& repository, const repo::Tip& tip) {
  std::vector<std::string> out;
  const auto tree = repo::tree_of(repository.store(), tip.commit);
  if (!tree) return out;
  for (merge::ConflictAt& at :
       repo::require(merge::list_conflicts(repository.store(), *tree), "looking for conflicts")) {
    out.push_back(std::move(at.path));
  }
  return out;
}

repo::MergeAccount account_of_tip(const repo::Repository& repository, const repo::Tip& tip) {
  return repo::account_of(repository,
                          repo::require(object::read_commit(repository.store(), *tip.commit),
                                        "reading the auto-merge"));
}

// What came and went, what was merged by which rule, what is in conflict.
void say(const Context& context, repo::Repository& repository, const node::SyncReport& report,
         const Before& before, const repo::Tip& tip) {
  std::vector<std::string> agreed;
  std::uint64_t entries_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  for (const node::PeerOutcome& peer : report.peers) {
    if (peer.agreed) agreed.push_back(peer.shown);
    entries_in += peer.entries_in;
    bytes_in += peer.bytes_in;
    bytes_out += peer.bytes_out;
  }
  const std::vector<std::string> authors = authors_since(repository, before.entries);
  context.out << "in step with " << joined(agreed) << ": "
              << (entries_in == 0
                      ? "nothing new came"
                      : "news of " + (authors.empty() ? "this device" : joined(authors)) + " came")
              << " (" << bytes_text(bytes_in) << " in, " << bytes_text(bytes_out) << " out)\n";
  const auto standing = repository.worktree();
  const std::string branch =
      standing ? escape_controls(repo::shown_name(repository, standing->branch)) : "";
  if (tip.auto_merge && tip.commit != before.tip) {
    std::vector<std::string> who;
    for (const log::Head& head : tip.heads)
      who.push_back(escape_controls(repo::label_of(repository.view(), head.device)));
    context.out << "merged on " << branch << ": " << joined(who) << " -> " << short_id(*tip.commit)
                << "\n";
    const repo::MergeAccount account = account_of_tip(repository, tip);
    const std::string counts = MergeReport::counts(account);
    if (!counts.empty()) context.out << "  " << counts << "; hn log --merged -n 1 says more\n";
    MergeReport(context, repository).print_settled(account, kPathsShownMax);
  } else if (tip.commit) {
    context.out << branch << (tip.commit == before.tip ? " stays at " : " is at ")
                << short_id(*tip.commit) << "\n";
  }
  if (tip.conflicts.empty()) {
    context.out << "no conflicts\n";
  } else {
    const auto known =
        repository.worktree() ? resolved_as_before(repository) : std::vector<std::string>();
    const bool as_before = std::ranges::find(known, tip.conflicts.front()) != known.end();
    context.out << "in conflict: " << shown_path(tip.conflicts.front())
                << (as_before ? " (resolved as before)" : "")
                << (tip.conflicts.size() > 1
                        ? " and " + count_of(tip.conflicts.size() - 1, "other path")
                        : "")
                << "; edit or hn resolve, then commit\n";
  }
}

Json as_json(const Context& context, repo::Repository& repository, const node::SyncReport& report,
             const repo::Tip& tip, const repo::Moved& moved) {
  Json out;
  out["agreed"] = report.agreed();
  out["peers"] = outcome_json(report);
  out["head"] = tip.commit ? Json(object::to_hex(*tip.commit)) : Json(nullptr);
  out["merged"] = tip.auto_merge;
  if (tip.auto_merge)
    out["merge"] = MergeReport(context, repository).json(account_of_tip(repository, tip));
  out["conflicts"] = Json::array();
  for (const std::string& path : tip.conflicts) {
    Json row;
    put_text(row, "path", path);
    out["conflicts"].push_back(std::move(row));
  }
  out["working_tree"] = moved_json(moved);
  return out;
}

// A device that only answers others (hn serve) has nobody to call; what they brought is here
// already and the working tree may follow.
int catch_up(Context& context, repo::Repository& repository, const Given& given) {
  const auto standing = repository.worktree();
  repo::Tip tip = standing ? repo::tip_of(repository, standing->branch) : repo::Tip{};
  repo::Moved moved;
  moved.done = true;
  const bool behind = standing && tip.commit && tip.commit != standing->base;
  if (behind && !given.has("no-update")) moved = repo::update_working_tree(repository);
  if (given.has("json")) {
    tip.conflicts = conflicts_of(repository, tip);
    print(context, as_json(context, repository, {}, tip, moved));
  }
  if (behind && !given.has("no-update")) {
    require_moved(moved, "bringing the working tree to what others brought");
    say_refusals(context, moved);
    context.err << "note: the working tree is at " << short_id(*tip.commit)
                << " now, as those who called left the branch\n";
  }
  targets_of(repository, {});  // says that nobody is known
  return 0;
}

// Through the daemon where one serves this repository: its sessions are open already.
std::optional<node::SyncReport> by_daemon(const Context& context,
                                          const repo::Repository& repository, const Given& given) {
  for (const char* option : {"PEER", "via", "limit", "background"}) {
    if (given.has(option)) return std::nullopt;
  }
  // With --replicas it is the time for all of it, which is kept here.
  if (given.has("timeout") && !given.has("replicas")) return std::nullopt;
  const auto answer = node::ask_daemon(context.world, "sync " + repository.layout().root);
  auto report = answer ? report_from(*answer) : std::nullopt;
  return report && !report->peers.empty() ? report : std::nullopt;
}

node::SyncReport by_itself(Context& context, repo::Repository& repository, const Given& given) {
  ProgressLine line(context);
  node::SyncOptions options = sync_options(given, line);
  if (!given.has("via")) options.targets = targets_of(repository, given.values("PEER"));
  return node::sync(repository, options);
}

// Nothing where nobody is known, and no daemon knows better.
std::optional<node::SyncReport> exchange(Context& context, repo::Repository& repository,
                                         const Given& given) {
  if (auto report = by_daemon(context, repository, given)) return report;
  const bool nobody =
      given.values("PEER").empty() && !given.has("via") && node::known_targets(repository).empty();
  if (nobody) return std::nullopt;
  return by_itself(context, repository, given);
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  if (given.has("status")) return print_receipts(context, repository, given.has("json"));
  repo::note_repository(context.world, {repository.record().instance, repository.layout().root});
  const std::vector<std::string> words = given.values("PEER");
  if (given.has("via") && !words.empty())
    throw Failure(Code::usage, "--via is the way to the one peer it leads to");
  if (given.has("dry-run")) {
    std::vector<node::SyncTarget> targets;
    if (!given.has("via")) targets = targets_of(repository, words);
    return dry_run(context, repository, targets, given.has("json"));
  }
  // Spelling first: a hook is not run for what cannot be done.
  if (!words.empty()) targets_of(repository, words);
  const bool nobody = words.empty() && !given.has("via") && node::known_targets(repository).empty();
  std::optional<Replicas> replicas = Replicas::asked(repository, given);
  if (nobody && !replicas && !node::ask_daemon(context.world, "status"))
    return catch_up(context, repository, given);
  if (!given.has("no-verify")) require_hook(context, repository, "pre-sync");
  const Before before = look(repository);
  std::optional<node::SyncReport> asked = exchange(context, repository, given);
  if (!asked && !replicas) return catch_up(context, repository, given);
  while (replicas && replicas->call_again(context)) {
    if (auto again = exchange(context, repository, given)) asked = std::move(again);
  }
  const node::SyncReport report = asked.value_or(node::SyncReport{});
  repository.refresh();
  const auto standing = repository.worktree();
  repo::Tip tip = standing ? repo::tip_of(repository, standing->branch) : repo::Tip{};
  tip.conflicts = conflicts_of(repository, tip);
  repo::Moved moved;
  moved.done = true;
  if (!given.has("no-update")) moved = repo::update_working_tree(repository);
  for (const std::string& name : report.unpublishable) {
    context.err << "note: this device may not write to " << escape_controls(name)
                << "; its commits stay here\n";
  }
  if (given.has("json")) {
    Json out = as_json(context, repository, report, tip, moved);
    if (replicas) out["replicas"] = replicas->json();
    print(context, out);
  }
  if (replicas && !report.agreed()) return replicas->conclude(context, report, given.has("json"));
  require_agreed(report);
  run_hook(context, repository, "post-sync");
  if (!given.has("json")) {
    for (const node::PeerOutcome& peer : report.peers) {
      if (!peer.agreed) context.err << "note: " << peer.shown << ": " << peer.detail << "\n";
    }
    say(context, repository, report, before, tip);
  }
  say_refusals(context, moved);
  if (!moved.done) {
    context.err << "note: the working tree and its base stay as they are: uncommitted work on "
                << shown_path(moved.obstacles.front().path) << " overlaps with what came\n";
  }
  start_gc_where_worthwhile(context, repository);
  return replicas ? replicas->conclude(context, report, given.has("json")) : 0;
}

}  // namespace

Command cmd_sync() {
  return {"sync",
          "Exchange what is new with peers, both ways, and merge",
          {{"--dry-run", "", "say what would be done"},
           {"--no-update", "", "leave the working tree alone"},
           {"--no-verify", "", "do not run the hook that could refuse"},
           {"--timeout", "SECONDS", "give up after so long without an answer (else 30)"},
           {"--replicas", "N", "until so many other devices have signed that they hold it all"},
           {"--wait", "", "with --replicas: wait for devices that are not there yet"},
           {"--status", "", "say what other devices have signed to hold, and call nobody"},
           {"--limit", "RATE", "bytes a second each way, at most, as 500k or 2m"},
           {"--background", "", "give way to everything else on the line"},
           {"--via", "CMD", "reach the peer through the standard streams of a command"},
           {"--json", "", "as JSON"}},
          {{"PEER", "a peer's name or HOST:PORT (else all that are known)", 0, kMany}},
          run};
}

}  // namespace hn::cli
