#include <ostream>

#include "hn/os/clock.hpp"
#include "hn/repo/commit.hpp"
#include "hn/repo/dates.hpp"
#include "message.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

// A mistyped path would otherwise be left out of the commit in silence.
void require_known(const Context& context, const repo::Repository& repository,
                   const std::string& path) {
  if (path.empty()) return;
  const std::string full = repository.layout().root + "/" + path;
  const auto folder = context.world.fs.stat(os::parent_of(full));
  if (folder && folder->folder) {
    const std::string name = full.substr(full.rfind('/') + 1);
    if (std::ranges::binary_search(context.world.fs.list(os::parent_of(full)), name)) return;
  }
  const auto standing = repository.worktree();
  const auto tree =
      repo::tree_of(repository.store(), standing ? standing->base : std::optional<object::Id>());
  if (tree && repo::require(object::find_path(repository.store(), *tree, path), "reading a folder"))
    return;
  throw Failure(Code::not_found, "there is no '" + path + "' in the working tree or its commit",
                "nothing was committed; hn status lists what changed");
}

repo::CommitRequest request_of(const Context& context, const repo::Repository& repository,
                               const Given& given) {
  repo::CommitRequest request;
  request.amend = given.has("amend");
  request.allow_empty = given.has("allow-empty");
  request.allow_markers = given.has("allow-markers");
  const auto message = message_of(context, given);
  if (!message && !request.amend) {
    throw Failure(Code::usage, "a commit wants a message", "hn commit -m MESSAGE, or -F FILE");
  }
  request.keep_message = !message;
  request.message = message.value_or("");
  if (const auto author = given.value("author")) {
    request.author = repo::parse_who(*author);
    if (!request.author)
      throw Failure(Code::usage, "'" + *author + "' is not of the form Name <address>");
  }
  if (const auto date = given.value("date")) {
    const WallTime now = context.world.clock.wall();
    request.author_time = repo::parse_date(*date, now.zone_minutes);
    if (!request.author_time) {
      throw Failure(Code::usage, "'" + *date + "' is not a date",
                    "such as 2026-11-20T12:30:00+01:00 or @SECONDS");
    }
  }
  for (const std::string& path : given.values("PATH")) {
    request.paths.push_back(context.in_repository(repository, path));
    require_known(context, repository, request.paths.back());
  }
  // The root itself means everything.
  if (std::ranges::find(request.paths, "") != request.paths.end()) request.paths.clear();
  return request;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const repo::CommitDone done = repo::commit(repository, request_of(context, repository, given));
  const auto commit =
      repo::require(object::read_commit(repository.store(), done.commit), "reading the commit");
  for (const worktree::Notice& notice : done.notices) {
    context.err << "note: " << shown_path(notice.path) << ": " << in_words(notice.kind) << "\n";
  }
  if (given.has("json")) {
    Json out = commit_json(done.commit, commit);
    put_text(out, "branch", done.branch);
    out["files"] = done.files;
    out["conflicts"] = Json::array();
    for (const std::string& path : done.conflicts) {
      Json row;
      put_text(row, "path", path);
      out["conflicts"].push_back(std::move(row));
    }
    print(context, out);
    return 0;
  }
  context.out << "[" << escape_controls(done.branch) << (done.root ? " (first commit)" : "") << " "
              << short_id(done.commit) << "] " << subject_of(commit) << "\n "
              << count_of(done.files, "file") << " changed\n";
  for (const std::string& path : done.conflicts)
    context.out << " still in conflict: " << shown_path(path) << "\n";
  if (!done.still_contained_by.empty()) {
    context.err
        << "note: commits of " << done.still_contained_by.front()
        << " stand on the one you replaced, so it stays in the history; a revert would undo it\n";
  }
  return 0;
}

}  // namespace

Command cmd_commit() {
  return {
      "commit",
      "Record the working tree as a commit",
      {{"-m,--message", "MSG", "the message; several become paragraphs", Offers::nothing, "", true},
       {"-F,--file", "FILE", "read the message from FILE, - for standard input", Offers::files},
       {"--amend", "", "replace the commit that the working tree stands on"},
       {"--allow-empty", "", "commit although nothing changed"},
       {"--allow-markers", "", "record lines of conflict markers as they are"},
       {"--author", "WHO", "the author, as Name <address>"},
       {"--date", "DATE", "the author's date"},
       {"--json", "", "as JSON"}},
      {{"PATH", "record these paths alone", 0, kMany, Offers::files}},
      run};
}

}  // namespace hn::cli
