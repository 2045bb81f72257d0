#include <map>
#include <ostream>
#include <thread>

#include "diff_files.hpp"
#include "diff_stat.hpp"
#include "failure.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/revision_text.hpp"
#include "hn/repo/tree_changes.hpp"
#include "hn/repo/working_tree.hpp"
#include "output.hpp"
#include "report.hpp"
#include "words.hpp"

namespace hn::cli {
namespace {

// Keeps what a scan reads, so that contents which are in no store can be shown. In memory: a diff
// of the working tree shows what changed, which people have to read.
class Kept final : public object::BlockReader, public object::BlockWriter {
 public:
  explicit Kept(const object::BlockReader& below) : below_(below) {}

  using BlockReader::read;
  Result<object::Block> read(const object::Id& id) const override {
    const auto at = blocks_.find(id);
    if (at != blocks_.end()) return at->second;
    return below_.read(id);
  }
  bool has(const object::Id& id) const override { return blocks_.contains(id) || below_.has(id); }
  object::Id write(object::Kind kind, ByteView bytes, const std::optional<object::Id>&) override {
    const object::Id id = object::id_of(kind, bytes);
    if (!below_.has(id)) blocks_.emplace(id, object::Block{kind, to_bytes(bytes)});
    return id;
  }

 private:
  const object::BlockReader& below_;
  std::map<object::Id, object::Block> blocks_;
};

Json file_json(const FileDiff& file) {
  Json out;
  put_text(out, "path", file.new_path);
  out["status"] = file.copied    ? std::string_view("copied")
                  : file.renamed ? std::string_view("renamed")
                                 : word_of(file.before, file.after);
  if (file.renamed) {
    put_text(out, "from", file.old_path);
    out["percent"] = file.percent;
  }
  return out;
}

struct PathOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    return worktree::path_less(a, b);
  }
};
using Sides = std::pair<std::optional<object::Value>, std::optional<object::Value>>;
using Changes = std::map<std::string, Sides, PathOrder>;

// From `old` to the working tree, by way of the commit that it stands on. As in git, what was never
// recorded is not part of a diff, and status names it; unless `old` had a file of that name.
Changes changes_since(repo::Repository& repository, Kept& kept,
                      const std::optional<object::Id>& old, const worktree::Pathspec& meant,
                      std::vector<worktree::Notice>& left) {
  const auto standing = repository.worktree();
  const std::optional<object::Id> base = standing ? standing->base : std::nullopt;
  Changes out;
  if (old != base) {
    repo::require(object::diff_paths(repository.store(), repo::tree_of(repository.store(), old),
                                     repo::tree_of(repository.store(), base),
                                     [&](const object::Change& change) {
                                       out[change.name] = {change.old_value, change.new_value};
                                       return true;
                                     }),
                  "comparing trees");
  }
  repo::ConflictFiles conflicts(repository, repository.store());
  const worktree::Snapshot snapshot =
      worktree::scan(repo::scan_options(repository, kept, base, conflicts, &kept));
  left = repo::unread(snapshot.notices, snapshot.index, meant);
  for (const worktree::Change& change : snapshot.changes) {
    const auto at = out.find(change.path);
    if (at != out.end()) {
      at->second.second = change.now;
    } else if (snapshot.is_asked_for(change)) {
      out[change.path] = {change.base, change.now};
    }
  }
  std::erase_if(out, [](const auto& row) { return row.second.first == row.second.second; });
  return out;
}

// What is compared.
struct Compared {
  std::optional<object::Id> before;
  std::optional<object::Id> after;
  bool working_tree = true;  // instead of `after`
};

