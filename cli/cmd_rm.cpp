#include <ostream>

#include "hn/repo/restore.hpp"
#include "paths.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

// Words that are names, no globs: a folder under one of them wants -r.
std::vector<std::string> names_in(const Context& context, const repo::Repository& repository,
                                  const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    const worktree::Pathspec alone = pathspec_of(context, repository, {word});
    if (alone.everything()) out.emplace_back();
    if (const std::string* path = alone.only_path()) out.push_back(*path);
  }
  return out;
}

int run(Context& context, const Given& given) {
  if (given.has("cached")) {
    throw Failure(
        Code::usage, "there is no staging area to remove it from",
        "to keep a file and record it no more: list it in .hnignore, then hn rm it and put "
        "it back");
  }
  repo::Repository repository = context.open();
  const std::vector<std::string> words = path_words(given);
  repo::RemoveRequest request;
  request.meant = required_pathspec(context, repository, words, worktree::Pathspec::Rest::here);
  if (!given.has("recursive")) request.no_folders = names_in(context, repository, words);
  request.force = given.has("force");
  request.only_list = given.has("dry-run");
  request.none_is_fine = given.has("ignore-unmatch");
  const repo::Restored done = repo::remove_files(repository, request);
  if (!done.moved.done) {
    refuse_locked(done.moved.obstacles);
    const worktree::Obstacle& first = done.moved.obstacles.front();
    throw Failure(Code::refused,
                  shown_path(first.path) + " has changes that are recorded nowhere" +
                      (done.moved.obstacles.size() > 1 ? ", and it is not the only one" : ""),
                  "hn commit them first, or lose them: hn rm -f; nothing was touched");
  }
  if (given.has("json")) {
    print(context, paths_json({{"removed", done.removed}}));
  } else if (!given.has("quiet")) {
    list_done(context, given, {"removed", "file", done.removed},
              [](const std::string& path) { return "rm '" + escape_controls(path) + "'"; });
  }
  return 0;
}

}  // namespace

Command cmd_rm() {
  return {"rm",
          "Remove recorded files",
          {{"-r,--recursive", "", "folders too, with all that is recorded in them"},
           {"-f,--force", "", "files too that have changes which are recorded nowhere"},
           {"-n,--dry-run", "", "touch nothing, say what would be removed"},
           {"-q,--quiet", "", "do not list them"},
           {"-v,--verbose", "", "list them all, however many they are"},
           {"--ignore-unmatch", "", "end with 0 although a path matches nothing"},
           {"--cached", "", "refused: there is no staging area"},
           {"--json", "", "as JSON"}},
          {{"PATH", "what to remove", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
