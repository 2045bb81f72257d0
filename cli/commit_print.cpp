#include "commit_print.hpp"

#include <ostream>

namespace hn::cli {

std::vector<Option> format_option_rows() {
  return {{"--oneline", "", "one line each, with a short id"},
          {"--pretty,--format", "FORMAT", "how a commit is printed", Offers::words,
           "oneline short medium full fuller raw reference format:"},
          {"--date", "MODE", "how times are printed", Offers::words,
           "default iso iso-strict rfc short raw unix relative local format:"},
          {"--decorate", "", "name the branches and tags that stand there"},
          {"--no-decorate", "", "do not"},
          {"--color", "WHEN", "colours: always, never or auto", Offers::words, "always never auto"},
          {"--no-color", "", "no colours"}};
}

CommitFormat commit_format(const Context& context, repo::Repository& repository,
                           const Given& given) {
  const std::string name = given.value("format").value_or("medium");
  CommitFormat out = CommitFormat::parse(given.has("oneline") ? "oneline" : name);
  out.abbreviate = given.has("oneline");
  if (const auto mode = given.value("date")) out.date = DateMode::parse(*mode);
  out.decorate = !given.has("no-decorate") && (given.has("decorate") || context.out_is_terminal);
  const bool named =
      out.is_user_format() && (name.find("%d") != name.npos || name.find("%D") != name.npos ||
                               name.find("%+d") != name.npos || name.find("%-d") != name.npos ||
                               name.find("% D") != name.npos || name.find("%+D") != name.npos ||
                               name.find("%-D") != name.npos || name.find("% d") != name.npos);
  if (out.decorate || named) out.names = decorations(repository);
  return out;
}

std::vector<object::Change> changes_of(const repo::Repository& repository,
                                       const object::Commit& commit,
                                       const worktree::Pathspec& paths) {
  std::optional<object::Id> before;
  if (!commit.parents.empty()) {
    before = repo::require(object::read_commit(repository.store(), commit.parents.front()),
                           "reading the parent")
                 .tree;
  }
  return repo::tree_changes(repository.store(), before, commit.tree, paths);
}

void CommitPrinter::print_head(const object::Id& id, const object::Commit& commit) {
  if (printed_ && (format_.separates())) context_.out << "\n";
  printed_ = true;
  context_.out << format_.shown(context_, id, commit);
  if (!format_.is_text() && !format_.is_empty()) context_.out << "\n";
}

void CommitPrinter::print(const object::Id& id, const object::Commit& commit) {
  std::vector<FileDiff> files;
  const bool compared = commit.parents.size() < 2 || options_.first_parent;
  if (options_.diff.any() && compared)
    files = file_diffs(repository_.store(), changes_of(repository_, commit, options_.paths),
                       options_.diff);
  if (files.empty()) {
    if (options_.always) print_head(id, commit);
    return;
  }
  print_head(id, commit);
  if (!format_.is_one_line() && !format_.is_empty()) {
    const bool both = options_.diff.stat && options_.diff.patch;
    context_.out << (both ? "---\n" : "\n");
  }
  print_diffs(context_, repository_.store(), files, options_.diff);
}

}  // namespace hn::cli
