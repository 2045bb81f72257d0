#include <ostream>

#include "hn/repo/restore.hpp"
#include "hn/repo/revision.hpp"
#include "paths.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  repo::RestoreRequest request;
  request.meant = required_pathspec(context, repository, path_words(given));
  if (const auto source = given.value("source"))
    request.source = repo::resolve_commit(repository, *source);
  request.overwrite_new = given.has("force");
  request.only_list = given.has("dry-run");
  const repo::Restored done = repo::restore(repository, request);
  require_moved(done.moved, "restoring");
  say_refusals(context, done.moved);
  if (given.has("json")) {
    print(context, paths_json({{"written", done.written}, {"removed", done.removed}}));
    return 0;
  }
  if (given.has("quiet")) return 0;
  const auto list = [&](const std::string& word, const std::vector<std::string>& paths) {
    list_done(context, given, {word, "file", paths},
              [&](const std::string& path) { return word + " " + shown_path(path); });
  };
  list("restored", done.written);
  list("removed", done.removed);
  return 0;
}

}  // namespace

Command cmd_restore() {
  return {"restore",
          "Bring files back to what a commit has of them",
          {{"-s,--source", "REV", "the commit (else the last one)", Offers::revisions},
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
