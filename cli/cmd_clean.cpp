#include <algorithm>
#include <ostream>

#include "hn/repo/clean.hpp"
#include "paths.hpp"
#include "report.hpp"
#include "short_status.hpp"

namespace hn::cli {
namespace {

repo::CleanRequest request_of(const Context& context, const repo::Repository& repository,
                              const Given& given) {
  using Ignored = repo::CleanRequest::Ignored;
  if (given.has("ignored") && given.has("only-ignored"))
    throw Failure(Code::usage, "-x and -X exclude each other");
  repo::CleanRequest request;
  std::vector<std::string> words = path_words(given);
  request.folders = given.has("folders") || !words.empty();
  // As in git, from the folder here on.
  request.here = context.folder_in(repository);
  if (words.empty() && !request.here.empty()) words.emplace_back(":(literal).");
  request.meant = pathspec_of(context, repository, words, worktree::Pathspec::Rest::here);
  request.ignored = given.has("only-ignored") ? Ignored::only
                    : given.has("ignored")    ? Ignored::too
                                              : Ignored::kept;
  std::string patterns;
  for (const std::string& pattern : given.values("exclude")) patterns += pattern + "\n";
  request.kept = worktree::Patterns::parse(as_bytes(patterns));
  return request;
}

// What they ignore would be lost.
void refuse_unread_rules(const Given& given, const repo::CleanPlan& plan) {
  if (given.has("ignored")) return;
  for (const worktree::Notice& notice : plan.unread)
    if (notice.kind == worktree::Notice::Kind::rules_unread)
      throw Failure(Code::io, shown_path(notice.path) + ": " + std::string(in_words(notice.kind)),
                    "make it readable; nothing was removed");
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const repo::CleanPlan plan = repo::plan_clean(repository, request_of(context, repository, given));
  const bool touch = given.has("force") && !given.has("dry-run");
  say_unread(context, plan.unread);
  if (touch) {
    refuse_unread_rules(given, plan);
    repo::carry_out_clean(repository, plan);
  }
  if (given.has("json")) {
    print(context, paths_json({{"removed", plan.shown}, {"skipped", plan.skipped}}));
    return 0;
  }
  const std::string folder = context.folder_in(repository);
  const auto list = [&](std::string_view what, const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
      context.out << what << ' ' << shown_path(path_from(folder, path)) << "\n";
  };
  if (!touch && !given.has("quiet")) list("Would remove", plan.shown);
  if (touch && !given.has("quiet")) {
    list_done(context, given, {"removed", "path", plan.shown}, [&](const std::string& path) {
      return "Removing " + shown_path(path_from(folder, path));
    });
  }
  if (!given.has("quiet"))
    list(touch ? "Skipping repository" : "Would skip repository", plan.skipped);
  if (!touch && !given.has("dry-run") && !plan.shown.empty())
    context.err << "nothing was removed: hn clean -f does it\n";
  return 0;
}

}  // namespace

Command cmd_clean() {
  return {"clean",
          "Remove files that were never recorded",
          {{"-f,--force", "", "remove them; without it they are listed"},
           {"-d,--folders", "", "folders too in which nothing is recorded"},
           {"-x,--ignored", "", "what is ignored too"},
           {"-X,--only-ignored", "", "what is ignored alone"},
           {"-e,--exclude", "PATTERN", "leave out what matches, as a line of .hnignore",
            Offers::nothing, "", true},
           {"-n,--dry-run", "", "touch nothing, with -f too"},
           {"-q,--quiet", "", "do not list what is removed"},
           {"-v,--verbose", "", "list all that is removed, however much it is"},
           {"--json", "", "as JSON"}},
          {{"PATH", "limit it to these", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
