#include <ostream>

#include "hn/repo/tracked.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/worktree/files.hpp"
#include "paths.hpp"

namespace hn::cli {
namespace {

// What is ignored, and what the words name of it.
struct Found {
  std::vector<std::string> ignored;  // files that are meant
  std::vector<std::string> named;    // words that name something ignored itself
};

Found find(const Context& context, const repo::Repository& repository,
           const std::vector<std::string>& words) {
  const repo::WorktreeRecord standing = repo::require_worktree(repository);
  repo::ConflictFiles conflicts(repository, repository.store());
  worktree::ScanOptions options =
      repo::scan_options(repository, repository.store(), standing.base, conflicts, nullptr);
  options.survey = true;
  const worktree::Snapshot snapshot = worktree::scan(std::move(options));
  Found out;
  for (const std::string& word : words) {
    const worktree::Pathspec alone = pathspec_of(context, repository, {word});
    std::vector<std::string> ignored;
    for (const std::string& path : snapshot.ignored)
      if (alone.matches(path)) ignored.push_back(path);
    if (ignored.empty()) {
      repo::require_matches(alone, snapshot, true, Code::not_found);
      continue;
    }
    // A glob, or a folder that has other files, means those.
    const std::string* path = alone.only_path();
    const auto below = [&](const std::string& other) {
      return other == *path || worktree::is_below(other, *path);
    };
    const bool others =
        path == nullptr ||
        std::ranges::any_of(snapshot.index.rows,
                            [&](const auto& row) { return row.base && below(row.path); }) ||
        std::ranges::any_of(snapshot.changes, [&](const auto& c) { return below(c.path); });
    if (!others) out.named.push_back(word);
    out.ignored.insert(out.ignored.end(), ignored.begin(), ignored.end());
  }
  std::ranges::sort(out.ignored, worktree::path_less);
  out.ignored.erase(std::unique(out.ignored.begin(), out.ignored.end()), out.ignored.end());
  return out;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<std::string> words = path_words(given);
  const bool force = given.has("force");
  Found found;
  if (!words.empty()) found = find(context, repository, words);
  if (!force && !found.named.empty()) {
    throw Failure(Code::refused, "'" + found.named.front() + "' is ignored",
                  "hn check-ignore -v says by which line; to record it all the same: hn add -f");
  }
  if (!force) found.ignored.clear();
  if (!found.ignored.empty() && !given.has("dry-run")) repo::track(repository, found.ignored);
  if (given.has("json")) {
    print(context, paths_json({{"added", found.ignored}}));
    return 0;
  }
  for (const std::string& path : found.ignored)
    context.out << "add '" << escape_controls(path) << "'\n";
  if (found.ignored.empty())
    context.err << "nothing needs adding: hn commit records what hn status lists\n";
  return 0;
}

}  // namespace

Command cmd_add() {
  return {"add",
          "Let the next commit record files that are ignored",
          {{"-f,--force", "", "files that are ignored; nothing else needs adding"},
           {"-n,--dry-run", "", "touch nothing, say what would be added"},
           {"-A,--all", "", "taken for the sake of habit"},
           {"--json", "", "as JSON"}},
          {{"PATH", "the files, or folders with all in them", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
