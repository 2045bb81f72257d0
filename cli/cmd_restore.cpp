#include <algorithm>
#include <ostream>

#include "hn/repo/resolve.hpp"
#include "hn/repo/restore.hpp"
#include "hn/repo/revision.hpp"
#include "hooks.hpp"
#include "paths.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

void report(Context& context, const Given& given, const repo::Restored& done) {
  require_moved(done.moved, "restoring");
  say_refusals(context, done.moved);
  if (given.has("json")) {
    print(context, paths_json({{"written", done.written}, {"removed", done.removed}}));
    return;
  }
  if (given.has("quiet")) return;
  const auto list = [&](const std::string& word, const std::vector<std::string>& paths) {
    list_done(context, given, {word, "file", paths},
              [&](const std::string& path) { return word + " " + shown_path(path); });
  };
  list("restored", done.written);
  list("removed", done.removed);
}

// Of what is in conflict the file of one side.
repo::Restored take_side(Context& context, repo::Repository& repository, const Given& given) {
  using Kind = repo::Choice::Kind;
  if ((given.has("ours") && given.has("theirs")) || given.has("source") || given.has("force"))
    throw Failure(Code::usage, "--ours, --theirs, --source and --force exclude each other");
  repo::ResolveRequest request;
  request.meant = required_pathspec(context, repository, path_words(given));
  request.choice.kind = given.has("ours") ? Kind::ours : Kind::theirs;
  request.only_list = given.has("dry-run");
  // As in git, a file that the side has not is removed.
  repo::Restored out;
  for (const repo::OpenConflict& conflict : repo::open_conflicts(repository, request.meant)) {
    const auto& terms = conflict.terms.terms;
    if (!terms.empty() && !(given.has("ours") ? terms.front() : terms.back()))
      out.removed.push_back(conflict.path);
  }
  repo::Resolved done = repo::resolve(repository, request);
  std::ranges::copy_if(done.paths, std::back_inserter(out.written), [&](const std::string& path) {
    return std::ranges::find(out.removed, path) == out.removed.end();
  });
  out.moved = std::move(done.moved);
  return out;
}

repo::Restored take_source(Context& context, repo::Repository& repository, const Given& given) {
  repo::RestoreRequest request;
  request.meant = required_pathspec(context, repository, path_words(given));
  if (const auto source = given.value("source"))
    request.source = repo::resolve_commit(repository, *source);
  request.overwrite_new = given.has("force");
  request.only_list = given.has("dry-run");
  return repo::restore(repository, request);
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const bool side = given.has("ours") || given.has("theirs");
  report(context, given,
         side ? take_side(context, repository, given) : take_source(context, repository, given));
  if (given.has("dry-run")) return 0;
  const auto standing = repository.worktree();
  const auto base = standing ? standing->base : std::nullopt;
  return run_checkout_hook(context, repository, base, base, false);
}

}  // namespace

Command cmd_restore() {
  return {"restore",
          "Bring files back to what a commit has of them",
          {{"-s,--source", "REV", "the commit (else the last one)", Offers::revisions},
           {"-2,--ours", "", "of what is in conflict the first side"},
           {"-3,--theirs", "", "of what is in conflict the other side"},
           {"-f,--force", "", "overwrite files that were never recorded"},
           {"-n,--dry-run", "", "touch nothing, say what would be done"},
           {"-q,--quiet", "", "do not list them"},
           {"-v,--verbose", "", "list them all, however many they are"},
           {"--json", "", "as JSON"}},
          {{"PATH", "what to bring back", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
