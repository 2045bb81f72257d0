#include <ostream>

#include "auto_gc.hpp"
#include "hn/repo/init.hpp"
#include "hn/worktree/name.hpp"
#include "sync_report.hpp"

namespace hn::cli {
namespace {

std::string clone_folder(const Context& context, const Given& given, const log::Link& link) {
  if (const auto dir = given.value("DIR")) return context.absolute(*dir);
  // A link names no project, and a name from elsewhere would have to be checked: the id's is plain.
  return context.absolute("hn-" + log::to_hex(link.repository).substr(0, 8));
}

bool is_empty_folder(const Context& context, const std::string& folder) {
  const auto stat = context.world.fs.stat(folder);
  return !stat || (stat->folder && context.world.fs.list(folder).empty());
}

// A clone that was broken off goes on with what it has.
repo::Repository open_or_begin(const Context& context, const std::string& folder,
                               const log::Link& link, const std::string& label) {
  const repo::Layout layout{folder};
  if (store::Store::exists(context.world.fs, layout.store())) {
    repo::Repository repository(context.world, layout);
    if (repository.id() == link.repository && !repository.worktree()) return repository;
    throw Failure(Code::exists, "there is a repository in " + folder + " already",
                  "to bring it up to date: hn sync");
  }
  if (!is_empty_folder(context, folder)) {
    throw Failure(Code::exists, folder + " is there already and not empty",
                  "name another folder: hn clone LINK DIR");
  }
  return repo::init_clone(context.world, folder, link.repository, label);
}

int run(Context& context, const Given& given) {
  const auto decoded = log::decode_link(*given.value("LINK"));
  if (!decoded)
    throw Failure(decoded.error().code,
                  std::string("the link is not good: ") + decoded.error().rule);
  const log::Link& link = *decoded;
  const std::string folder = clone_folder(context, given, link);
  const std::string label = given.value("name").value_or(repo::default_label(context.world));
  if (!log::is_label(label))
    throw Failure(Code::usage, "'" + label + "' is not a name for a device");
  std::vector<node::SyncTarget> targets;
  if (!given.has("via")) targets.push_back(inviter(link));

  const bool made = !context.world.fs.stat(folder);
  const bool begins = !store::Store::exists(context.world.fs, repo::Layout{folder}.store());
  repo::Repository repository = open_or_begin(context, folder, link, label);
  node::SyncReport report;
  {
    ProgressLine line(context);
    node::SyncOptions options = sync_options(given, line);
    options.targets = std::move(targets);
    report = node::join(repository, link, options);
  }
  // A link that was used let nobody in: nothing is left behind.
  if (begins && is_used_link(report) && repository.store().entry_count() == 0) {
    repo::remove_empty_clone(repository);
    if (made) context.world.fs.remove(folder);
  }
  require_agreed(report);
  repository.refresh();
  repo::adopt_default_branch(repository);
  const repo::Moved moved = repo::update_working_tree(repository);
  say_refusals(context, moved);
  const auto standing = repository.worktree();
  const std::string branch = standing ? repo::shown_name(repository, standing->branch) : "";
  const node::PeerOutcome& peer = report.peers.front();
  if (given.has("json")) {
    Json out;
    put_text(out, "folder", folder);
    out["repository"] = log::to_hex(repository.id());
    put_text(out, "branch", branch);
    out["peers"] = outcome_json(report);
    out["working_tree"] = moved_json(moved);
    print(context, out);
  } else {
    context.out << "cloned into " << escape_controls(folder) << " from " << peer.shown << ": "
                << count_of(peer.blocks_in, "block") << ", " << bytes_text(peer.bytes_in)
                << "; on branch " << escape_controls(branch) << ", "
                << count_of(moved.written, "file") << "\n";
  }
  start_filters_where_wanted(context, repository);
  return 0;
}

}  // namespace

Command cmd_clone() {
  return {"clone",
          "Join a repository with an invitation and fetch it",
          {{"--name", "NAME", "call this device NAME (else after the machine)"},
           {"--timeout", "SECONDS", "give up after so long without an answer (else 30)"},
           {"--limit", "RATE", "bytes a second each way, at most, as 500k or 2m"},
           {"--via", "CMD", "reach the inviter through the standard streams of a command"},
           {"--json", "", "as JSON"}},
          {{"LINK", "what hn invite printed", 1, 1},
           {"DIR", "the folder to make (else after the repository's id)", 0, 1, Offers::folders}},
          run};
}

}  // namespace hn::cli
