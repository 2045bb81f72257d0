#include <ostream>

#include "auto_gc.hpp"
#include "failure.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/gc.hpp"
#include "output.hpp"
#include "progress.hpp"

namespace hn::cli {
namespace {

repo::GcRequest request_of(const Context& context, const Given& given) {
  repo::GcRequest request;
  const WallTime now = context.world.clock.wall();
  request.now = now.seconds;
  request.prune_before = now.seconds - repo::kGcGraceSeconds;
  request.dry_run = given.has("dry-run");
  if (const auto text = given.value("prune")) {
    const auto time = repo::parse_date_about(*text, now);
    if (!time)
      throw Failure(Code::invalid, "'" + *text + "' is not a date",
                    "such as now, 2.weeks.ago or 2026-11-20");
    request.prune_before = time->seconds;
  }
  return request;
}

std::string size_of(std::uint64_t bytes) {
  constexpr std::uint64_t kMega = 1'000'000;
  if (bytes < kMega) return std::to_string((bytes + 999) / 1000) + " kB";
  return std::to_string(bytes / kMega) + "." + std::to_string(bytes % kMega / 100'000) + " MB";
}

void say(const Context& context, const repo::GcReport& report, bool dry_run) {
  const store::Collected& store = report.store;
  context.out << (dry_run ? "would remove " : "removed ") << count_of(store.dropped_blocks, "block")
              << " of " << store.blocks << ", among them "
              << count_of(store.dropped_commits, "commit") << "; " << size_of(store.bytes_before)
              << " before, " << size_of(store.bytes_after) << " after\n";
  const std::uint64_t waiting = report.waiting_commits + report.waiting_publishes;
  if (waiting > 0)
    context.out << "given up, but not long enough ago: "
                << count_of(report.waiting_commits, "commit") << " and " << report.waiting_publishes
                << (report.waiting_publishes == 1 ? " publish\n" : " publishes\n");
}

Json as_json(const repo::GcReport& report) {
  Json out;
  out["blocks"] = report.store.blocks;
  out["removed_blocks"] = report.store.dropped_blocks;
  out["removed_commits"] = report.store.dropped_commits;
  out["packs_before"] = report.store.packs_before;
  out["packs_after"] = report.store.packs_after;
  out["bytes_before"] = report.store.bytes_before;
  out["bytes_after"] = report.store.bytes_after;
  out["waiting_commits"] = report.waiting_commits;
  out["waiting_publishes"] = report.waiting_publishes;
  out["rejected_publishes"] = report.rejected_publishes;
  out["forgotten_operations"] = report.forgotten_operations;
  return out;
}

// Started by the command that found it worthwhile, with nobody to hear of it. Another one that is
// at it, or has been since, did the work.
int run_unasked(Context& context, const repo::GcRequest& request) {
  repo::Repository repository = context.open();
  const auto operations_min = operations_per_gc(context);
  if (!operations_min) return 0;
  try {
    if (repo::gc_is_worthwhile(repository, *operations_min)) repo::gc(repository, request);
  } catch (const Failure& failure) {
    if (failure.code() != Code::busy) throw;
  }
  repo::make_path_filters(repository);
  return 0;
}

int run(Context& context, const Given& given) {
  if (given.has("auto")) return run_unasked(context, request_of(context, given));
  repo::Repository repository = context.open();
  repo::GcRequest request = request_of(context, given);
  repo::GcReport report;
  {
    ProgressLine line(context);
    request.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t of) {
      line.show(std::string(what) + " blocks: " + std::to_string(done) +
                (of > 0 ? " of " + std::to_string(of) : ""));
    };
    report = repo::gc(repository, request);
  }
  if (given.has("json")) {
    print(context, as_json(report));
  } else {
    say(context, report, request.dry_run);
  }
  context.out.flush();
  if (!request.dry_run) repo::make_path_filters(repository);
  return 0;
}

}  // namespace

Command cmd_gc() {
  return {"gc",
          "Remove what nothing needs any more, and pack the rest anew",
          {{"-n,--dry-run", "", "say what would be removed, remove nothing"},
           {"--auto", "", "only where enough happened since the last time; says nothing"},
           {"--prune", "DATE", "remove what was given up before then (default: 90 days ago)"},
           {"--json", "", "as JSON"}},
          {},
          run};
}

}  // namespace hn::cli
