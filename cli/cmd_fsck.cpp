#include <ostream>

#include "failure.hpp"
#include "hn/repo/fsck.hpp"
#include "output.hpp"

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

int run(Context& context, const Given& given) {
  repo::Repository repository = open_or_say(context);
  Json faults = Json::array();
  const bool json = given.has("json");
  const repo::FsckReport report = repo::fsck(repository, [&](const repo::Fault& fault) {
    if (json) {
      Json row;
      row["code"] = name_of(fault.code);
      put_text(row, "what", fault.what);
      faults.push_back(std::move(row));
    } else {
      context.out << name_of(fault.code) << ": " << escape_controls(fault.what) << "\n";
    }
  });
  if (json) {
    Json out;
    out["blocks"] = report.blocks;
    out["entries"] = report.entries;
    out["publishes"] = report.publishes;
    out["auto_merges"] = report.auto_merges;
    out["faults"] = faults;
    print(context, out);
  } else {
    context.out << count_of(report.blocks, "block") << ", " << report.entries
                << (report.entries == 1 ? " entry, " : " entries, ")
                << std::to_string(report.publishes) +
                       (report.publishes == 1 ? " publish" : " publishes")
                << " and " << count_of(report.auto_merges, "auto-merge") << " checked: "
                << (report.faults == 0 ? "all well" : count_of(report.faults, "fault")) << "\n";
  }
  return report.faults == 0 ? 0 : kExitNo;
}

}  // namespace

Command cmd_fsck() {
  return {"fsck",
          "Check every block, entry, signature, manifest and auto-merge",
          {{"--json", "", "as JSON"}},
          {},
          run};
}

}  // namespace hn::cli
