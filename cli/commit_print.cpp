#include "commit_print.hpp"

#include <algorithm>
#include <ostream>
#include <sstream>

#include "described.hpp"
#include "hn/repo/follow.hpp"
#include "hn/repo/working_tree.hpp"

namespace hn::cli {

std::vector<Option> format_option_rows() {
  return {{"--oneline", "", "one line each, with a short id"},
          {"--abbrev-commit", "", "with the first ten digits of the id"},
          {"--no-abbrev-commit", "", "with the whole id"},
          {"--pretty,--format", "FORMAT", "how a commit is printed", Offers::words,
           "oneline short medium full fuller raw reference format:"},
          {"--date", "MODE", "how times are printed", Offers::words,
           "default human iso iso-strict rfc short raw unix relative local format:"},
          {"--decorate", "HOW", "name the branches and tags that stand there", Offers::words,
           "short full auto no"},
          {"--no-decorate", "", "do not"},
          {"--color", "WHEN", "colours: always, never or auto", Offers::words, "always never auto"},
          {"--no-color", "", "no colours"}};
}

std::vector<Option> merge_patch_rows() {
  return {{"-c", "", "of a merge what differs from all of its parents"},
          {"--cc", "", "the same without what is as one of them has it"},
          {"--diff-merges", "HOW", "what is shown of a merge", Offers::words,
           "off none first-parent 1 combined c dense-combined cc"}};
}

void CommitPrinter::Options::set_merges(const Given& given, MergePatch usual) {
  const std::string how = given.value("diff-merges").value_or("");
  const auto is = [&](const char* name, const char* brief) { return how == name || how == brief; };
  if (is("first-parent", "1")) first_parent = true;
  if (given.has("cc") || is("dense-combined", "cc"))
    merges = MergePatch::dense;
  else if (given.has("c") || is("combined", "c"))
    merges = MergePatch::combined;
  else if (how.empty())
    merges = usual;
  else if (!is("off", "none") && !first_parent)
    throw Failure(Code::usage, "'" + how + "' is no way to show merges",
                  "off, first-parent, combined or dense-combined");
  // git's two say that there is a patch.
  const bool named = given.has("cc") || given.has("c");
  if (named && !diff.any() && !given.has("no-patch")) diff.patch = true;
}

CommitFormat commit_format(const Context& context, repo::Repository& repository,
                           const Given& given) {
  const repo::Settings& settings = repository.settings();
  const auto said = [&](const char* option, const char* setting, const char* usual) {
    if (const auto text = given.value(option)) return *text;
    return settings.get(setting).value_or(usual);
  };
  const std::string name = said("format", "format.pretty", "medium");
  CommitFormat out = CommitFormat::parse(given.has("oneline") ? "oneline" : name);
  out.abbreviate = (given.has("oneline") || given.has("abbrev-commit") ||
                    said("abbrev-commit", "log.abbrevcommit", "false") == "true") &&
                   !given.has("no-abbrev-commit");
  out.digits = id_digits(given);
  out.date = DateMode::parse(said("date", "log.date", "default"));
  const std::string told = said("decorate", "log.decorate", "auto");
  const std::string how = given.has("no-decorate") || told == "false" ? "no"
                          : told == "true"                            ? "short"
                                                                      : told;
  if (how != "no" && how != "auto" && how != "short" && how != "full")
    throw Failure(Code::usage, "'" + how + "' is no way to name what stands there",
                  "short, full, auto or no");
  out.decorate = how == "short" || how == "full" || (how == "auto" && context.out_is_terminal);
  out.description = [&repository](const object::Id& id, std::string_view options) {
    const auto found = described(repository, id, DescribeOptions::parse(options).value());
    return found ? found->text : "";
  };
  const auto names = how == "full" ? Decorated::full : Decorated::brief;
  if (out.decorate || out.has_field('d') || out.has_field('D'))
    out.names = decorations(repository, names);
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
  if (printed_ && format_.separates()) {
    if (options_.graph != nullptr && ended_) context_.out << options_.graph->padding();
    context_.out << end_;
  }
  printed_ = true;
  std::string text = format_.shown(context_, id, commit);
  if (options_.graph != nullptr) return print_beside_graph(text);
  context_.out << text;
  if (format_.is_user_format() || format_.is_one_line()) {
    if (!format_.is_text() && !format_.is_empty()) context_.out << end_;
  } else {
    context_.out << "\n";
  }
}

void CommitPrinter::print_beside_graph(const std::string& text) {
  Graph& graph = *options_.graph;
  std::ostream& out = context_.out;
  bool is_commit = graph.is_finished();
  if (is_commit) out << graph.padding();
  while (!is_commit && !graph.is_finished()) {
    out << graph.next_line(&is_commit);
    if (!is_commit) out << "\n";
  }
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    if (begin > 0) out << graph.next_line();
    out << text.substr(begin, end - begin);
    begin = end;
  }
  const bool header = !format_.is_user_format() && !format_.is_one_line();
  if (header) out << "\n";
  ended_ = header || text.ends_with('\n');
  if (!graph.is_finished()) {
    if (!ended_) out << "\n";
    out << graph.next_line();
    while (!graph.is_finished()) out << "\n" << graph.next_line();
    if (ended_) out << "\n";
  }
  if (header || format_.is_text() || format_.is_empty()) return;
  if (ended_) out << graph.padding();
  out << "\n";
}