Compared compared(repo::Repository& repository, const std::vector<std::string>& revisions) {
  const auto standing = repository.worktree();
  Compared out;
  if (revisions.empty()) {
    out.before = standing ? standing->base : std::nullopt;
    return out;
  }
  repo::CommitSet set;
  for (const std::string& revision : revisions) {
    const repo::RangeText range = repo::parse_range(revision);
    if (range.kind == repo::RangeText::Kind::symmetric) {
      // The common ancestor against the right side.
      repo::add_range(repository, revision, set);
      if (set.without.empty())
        throw Failure(Code::invalid, "'" + revision + "': they have no ancestor in common");
      return {set.without.front(), set.with.back(), false};
    }
    repo::add_range(repository, revision, set);
  }
  if (set.with.size() == 1 && set.without.empty()) {
    out.before = set.with.front();
    return out;
  }
  out.working_tree = false;
  if (set.with.size() == 1 && !set.without.empty()) {
    out.before = set.without.front();
    out.after = set.with.front();
  } else if (set.with.size() == 2 && set.without.empty()) {
    out.before = set.with[0];
    out.after = set.with[1];
  } else {
    throw Failure(Code::usage, "those are more than two commits",
                  "hn diff compares a commit with the working tree, or two");
  }
  return out;
}

bool is_path_at(const std::string& word) {
  const auto revision = repo::parse_revision(word);
  return revision && revision->path;
}

// REV:PATH twice: two files, whatever they are called.
std::vector<FileDiff> two_files(repo::Repository& repository,
                                const std::vector<std::string>& words) {
  const repo::PathAt a = repo::resolve_path(repository, words[0]);
  const repo::PathAt b = repo::resolve_path(repository, words[1]);
  if (a.value.mode == object::Mode::folder || b.value.mode == object::Mode::folder)
    throw Failure(Code::invalid, "a folder is no file",
                  "two folders can be compared, or two files");
  if (a.value == b.value) return {};
  return {{a.path, b.path, a.value, b.value, 0, false, false}};
}

// REV:PATH, and a file as it stands in the working tree.
std::vector<FileDiff> with_file_here(const Context& context, repo::Repository& repository,
                                     Kept& kept, const std::string& word, const std::string& path) {
  const repo::PathAt a = repo::resolve_path(repository, word);
  const std::string here = context.in_repository(repository, path);
  const auto standing = repository.worktree();
  const std::optional<object::Id> base = standing ? standing->base : std::nullopt;
  std::optional<object::Value> now;
  if (const auto tree = repo::tree_of(repository.store(), base))
    now = repo::require(object::find_path(repository.store(), *tree, here), "reading a folder");
  repo::ConflictFiles conflicts(repository, repository.store());
  for (const worktree::Change& change :
       worktree::scan(repo::scan_options(repository, kept, base, conflicts, &kept)).changes)
    if (change.path == here) now = change.now;
  if (!now || now->mode == object::Mode::folder || a.value.mode == object::Mode::folder)
    throw Failure(Code::not_found, "'" + path + "' is no file here that could be compared");
  if (a.value == *now) return {};
  return {{a.path, here, a.value, now, 0, false, false}};
}

// The tree that is meant by what is no commit: REV^{tree}, or the REV:PATH of a folder.
std::optional<object::Id> bare_tree(repo::Repository& repository, const std::string& word) {
  if (repo::parse_range(word).kind != repo::RangeText::Kind::one) return std::nullopt;
  // Names are of commits; so are ids that are cut short.
  if (word.find_first_of(":^") == word.npos && word.size() != 64) return std::nullopt;
  if (is_path_at(word)) {
    const repo::PathAt at = repo::resolve_path(repository, word);
    return at.value.mode == object::Mode::folder ? std::optional(at.value.id()) : std::nullopt;
  }
  const log::Target target = repo::resolve(repository, word);
  return target.kind == object::Kind::tree ? std::optional(target.id) : std::nullopt;
}

// Both trees, where there are two and one of them is that of no commit.
using Trees = std::pair<std::optional<object::Id>, std::optional<object::Id>>;
std::optional<Trees> two_trees(repo::Repository& repository,
                               const std::vector<std::string>& words) {
  if (words.size() != 2) return std::nullopt;
  std::optional<object::Id> a = bare_tree(repository, words[0]);
  std::optional<object::Id> b = bare_tree(repository, words[1]);
  if (!a && !b) return std::nullopt;
  if (!a) a = repo::tree_of(repository.store(), repo::resolve_commit(repository, words[0]));
  if (!b) b = repo::tree_of(repository.store(), repo::resolve_commit(repository, words[1]));
  return Trees{a, b};
}

