#pragma once

#include "hn/node/operations.hpp"
#include "progress.hpp"
#include "report.hpp"

// What sync and clone have in common: whom to call, and what to say afterwards.
namespace hn::cli {

// Targets for words such as "anna", "192.0.2.1:4697"; every known peer where there are none.
// Failure unreachable where nobody is known.
std::vector<node::SyncTarget> targets_of(const repo::Repository& repository,
                                         const std::vector<std::string>& words);

// Where a link says that its inviter is. Failure bad_link, unreachable where no address is of use.
node::SyncTarget inviter(const log::Link& link);

// The options that all share: --timeout, --via, --limit, and progress on a terminal.
node::SyncOptions sync_options(const Given& given, ProgressLine& line);

// All of a report, between the daemon and the command that asked it.
std::string report_text(const node::SyncReport& report);
// nullopt for anything else.
std::optional<node::SyncReport> report_from(const std::string& text);

Json outcome_json(const node::SyncReport& report);

// Whether the invitation was refused for good.
bool is_used_link(const node::SyncReport& report);

// Throws the Failure of the best outcome where no peer agreed.
void require_agreed(const node::SyncReport& report);

}  // namespace hn::cli
