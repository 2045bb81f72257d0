#include <algorithm>
#include <array>
#include <charconv>
#include <ostream>

#include "alias.hpp"
#include "failure.hpp"
#include "hn/repo/answers.hpp"
#include "hn/repo/resolve.hpp"
#include "merge_tool.hpp"
#include "paths.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

constexpr std::array kSimple{
    std::pair{"ours", repo::Choice::Kind::ours}, std::pair{"theirs", repo::Choice::Kind::theirs},
    std::pair{"base", repo::Choice::Kind::base}, std::pair{"all", repo::Choice::Kind::all}};

// "2", or "side 2" as the markers call it.
std::size_t side_number(const std::string& word) {
  std::string_view digits = word;
  if (digits.starts_with("side ")) digits.remove_prefix(5);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number == 0) {
    throw Failure(Code::usage, "'" + word + "' is no side",
                  "sides are counted from 1, as in the markers: --side 2");
  }
  return number;
}

struct Asked {
  std::optional<repo::Choice> choice;
  std::string word;                 // "ours", "side 2" ...
  std::optional<std::string> tool;  // its name
};

Asked asked(const Given& given) {
  Asked out;
  std::size_t choices = 0;
  for (const auto& [name, kind] : kSimple) {
    if (!given.has(name)) continue;
    out.choice = repo::Choice{kind, 0};
    out.word = name;
    ++choices;
  }
  if (const auto side = given.value("side")) {
    out.choice = repo::Choice{repo::Choice::Kind::side, side_number(*side)};
    out.word = "side " + std::to_string(out.choice->side);
    ++choices;
  }
  out.tool = given.value("tool");
  if (choices + (out.tool ? 1 : 0) > 1) {
    throw Failure(Code::usage, "that is more than one choice",
                  "one of --ours, --theirs, --base, --side N, --all and --tool NAME");
  }
  return out;
}

[[noreturn]] void refuse_silence() {
  throw Failure(Code::usage, "what is to stand there was not said",
                "--ours, --theirs, --base, --side N, --all or --tool NAME; or edit, and commit");
}

Json as_json(const std::vector<std::string>& done, const std::string& how,
             const std::vector<std::string>& left) {
  Json out;
  out["resolved"] = Json::array();
  for (const std::string& path : done) {
    Json row;
    put_text(row, "path", path);
    row["choice"] = how;
    out["resolved"].push_back(std::move(row));
  }
  out["left"] = Json::array();
  for (const std::string& path : left) {
    Json row;
    put_text(row, "path", path);
    out["left"].push_back(std::move(row));
  }
  return out;
}

// What was done, and what is to do.
int report(Context& context, const Given& given, const std::vector<std::string>& done,
           const std::string& how, const std::vector<std::string>& left, std::string_view why) {
  if (given.has("json")) {
    print(context, as_json(done, how, left));
  } else if (!given.has("quiet")) {
    for (const std::string& path : done)
      context.out << "resolved " << shown_path(path) << " (" << how << ")\n";
    if (done.empty() && left.empty()) context.out << "nothing is in conflict\n";
  }
  for (const std::string& path : left)
    context.err << "left as it is: " << shown_path(path) << ", " << why << "\n";
  if (!done.empty() && !given.has("json") && !given.has("quiet") && !given.has("dry-run"))
    context.err << "to record it: hn commit\n";
  return left.empty() ? 0 : kExitNo;
}

int take(Context& context, repo::Repository& repository, const Given& given, const Asked& asked) {
  repo::ResolveRequest request;
  request.meant = pathspec_of(context, repository, path_words(given));
  request.choice = *asked.choice;
  request.only_list = given.has("dry-run");
  const repo::Resolved done = repo::resolve(repository, request);
  require_moved(done.moved, "resolving");
  say_refusals(context, done.moved);
  return report(context, given, done.paths, asked.word, done.edited,
                "which was edited: name it to lose that");
}

