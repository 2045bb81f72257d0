#include <ostream>

#include "failure.hpp"
#include "hn/git/verify.hpp"
#include "hn/repo/fsck.hpp"
#include "output.hpp"
#include "progress.hpp"

namespace hn::cli {
namespace {

// A store that does not even open cannot be looked through.
repo::Repository open_or_say(const Context& context) {
  try {
    return context.open();
  } catch (const Failure& failure) {
    if (failure.code() != Code::damaged) throw;
    throw Failure(Code::damaged, failure.context(),
                  "this store cannot be opened: bring back a backup of .hn, or clone again");
  }
}

void say_fault(const Context& context, const repo::Fault& fault, Json* faults) {
  if (faults == nullptr) {
    context.out << name_of(fault.code) << ": " << escape_controls(fault.what) << "\n";
    return;
  }
  Json row;
  row["code"] = name_of(fault.code);
  put_text(row, "what", fault.what);
  faults->push_back(std::move(row));
}

// Makes git's ids of all that was imported again. Only where all blocks are here and sound: what it
// meets then is a rule that was broken by whoever wrote the block.
std::optional<repo::Fault> check_git_ids(const repo::Repository& repository,
                                         const repo::FsckReport& report) {
  std::vector<git::ImportedRef> refs;
  refs.reserve(report.imported.size());
  for (const repo::FsckImported& imported : report.imported) {
    refs.push_back(
        {"", imported.kind == object::Kind::tag, imported.kind, imported.id, imported.git});
  }
  const auto verified = git::verify_import(repository.store(), refs);
  if (verified) return std::nullopt;
  const Error& error = verified.error();
  return repo::Fault{error.code == Code::damaged ? Code::invalid : error.code,
                     "block " + hn::to_hex(error.subject) + ": " + error.rule};
}

void say_summary(const Context& context, const repo::FsckReport& report, bool git_checked) {
  context.out << count_of(report.blocks, "block") << ", " << report.entries
              << (report.entries == 1 ? " entry, " : " entries, ") << report.publishes
              << (report.publishes == 1 ? " publish" : " publishes") << " and "
              << count_of(report.auto_merges, "auto-merge") << " checked";
  if (git_checked && !report.imported.empty()) {
    context.out << ", and git's ids of " << count_of(report.imported.size(), "object");
  }
  context.out << ": " << (report.faults == 0 ? "all well" : count_of(report.faults, "fault"))
              << "\n";
  if (!report.unnamed.empty())
    context.out << count_of(report.unnamed.size(), "commit") << " that nothing names\n";
}

Json as_json(const repo::FsckReport& report, bool git_checked, Json faults) {
  Json out;
  out["blocks"] = report.blocks;
  out["entries"] = report.entries;
  out["publishes"] = report.publishes;
  out["auto_merges"] = report.auto_merges;
  out["git_ids"] = git_checked ? report.imported.size() : 0;
  out["unnamed"] = Json::array();
  for (const object::Id& id : report.unnamed) out["unnamed"].push_back(object::to_hex(id));
  out["faults"] = std::move(faults);
  return out;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = open_or_say(context);
  const bool json = given.has("json");
  Json faults = Json::array();
  repo::FsckReport report;
  bool git_checked = false;
  {
    ProgressLine line(context);
    const auto say = [&](const repo::Fault& fault) {
      line.hide();
      say_fault(context, fault, json ? &faults : nullptr);
    };
    report = repo::fsck(repository, say, [&](std::string_view what, std::uint64_t done) {
      line.show("checking " + std::string(what) + ": " + std::to_string(done));
    });
    git_checked = report.faults == 0;
    if (git_checked && !report.imported.empty()) {
      line.show("checking git's ids of " + count_of(report.imported.size(), "object"));
      if (const auto fault = check_git_ids(repository, report)) {
        ++report.faults;
        say(*fault);
      }
    }
  }
  if (json) {
    print(context, as_json(report, git_checked, std::move(faults)));
  } else {
    say_summary(context, report, git_checked);
  }
  return report.faults == 0 ? 0 : kExitNo;
}

}  // namespace

Command cmd_fsck() {
  return {"fsck",
          "Check every block, entry, signature, manifest, auto-merge and git id",
          {{"--json", "", "as JSON"}},
          {},
          run};
}

}  // namespace hn::cli