std::vector<object::Change> changes_in(repo::Repository& repository, Kept& kept,
                                       const Compared& sides, const worktree::Pathspec& meant,
                                       std::vector<worktree::Notice>& left) {
  if (!sides.working_tree) {
    return repo::tree_changes(repository.store(), repo::tree_of(repository.store(), sides.before),
                              repo::tree_of(repository.store(), sides.after), meant);
  }
  std::vector<object::Change> out;
  for (const auto& [path, values] : changes_since(repository, kept, sides.before, meant, left)) {
    if (meant.matches(path)) out.push_back({path, values.first, values.second});
  }
  std::ranges::sort(out, {}, &object::Change::name);
  return out;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const Words words = split_words(context, repository, given, "REV|PATH");
  DiffOptions options = diff_options(context, repository, given);
  options.quiet = given.has("quiet");
  if (!options.any() && !given.has("no-patch")) options.patch = true;
  // What is kept is there before anyone prints.
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  Kept kept(repository.store());
  std::vector<FileDiff> files;
  const std::optional<Trees> trees = two_trees(repository, words.revisions);
  std::vector<worktree::Notice> left;  // may differ, and cannot be read
  if (words.revisions.size() == 2 && is_path_at(words.revisions[0]) &&
      is_path_at(words.revisions[1]) && !trees) {
    files = two_files(repository, words.revisions);
  } else if (words.revisions.size() == 1 && is_path_at(words.revisions[0]) &&
             words.path_words.size() == 1) {
    files = with_file_here(context, repository, kept, words.revisions[0], words.path_words[0]);
  } else if (trees) {
    std::vector<object::Change> all;
    if (options.copies_harder)
      all = repo::tree_changes(repository.store(), std::nullopt, trees->first, words.paths);
    files = file_diffs(
        kept, repo::tree_changes(repository.store(), trees->first, trees->second, words.paths),
        options, all);
  } else {
    const Compared sides = compared(repository, words.revisions);
    std::vector<object::Change> all;
    if (options.copies_harder)
      all = repo::tree_changes(repository.store(), std::nullopt,
                               repo::tree_of(repository.store(), sides.before), words.paths);
    files = file_diffs(kept, changes_in(repository, kept, sides, words.paths, left), options, all);
  }
  bool clean = true;
  if (given.has("json")) {
    Json out;
    out["files"] = Json::array();
    for (const FileDiff& file : files) out["files"].push_back(file_json(file));
    print(context, out);
  } else {
    clean = print_diffs(context, kept, files, options);
  }
  say_unread(context, left);
  const bool asks = given.has("exit-code") || options.quiet;
  if (!left.empty()) return asks ? kExitNo : kExitFatal;
  const int checked = clean ? 0 : kExitCheck;
  if (!asks) return checked;
  // What does not count is no difference.
  const bool exact =
      options.unified.shown.whitespace == merge::Whitespace::exact && !options.ignored;
  const bool differs = exact ? !files.empty() : !file_stats(kept, files, options).empty();
  return checked | (differs ? kExitNo : 0);
}

}  // namespace

Command cmd_diff() {
  std::vector<Option> options = diff_option_rows();
  options.push_back({"--exit-code", "", "end with 1 where something differs"});
  options.push_back({"--quiet", "", "print nothing, and end so"});
  options.push_back(
      {"--color", "WHEN", "colours: always, never or auto", Offers::words, "always never auto"});
  options.push_back({"--no-color", "", "no colours"});
  options.push_back({"--json", "", "the paths alone, as JSON"});
  return {"diff",
          "Show what differs between the working tree and a revision, or between two",
          std::move(options),
          {{"REV|PATH", "up to two revisions, then paths", 0, kMany, Offers::revisions}},
          run,
          true,
          true};
}

}  // namespace hn::cli