void CommitPrinter::print_files(const std::vector<FileDiff>& files) {
  const bool both = options_.diff.stat && options_.diff.patch;
  const bool apart = !format_.is_one_line() && !format_.is_empty();
  Graph* graph = options_.graph;
  if (apart) context_.out << (graph != nullptr ? graph->padding() : "") << (both ? "---\n" : "\n");
  print_body([&](const Context& context) {
    return print_diffs(context, repository_.store(), files, options_.diff);
  });
}

// As git a line apart, whatever the form of a commit, and also where nothing follows; but for what
// hn merged by itself, of which something else is told.
void CommitPrinter::print_merge(const object::Commit& commit, const std::vector<FileDiff>& files,
                                const std::vector<CombinedFile>& combined) {
  if (files.empty() && combined.empty() && commit.auto_merge) return;
  Graph* graph = options_.graph;
  if (!format_.is_empty()) context_.out << (graph != nullptr ? graph->padding() : "") << "\n";
  print_body([&](const Context& context) {
    DiffOptions lists = options_.diff;
    lists.patch = false;
    const bool listed = lists.any() && !files.empty();
    const bool clean = !listed || print_diffs(context, repository_.store(), files, lists);
    if (listed && !combined.empty()) context.out << end_;
    print_combined(context, repository_.store(), combined, options_.diff,
                   options_.merges == MergePatch::dense);
    return clean;
  });
}

// Beside the graph, where there is one.
void CommitPrinter::print_body(const std::function<bool(const Context&)>& body) {
  Graph* graph = options_.graph;
  if (graph == nullptr) {
    clean_ &= body(context_);
    return;
  }
  std::ostringstream buffer;
  Context beside{context_.world, context_.folder, buffer, context_.err};
  beside.colour = context_.colour;
  const std::size_t taken = graph->padding().size();
  beside.columns = context_.columns > taken ? context_.columns - taken : 0;
  clean_ &= body(beside);
  const std::string text = std::move(buffer).str();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    context_.out << graph->padding() << text.substr(begin, end - begin);
    begin = end;
  }
}

// The file that is followed, whose name before this commit it is looked for under from now on.
std::vector<FileDiff> CommitPrinter::followed(const object::Commit& commit) {
  const object::BlockReader& reader = repository_.store();
  const worktree::Pathspec path(std::vector<std::string>{":(top,literal)" + options_.follow}, "",
                                repository_.layout().root);
  std::vector<object::Change> changes = changes_of(repository_, commit, path);
  if (changes.size() != 1 || changes.front().old_value || !options_.diff.renames)
    return file_diffs(reader, std::move(changes), options_.diff);
  std::optional<object::Id> before;
  if (!commit.parents.empty()) before = repo::tree_of(reader, commit.parents.front());
  const object::Change& change = changes.front();
  const auto source = repo::made_of(reader, before, commit.tree, change.name, *change.new_value,
                                    options_.diff.rename_percent);
  if (!source) return file_diffs(reader, std::move(changes), options_.diff);
  FileDiff file{source->path,    change.name, source->value, change.new_value,
                source->percent, true,        false};
  file.copied =
      repo::require(object::find_path(reader, commit.tree, source->path), "reading a folder")
          .has_value();
  options_.follow = source->path;
  std::vector<FileDiff> out{std::move(file)};
  pick_diffs(reader, options_.diff, out);
  return out;
}

std::vector<FileDiff> CommitPrinter::files_of(const object::Commit& commit) {
  const bool wanted = options_.diff.any() || !options_.always;
  const bool merge = commit.parents.size() > 1 && !options_.first_parent;
  // Beside a combined patch lists and counts are of what the merge brought over its first parent.
  const bool listed = is_combined(commit) &&
                      (options_.diff.lists() || options_.diff.counts() || options_.diff.summary);
  if (!wanted || (merge && !listed)) return {};
  if (!options_.follow.empty()) return followed(commit);
  std::vector<object::Change> all;
  if (options_.diff.copies_harder && !commit.parents.empty())
    all = repo::tree_changes(repository_.store(), std::nullopt,
                             repo::tree_of(repository_.store(), commit.parents.front()),
                             options_.paths);
  return file_diffs(repository_.store(), changes_of(repository_, commit, options_.paths),
                    options_.diff, all);
}

bool CommitPrinter::is_combined(const object::Commit& commit) const {
  return commit.parents.size() > 1 && !options_.first_parent &&
         options_.merges != MergePatch::none && options_.diff.any();
}

bool CommitPrinter::print(const object::Id& id, const object::Commit& commit) {
  const std::vector<FileDiff> files = files_of(commit);
  const bool is_merge = is_combined(commit);
  std::vector<CombinedFile> combined;
  if (is_merge && options_.diff.patch)
    combined = combined_files(repository_, commit, options_.paths, options_.diff);
  if (files.empty() && combined.empty() && !options_.always) return false;
  print_head(id, commit);
  if (is_merge)
    print_merge(commit, files, combined);
  else if (!files.empty() && options_.diff.any())
    print_files(files);
  return true;
}

}  // namespace hn::cli
