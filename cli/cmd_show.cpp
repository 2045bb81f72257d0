#include <algorithm>
#include <ostream>

#include "commit_print.hpp"
#include "hn/merge/conflicts.hpp"
#include "hn/object/file.hpp"
#include "hn/repo/commit_walk.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/revision_text.hpp"
#include "hn/repo/working_tree.hpp"
#include "merge_report.hpp"
#include "patch.hpp"
#include "words.hpp"

namespace hn::cli {
namespace {

// Answers what it stands on.
log::Target show_tag(const Context& context, const repo::Repository& repository,
                     const object::Id& id) {
  const auto tag = repo::require(object::read_tag(repository.store(), id), "reading the tag");
  context.out << "tag " << escape_controls(tag.name) << "\n";
  if (tag.tagger) {
    context.out << "Tagger: " << escape_controls(tag.tagger->name) << " <"
                << escape_controls(tag.tagger->email)
                << ">\nDate:   " << repo::format_date(tag.tagger->time) << "\n";
  }
  context.out << "\n" << escape_controls(tag.message, true) << "\n";
  return {tag.target_kind, tag.target};
}

void show_blob(const Context& context, repo::Repository& repository, const std::string& word) {
  const repo::PathAt at = repo::resolve_path(repository, word);
  if (at.value.mode == object::Mode::folder) {
    context.out << "tree " << escape_controls(word) << "\n\n";
    const auto tree =
        repo::require(object::read_tree(repository.store(), at.value.id()), "reading the folder");
    for (const object::TreeEntry& entry : tree.entries) {
      context.out << shown_path(entry.name) << (entry.value.mode == object::Mode::folder ? "/" : "")
                  << "\n";
    }
    return;
  }
  const Side side = side_of(repository.store(), at.value);
  if (side.bytes) {
    context.out << as_text(*side.bytes);
    return;
  }
  repo::require(object::stream_file(repository.store(), at.value.id(),
                                    [&](ByteView bytes) {
                                      context.out << as_text(bytes);
                                      return static_cast<bool>(context.out);
                                    }),
                "reading the file");
}

Json tag_json(const repo::Repository& repository, const object::Id& id) {
  const auto tag = repo::require(object::read_tag(repository.store(), id), "reading the tag");
  Json out;
  out["id"] = object::to_hex(id);
  put_text(out, "name", tag.name);
  out["tagger"] = tag.tagger ? person_json(*tag.tagger) : Json(nullptr);
  put_text(out, "message", tag.message);
  return out;
}

Json as_json(const Context& context, repo::Repository& repository, const log::Target& target,
             const object::Id& id) {
  const auto commit =
      repo::require(object::read_commit(repository.store(), id), "reading the commit");
  Json out = commit_json(id, commit);
  if (commit.auto_merge)
    out["merged"] = MergeReport(context, repository).json(repo::account_of(repository, commit));
  out["conflicts"] = Json::array();
  for (const merge::ConflictAt& at : repo::require(
           merge::list_conflicts(repository.store(), commit.tree), "looking for conflicts")) {
    Json row;
    put_text(row, "path", at.path);
    out["conflicts"].push_back(std::move(row));
  }
  if (target.kind == object::Kind::tag) out["tag"] = tag_json(repository, target.id);
  out["files"] = Json::array();
  std::optional<object::Id> before;
  if (!commit.parents.empty()) {
    before = repo::require(object::read_commit(repository.store(), commit.parents.front()),
                           "reading the parent")
                 .tree;
  }
  repo::require(object::diff_paths(repository.store(), before, commit.tree,
                                   [&](const object::Change& change) {
                                     Json file;
                                     put_text(file, "path", change.name);
                                     file["status"] = word_of(change.old_value, change.new_value);
                                     out["files"].push_back(std::move(file));
                                     return true;
                                   }),
                "comparing trees");
  return out;
}

// What a merge by rule did, and the paths that a commit has in conflict.
void show_open(const Context& context, repo::Repository& repository, const object::Commit& commit,
               const worktree::Pathspec& meant) {
  repo::MergeAccount account;
  if (commit.auto_merge) {
    account = repo::account_of(repository, commit, meant);
    MergeReport(context, repository).print(account);
  }
  bool first = !commit.auto_merge;
  for (const merge::ConflictAt& at : repo::require(
           merge::list_conflicts(repository.store(), commit.tree), "looking for conflicts")) {
    const bool told = std::ranges::count(account.paths, at.path, &repo::MergedPath::path) > 0;
    if (told || !meant.matches(at.path)) continue;
    context.out << (std::exchange(first, false) ? "\n" : "") << "  " << shown_path(at.path)
                << ": in conflict, as before\n";
  }
}

bool is_path_at(const std::string& word) {
  const auto revision = repo::parse_revision(word);
  return revision && revision->path;
}

// As in git, a commit is not shown that left what is meant as one of its parents has it.
bool is_about(const repo::Repository& repository, const object::Commit& commit,
              const worktree::Pathspec& meant) {
  const object::BlockReader& reader = repository.store();
  if (meant.everything()) return true;
  if (commit.parents.empty()) return repo::trees_differ(reader, {}, commit.tree, meant);
  return std::ranges::all_of(commit.parents, [&](const object::Id& parent) {
    return repo::trees_differ(reader, repo::tree_of(reader, parent), commit.tree, meant);
  });
}

void show(Context& context, repo::Repository& repository, CommitPrinter& printer,
          const std::string& word, const worktree::Pathspec& meant, bool open) {
  if (is_path_at(word)) return show_blob(context, repository, word);
  const repo::RangeText range = repo::parse_range(word);
  if (range.kind != repo::RangeText::Kind::one) {
    repo::CommitWalk::Options options;
    repo::add_range(repository, word, options.set);
    repo::CommitWalk walk(repository, std::move(options));
    while (const auto id = walk.next()) {
      printer.print(
          *id, repo::require(object::read_commit(repository.store(), *id), "reading the commit"));
    }
    return;
  }
  log::Target at = repo::resolve(repository, word);
  while (at.kind == object::Kind::tag) at = show_tag(context, repository, at.id);
  if (at.kind == object::Kind::tree) {
    const auto tree = repo::require(object::read_tree(repository.store(), at.id), "reading it");
    context.out << "tree " << escape_controls(word) << "\n\n";
    for (const object::TreeEntry& entry : tree.entries) {
      context.out << shown_path(entry.name) << (entry.value.mode == object::Mode::folder ? "/" : "")
                  << "\n";
    }
    return;
  }
  if (at.kind != object::Kind::commit) {
    throw Failure(Code::invalid, "that is neither a commit nor a tag",
                  "hn cat REV:PATH prints a file");
  }
  const auto commit =
      repo::require(object::read_commit(repository.store(), at.id), "reading the commit");
  if (!is_about(repository, commit, meant)) return;
  if (printer.print(at.id, commit) && open) show_open(context, repository, commit, meant);
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  Words words = split_words(context, repository, given, "REV|PATH");
  if (words.revisions.empty()) words.revisions.emplace_back("HEAD");
  if (given.has("json")) {
    if (words.revisions.size() > 1) throw Failure(Code::usage, "--json shows one commit");
    const std::string& word = words.revisions.front();
    print(context, as_json(context, repository, repo::resolve(repository, word),
                           repo::resolve_commit(repository, word)));
    return 0;
  }
  CommitPrinter::Options options;
  options.diff = diff_options(context, repository, given);
  if (!options.diff.any() && !given.has("no-patch")) options.diff.patch = true;
  options.paths = words.paths;
  options.always = !options.diff.pickaxe && options.diff.filter.takes_all();
  // What a merge brought over its first parent can be counted.
  options.first_parent = given.has("first-parent") || !options.diff.patch;
  options.set_merges(given, MergePatch::dense);
  const CommitFormat format = commit_format(context, repository, given);
  CommitPrinter printer(context, repository, format, options);
  const bool long_form = !format.is_user_format() && !format.is_one_line();
  for (const std::string& word : words.revisions)
    show(context, repository, printer, word, words.paths, long_form);
  return printer.status();
}

}  // namespace

Command cmd_show() {
  std::vector<Option> rows{
      {"--first-parent", "", "show what a merge brought over its first parent"}};
  for (const auto& more : {merge_patch_rows(), format_option_rows(), diff_option_rows()})
    rows.insert(rows.end(), more.begin(), more.end());
  // git's --quiet of these.
  std::ranges::find(rows, "-s,--no-patch", &Option::names)->names = "-q,--quiet,-s,--no-patch";
  rows.push_back({"--json", "", "as JSON"});
  return {"show",
          "Show commits and what they changed",
          std::move(rows),
          {{"REV|PATH", "commits, tags, REV:PATH (else the working tree's commit); then paths", 0,
            kMany, Offers::revisions}},
          run,
          true,
          true};
}

}  // namespace hn::cli
