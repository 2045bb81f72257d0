#include <algorithm>
#include <iostream>

#include "failure.hpp"
#include "hn/repo/tracked.hpp"
#include "hn/repo/working_tree.hpp"
#include "hn/worktree/files.hpp"
#include "paths.hpp"

namespace hn::cli {
namespace {

struct Asked {
  std::string word;  // as given
  std::optional<worktree::IgnoreRule> rule;
};

class Checker {
 public:
  Checker(const Context& context, const repo::Repository& repository, const Given& given)
      : context_(context),
        repository_(repository),
        files_(repository.layout().root),
        outer_(repo::excludes(repository)),
        tracked_(repo::tracked_paths(repository)),
        verbose_(given.has("verbose")),
        all_(given.has("non-matching")),
        recorded_count_(!given.has("no-index")) {
    const auto standing = repository.worktree();
    if (standing) base_ = repo::tree_of(repository.store(), standing->base);
  }

  Asked ask(const std::string& word) {
    if (word.empty())
      throw Failure(Code::invalid, "an empty path", "a dot stands for the folder here");
    std::string path = context_.in_repository(repository_, word);
    if (files_.is_beyond_symlink(word.ends_with('/') ? path + "/" : path))
      throw Failure(Code::unsafe_path, "'" + word + "' is beyond a symbolic link");
    Asked out{word, std::nullopt};
    if (recorded_count_ && is_recorded(path, word.ends_with('/'))) return out;
    if (word.ends_with('/') && !path.empty()) path += '/';
    out.rule = files_.rule_of(path, outer_);
    if (!verbose_ && out.rule && out.rule->negative) out.rule.reset();
    return out;
  }

  bool shows(const Asked& asked) const { return asked.rule || all_; }

 private:
  bool is_recorded(const std::string& path, bool as_folder) const {
    const bool is_tracked = std::ranges::any_of(tracked_, [&](const std::string& one) {
      return (!as_folder && one == path) || worktree::is_below(one, path);
    });
    if (is_tracked || !base_) return is_tracked;
    const auto value =
        repo::require(object::find_path(repository_.store(), *base_, path), "reading a folder");
    return value && (!as_folder || value->mode == object::Mode::folder);
  }

  const Context& context_;
  const repo::Repository& repository_;
  worktree::Files files_;
  std::vector<worktree::Patterns> outer_;
  std::vector<std::string> tracked_;
  std::optional<object::Id> base_;
  bool verbose_;
  bool all_;
  bool recorded_count_;
};

void print_line(const Context& context, const Asked& asked, bool verbose, bool nul) {
  const auto& rule = asked.rule;
  const std::string_view end = nul ? std::string_view("\0", 1) : ":";
  if (verbose) {
    const std::string source = rule ? rule->source : "";
    context.out << (nul ? source : shown_path(source)) << end;
    if (rule) context.out << rule->line;
    context.out << end;
    if (rule) context.out << rule->text;
    context.out << (nul ? std::string_view("\0", 1) : "\t");
  }
  if (nul)
    context.out << asked.word << '\0';
  else
    context.out << shown_path(asked.word) << "\n";
}

Json asked_json(const Asked& asked) {
  Json row;
  put_text(row, "path", asked.word);
  row["ignored"] = asked.rule && !asked.rule->negative;
  if (!asked.rule) return row;
  put_text(row, "source", asked.rule->source);
  row["line"] = asked.rule->line;
  put_text(row, "pattern", asked.rule->text);
  return row;
}

int run(Context& context, const Given& given) {
  if (given.has("non-matching") && !given.has("verbose"))
    throw Failure(Code::usage, "-n says something with -v alone");
  if (!given.has("stdin") && path_words(given).empty())
    throw Failure(Code::usage, "no path was given", "hn check-ignore PATH..., or --stdin");
  repo::Repository repository = context.open();
  Checker checker(context, repository, given);
  bool any = false;
  Json rows = Json::array();
  for_each_path_word(given, path_words(given), [&](const std::string& word) {
    const Asked asked = checker.ask(word);
    any = any || asked.rule;
    if (given.has("json"))
      rows.push_back(asked_json(asked));
    else if (!given.has("quiet") && checker.shows(asked))
      print_line(context, asked, given.has("verbose"), given.has("null"));
    if (given.has("stdin")) context.out.flush();
  });
  if (given.has("json")) print(context, Json{{"paths", std::move(rows)}});
  return any ? 0 : kExitNo;
}

}  // namespace

Command cmd_check_ignore() {
  return {"check-ignore",
          "Say which paths are ignored, and by which line",
          {{"-v,--verbose", "", "the file, the line and the pattern too"},
           {"-n,--non-matching", "", "with -v, paths too that nothing matches"},
           {"-z,--null", "", "NUL instead of the end of a line, here and with --stdin"},
           {"-q,--quiet", "", "print nothing, and end with 0 or 1"},
           {"--stdin", "", "read the paths from standard input"},
           {"--no-index", "", "recorded files too, as if they were new"},
           {"--json", "", "as JSON"}},
          {{"PATH", "the path, there or not", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