int with_tool(Context& context, repo::Repository& repository, const Given& given,
              const MergeTool& tool) {
  const auto words = path_words(given);
  const auto found = repo::open_conflicts(repository, pathspec_of(context, repository, words));
  std::vector<std::string> done;
  std::vector<std::string> left;
  for (const repo::OpenConflict& conflict : found) {
    if (words.empty() && conflict.ended) continue;
    const bool merged = run_merge_tool(context, repository, tool, conflict);
    (merged ? done : left).push_back(conflict.path);
  }
  // A tool may leave markers, and then nothing is resolved.
  for (const repo::OpenConflict& now : repo::open_conflicts(repository, {})) {
    const auto at = std::ranges::find(done, now.path);
    if (at == done.end() || now.ended) continue;
    left.push_back(now.path);
    done.erase(at);
  }
  return report(context, given, done, tool.name, left, "in conflict still");
}

int list_tools(const Context& context, bool json) {
  Json rows = Json::array();
  const repo::Settings settings = own_settings(context);
  const auto usual = settings.get("merge.tool");
  for (const MergeTool& tool : merge_tools(settings)) {
    const bool here = tool.is_set_up || is_installed(tool);
    if (json) {
      Json row;
      put_text(row, "name", tool.name);
      row["available"] = here;
      row["set_up"] = tool.is_set_up;
      row["default"] = usual == tool.name;
      rows.push_back(std::move(row));
      continue;
    }
    context.out << tool.name << std::string(tool.name.size() < 12 ? 12 - tool.name.size() : 1, ' ')
                << (tool.is_set_up ? "set up"
                    : here         ? "here"
                                   : "not installed")
                << (usual == tool.name ? ", the default" : "") << "\n";
  }
  if (json) print(context, Json{{"tools", rows}});
  return 0;
}

int forget(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const repo::Restored done =
      repo::forget_answers(repository, required_pathspec(context, repository, path_words(given)));
  require_moved(done.moved, "bringing the markers back");
  say_refusals(context, done.moved);
  if (given.has("json")) {
    print(context, paths_json({{"written", done.written}}));
  } else if (!given.has("quiet")) {
    for (const std::string& path : done.written)
      context.out << "in conflict again: " << shown_path(path) << "\n";
  }
  return 0;
}

int run(Context& context, const Given& given) {
  const Asked what = asked(given);
  if (given.has("forget")) {
    if (what.choice || what.tool) throw Failure(Code::usage, "--forget takes no choice");
    return forget(context, given);
  }
  if (given.has("list-tools")) return list_tools(context, given.has("json"));
  repo::Repository repository = context.open();
  if (what.choice) return take(context, repository, given, what);
  const repo::Settings settings = own_settings(context);
  if (what.tool) return with_tool(context, repository, given, merge_tool(settings, *what.tool));
  // The usual tool wants somebody to look at it.
  const auto usual = settings.get("merge.tool");
  if (!usual || !context.in_is_terminal || path_words(given).empty()) {
    repo::open_conflicts(repository, pathspec_of(context, repository, path_words(given)));
    refuse_silence();
  }
  return with_tool(context, repository, given, merge_tool(settings, *usual));
}

}  // namespace

Command cmd_resolve() {
  return {"resolve",
          "End conflicts by taking one of their sides",
          {{"--ours", "", "the first side"},
           {"--theirs", "", "the other side"},
           {"--base", "", "what both come from"},
           {"--side", "N", "the side of this number, as the markers call it"},
           {"--all", "", "of a text the lines of all sides, equal ones once"},
           {"--tool", "NAME", "let a merge tool make it"},
           {"--forget", "", "forget how it was resolved before, and bring the markers back"},
           {"--list-tools", "", "list the merge tools"},
           {"-n,--dry-run", "", "touch nothing, say what would be done"},
           {"-q,--quiet", "", "do not list them"},
           {"--json", "", "as JSON"}},
          {{"PATH", "what to resolve (else all that is in conflict)", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
