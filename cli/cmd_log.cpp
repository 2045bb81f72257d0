#include <algorithm>
#include <ostream>
#include <unordered_map>

#include "auto_gc.hpp"
#include "commit_filter.hpp"
#include "commit_print.hpp"
#include "hn/repo/commit_walk.hpp"
#include "log_lines.hpp"
#include "log_marks.hpp"
#include "log_set.hpp"
#include "merge_report.hpp"
#include "words.hpp"

namespace hn::cli {
namespace {

using Found = std::pair<object::Id, object::Commit>;

// The commits that are shown, one after the other.
class Shown {
 public:
  Shown(repo::Repository& repository, const Given& given, const CommitFilter& filter,
        LogMarks& marks, const repo::CommitWalk::Options& options)
      : repository_(repository),
        walk_(repository, options),
        filter_(filter),
        marks_(marks),
        skip_(given.number("skip", UINT32_MAX).value_or(0)),
        left_(given.number("number", UINT32_MAX).value_or(UINT64_MAX)) {
    if (given.has("no-walk")) named_ = by_time(options.set.with);
  }

  // What was given last was not shown after all.
  void give_back() { ++left_; }

  // The same where all that are walked are shown and a subject may do.
  std::optional<repo::CommitWalk::Line> next_line() {
    for (; skip_ > 0 && left_ > 0; --skip_)
      if (!walk_.next()) return std::nullopt;
    if (left_ == 0) return std::nullopt;
    --left_;
    return walk_.next_line();
  }

  std::optional<Found> next() {
    while (left_ > 0 && !border_) {
      const auto id = named_ ? next_named() : next_walked();
      if (!id) break;
      if (!marks_.takes(*id)) continue;
      object::Commit commit = read(*id);
      if (!filter_.takes(commit)) continue;
      if (skip_ > 0) {
        --skip_;
        continue;
      }
      --left_;
      marks_.shown(*id, commit.parents);
      return Found(*id, std::move(commit));
    }
    return marks_.shows_border() ? next_on_border() : std::nullopt;
  }

 private:
  object::Commit read(const object::Id& id) const {
    return repo::require(object::read_commit(repository_.store(), id), "reading a commit");
  }

  std::optional<object::Id> next_walked() {
    if (!marks_.tells_sources()) return walk_.next();
    while (const auto step = walk_.step()) {
      marks_.walked(step->id, step->parents);
      if (step->shown) return step->id;
    }
    return std::nullopt;
  }

  std::optional<Found> next_on_border() {
    if (!border_) {
      border_ = marks_.border_by_time();
      std::ranges::reverse(*border_);
    }
    if (border_->empty()) return std::nullopt;
    const object::Id id = border_->back();
    border_->pop_back();
    return Found(id, read(id));
  }

  // Each once, the newest last, where they are taken from.
  std::vector<object::Id> by_time(const std::vector<object::Id>& ids) const {
    std::vector<std::pair<std::int64_t, object::Id>> times;
    for (const object::Id& id : ids) {
      if (std::ranges::find(times, id, &std::pair<std::int64_t, object::Id>::second) != times.end())
        continue;
      times.emplace_back(read(id).committer.time.seconds, id);
    }
    std::ranges::reverse(times);
    std::ranges::stable_sort(times, {}, &std::pair<std::int64_t, object::Id>::first);
    std::vector<object::Id> out;
    out.reserve(times.size());
    for (const auto& [time, id] : times) out.push_back(id);
    return out;
  }

  std::optional<object::Id> next_named() {
    if (named_->empty()) return std::nullopt;
    const object::Id id = named_->back();
    named_->pop_back();
    return id;
  }

  repo::Repository& repository_;
  repo::CommitWalk walk_;
  std::optional<std::vector<object::Id>> named_;   // instead of the walk
  std::optional<std::vector<object::Id>> border_;  // behind it; the last one first
  const CommitFilter& filter_;
  LogMarks& marks_;
  std::uint64_t skip_;
  std::uint64_t left_;
};

// The commits that are shown with the lines between them, in the order of the graph.
class Drawn {
 public:
  Drawn(repo::Repository& repository, const CommitFilter& filter, LogMarks& marks,
        repo::CommitWalk::Options options)
      : repository_(repository),
        filter_(filter),
        marks_(marks),
        simplified_(!options.paths.everything()),
        first_parent_(options.first_parent) {
    repo::CommitWalk walk(repository, std::move(options));
    std::vector<GraphCommit> all;
    while (auto step = walk.step()) {
      marks.walked(step->id, step->parents);
      all.push_back({step->id, std::move(step->parents), step->shown});
    }
    all_ = in_graph_order(std::move(all));
    for (std::size_t i = 0; i < all_.size(); ++i) place_.emplace(all_[i].id, i);
  }

  template <class Visit>
  void each(std::uint64_t skip, std::uint64_t limit, Graph* graph, Visit visit) {
    for (const GraphCommit& at : all_) {
      if (limit == 0) break;
      if (!shows(at)) continue;
      if (skip > 0) {
        --skip;
        continue;
      }
      object::Commit read = commit(at.id);
      marks_.shown(at.id, read.parents);
      if (graph != nullptr)
        graph->update(at.id, drawn_parents(at, read.parents), marks_.drawn(at.id));
      if (simplified_ && graph != nullptr) read.parents = told_parents(at, read);
      if (visit(at.id, read)) --limit;
    }
    if (marks_.shows_border()) each_on_border(graph, visit);
  }

 private:
  template <class Visit>
  void each_on_border(Graph* graph, Visit visit) {
    std::vector<GraphCommit> border;
    for (const object::Id& id : marks_.border()) border.push_back({id, commit(id).parents});
    for (GraphCommit& at : in_graph_order(std::move(border))) {
      const auto is_elsewhere = [&](const object::Id& id) {
        return !marks_.is_on_border(id) && shown_of({id}).empty();
      };
      std::erase_if(at.parents, is_elsewhere);
      if (first_parent_ && at.parents.size() > 1) at.parents.resize(1);
      if (graph != nullptr) graph->update(at.id, std::move(at.parents), marks_.drawn(at.id));
      visit(at.id, commit(at.id));
    }
  }

  // To where the lines of a commit lead: all parents, where the border is shown too.
  std::vector<object::Id> drawn_parents(const GraphCommit& at,
                                        const std::vector<object::Id>& parents) {
    if (!marks_.shows_border()) return shown_of(nearest_of(at.parents));
    std::vector<object::Id> out = parents;
    if (first_parent_ && out.size() > 1) out.resize(1);
    std::erase_if(out, [&](const object::Id& id) { return marks_.is_left_out(id); });
    return out;
  }

  object::Commit commit(const object::Id& id) const {
    return repo::require(object::read_commit(repository_.store(), id), "reading a commit");
  }

  bool shows(const GraphCommit& at) {
    return at.shown && marks_.takes(at.id) && (filter_.takes_all() || filter_.takes(commit(at.id)));
  }

  // The nearest ones that changed what is meant, of those that the parents lead to; a parent that
  // the walk does not reach stays.
  std::vector<object::Id> nearest_of(const std::vector<object::Id>& parents) const {
    std::vector<object::Id> out;
    for (object::Id parent : parents) {
      auto found = place_.find(parent);
      while (found != place_.end() && !all_[found->second].shown) {
        const auto& above = all_[found->second].parents;
        if (above.empty()) break;
        parent = above.front();
        found = place_.find(parent);
      }
      if (found != place_.end() && !all_[found->second].shown) continue;
      if (std::ranges::find(out, parent) == out.end()) out.push_back(parent);
    }
    return out;
  }

  // As in git what is drawn is what is told: of a merge whose sides come from one commit as far as
  // the paths go, one parent. Those that are not followed are told all the same.
  std::vector<object::Id> told_parents(const GraphCommit& at, const object::Commit& commit) const {
    std::vector<object::Id> parents = at.parents;
    if (first_parent_ && commit.parents.size() > 1)
      parents.insert(parents.end(), commit.parents.begin() + 1, commit.parents.end());
    return nearest_of(parents);
  }

  std::vector<object::Id> shown_of(const std::vector<object::Id>& ids) {
    std::vector<object::Id> out;
    std::ranges::copy_if(ids, std::back_inserter(out), [&](const object::Id& id) {
      const auto found = place_.find(id);
      return found != place_.end() && shows(all_[found->second]);
    });
    return out;
  }

  repo::Repository& repository_;
  const CommitFilter& filter_;
  LogMarks& marks_;
  bool simplified_;  // paths leave commits out
  bool first_parent_;
  std::vector<GraphCommit> all_;
  std::unordered_map<object::Id, std::size_t> place_;  // asked, never iterated
};

template <class Visit>
void each(Shown& shown, bool reverse, Visit visit) {
  if (!reverse) {
    while (const auto found = shown.next()) {
      if (!visit(*found)) shown.give_back();
    }
    return;
  }
  std::vector<Found> all;
  while (auto found = shown.next()) all.push_back(std::move(*found));
  std::for_each(all.rbegin(), all.rend(), visit);
}

// Lines of a subject each, for most of which no commit has to be read.
void print_lines(const Context& context, const repo::Repository& repository,
                 const CommitFormat& format, Shown& shown) {
  while (const auto line = shown.next_line()) {
    std::string text =
        line->subject.empty()
            ? format.shown(context, line->id,
                           repo::require(object::read_commit(repository.store(), line->id),
                                         "reading a commit"))
            : format.shown_line(context, line->id, line->subject);
    text += '\n';
    context.out << text;
  }
}

void print_json(const Context& context, CommitPrinter& printer, const LogMarks& marks, Shown& shown,
                bool reverse) {
  // Written as it is found, so that memory does not grow with the history.
  context.out << "{\"commits\": [";
  bool first = true;
  each(shown, reverse, [&](const Found& found) {
    if (!printer.shows(found.second)) return false;
    Json row = commit_json(found.first, found.second);
    if (marks.any()) row["mark"] = std::string(1, marks.sign(found.first));
    if (marks.tells_sources()) put_text(row, "source", marks.source(found.first));
    context.out << (std::exchange(first, false) ? "\n" : ",\n")
                << row.dump(-1, ' ', false, Json::error_handler_t::replace);
    return true;
  });
  context.out << "\n]}\n";
}

repo::CommitWalk::Options walk_options(const Context& context, repo::Repository& repository,
                                       const Given& given, const Words& words) {
  repo::CommitWalk::Options out;
  for (const std::string& revision : words.revisions) add_range(repository, revision, out.set);
  if (names_sets(given)) {
    add_sets(repository, given, out.set);
  } else if (out.set.with.empty() && (words.revisions.empty() || !given.has("no-walk"))) {
    const auto standing = repository.worktree();
    if (standing && standing->base) {
      out.set.with.push_back(*standing->base);
      out.set.names.emplace(*standing->base, "HEAD");
    } else if (!given.has("json")) {
      throw Failure(Code::not_found, "there is no commit yet",
                    "make the first one: hn commit -m MESSAGE");
    }
  }
  out.paths = words.paths;
  out.first_parent = given.has("first-parent");
  out.ancestry_path = given.has("ancestry-path");
  if (const auto since = given.value("since")) out.since = moment_of(context, *since);
  return out;
}

std::string followed_path(const Context& context, const repo::Repository& repository,
                          const Words& words) {
  if (words.path_words.size() != 1 || words.path_words.front().starts_with(':'))
    throw Failure(Code::usage, "--follow wants one file", "hn log --follow PATH");
  return context.in_repository(repository, words.path_words.front());
}

// The auto-merges among the commits, each with what it merged.
int list_merged(Context& context, repo::Repository& repository, const Given& given,
                const CommitFormat& format, const worktree::Pathspec& paths, Shown& shown) {
  MergeReport report(context, repository);
  bool first = true;
  if (given.has("json")) context.out << "{\"commits\": [";
  each(shown, given.has("reverse"), [&](const Found& found) {
    if (!found.second.auto_merge) return false;
    const repo::MergeAccount account = repo::account_of(repository, found.second, paths);
    const bool is_first = std::exchange(first, false);
    if (given.has("json")) {
      Json row = commit_json(found.first, found.second);
      row["merged"] = report.json(account);
      context.out << (is_first ? "\n" : ",\n")
                  << row.dump(-1, ' ', false, Json::error_handler_t::replace);
      return true;
    }
    if (!is_first && format.separates()) context.out << "\n";
    context.out << format.shown(context, found.first, found.second);
    if (format.is_one_line()) {
      const std::string counts = MergeReport::counts(account);
      context.out << (counts.empty() ? "" : ": " + counts) << "\n";
      return true;
    }
    context.out << "\n";
    report.print(account);
    return true;
  });
  if (given.has("json")) context.out << "\n]}\n";
  return 0;
}

int list(Context& context, repo::Repository& repository, const Given& given) {
  const Words words = split_words(context, repository, given, "REV|PATH");
  CommitFormat format = commit_format(context, repository, given);
  const auto filter = std::make_shared<const CommitFilter>(context, given);
  if (context.colour) format.hits = filter;
  CommitPrinter::Options options;
  options.diff = diff_options(context, repository, given);
  options.paths = words.paths;
  options.first_parent = given.has("first-parent");
  options.set_merges(given, MergePatch::none);
  if (given.has("no-patch")) options.diff.patch = false;
  options.always = !options.diff.pickaxe && options.diff.filter.takes_all() && !given.has("follow");
  repo::CommitWalk::Options walked = walk_options(context, repository, given, words);
  if (given.has("L"))
    return list_lines(context, repository, given, format, *filter, std::move(walked));
  if (given.has("follow")) {
    options.follow = followed_path(context, repository, words);
    walked.paths = {};
  }
  const auto marks = std::make_shared<LogMarks>(repository, given, walked, format.has_field('m'));
  if (format.has_field('S')) marks->tell_sources();
  format.marks = marks;
  format.drawn = given.has("graph");
  if (given.has("merged") && given.has("graph"))
    throw Failure(Code::usage, "--merged and --graph exclude each other");
  if (given.has("graph") && options.diff.nul)
    throw Failure(Code::usage, "--graph and -z exclude each other");
  if (given.has("no-walk") && (given.has("graph") || given.has("topo-order")))
    throw Failure(Code::usage, "--no-walk has no order of a history");
  const bool picks = !filter->takes_all() || !words.paths.everything() || given.has("skip");
  if (given.has("graph") && marks->shows_border() && picks)
    throw Failure(Code::usage, "--graph --boundary draws all of a range",
                  "--boundary without --graph shows where a selection ends");
  const bool drawn = given.has("graph") || given.has("topo-order");
  if (drawn && !given.has("json")) {
    if (given.has("reverse"))
      throw Failure(Code::usage, "--graph and --topo-order do not go with --reverse");
    Graph graph(context.colour);
    if (given.has("graph")) options.graph = &graph;
    CommitPrinter printer(context, repository, format, options);
    Drawn(repository, *filter, *marks, std::move(walked))
        .each(given.number("skip", UINT32_MAX).value_or(0),
              given.number("number", UINT32_MAX).value_or(UINT64_MAX), options.graph,
              [&](const object::Id& id, const object::Commit& commit) {
                return printer.print(id, commit);
              });
    if (format.is_text() && context.out_is_terminal) context.out << "\n";
    return printer.status();
  }
  Shown shown(repository, given, *filter, *marks, walked);
  const bool reverse = given.has("reverse");
  if (given.has("merged"))
    return list_merged(context, repository, given, format, words.paths, shown);
  CommitPrinter printer(context, repository, format, options);
  if (given.has("json")) {
    print_json(context, printer, *marks, shown, reverse);
    return 0;
  }
  const bool lines_do = !given.has("no-walk") && !marks->any() && format.is_one_line() &&
                        filter->takes_all() && !reverse && !options.diff.any() &&
                        !options.diff.nul && options.always;
  if (lines_do) {
    print_lines(context, repository, format, shown);
    return 0;
  }
  each(shown, reverse,
       [&](const Found& found) { return printer.print(found.first, found.second); });
  if (format.is_text() && context.out_is_terminal) context.out << "\n";
  return printer.status();
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const int status = list(context, repository, given);
  start_filters_where_wanted(context, repository);
  return status;
}

}  // namespace

Command cmd_log() {
  std::vector<Option> rows{
      {"-n,--max-count,--number", "N", "at most N commits"},
      {"--skip", "N", "not the first N"},
      {"--reverse", "", "the oldest first"},
      {"--no-walk", "", "the commits that are named, and not what they lead to"},
      {"--topo-order", "", "no commit of one line of the history between two of another"},
      {"--min-parents", "N", "commits of at least N parents"},
      {"--max-parents", "N", "commits of at most N"},
      {"--first-parent", "", "of a merge follow the first parent alone"},
      {"--graph", "", "draw the lines of the history beside the commits"},
      {"--follow", "", "follow the one file that is named through its names"},
      {"-L", "RANGE:PATH", "follow lines: FIRST,LAST, FIRST,+COUNT, /PATTERN/ or :FUNCTION",
       Offers::nothing, "", true},
      {"--merges", "", "merges alone"},
      {"--no-merges", "", "no merges"},
      {"--merged", "", "what hn merged by itself, from whom, and by which rule each path"},
      {"--author", "PATTERN", "written by whom the pattern matches", Offers::nothing, "", true},
      {"--committer", "PATTERN", "committed by whom it matches", Offers::nothing, "", true},
      {"--grep", "PATTERN", "whose message has a line that it matches", Offers::nothing, "", true},
      {"--all-match", "", "all patterns of --grep, not one of them"},
      {"--invert-grep", "", "whose message has none"},
      {"-i,--regexp-ignore-case", "", "the patterns match capitals and small letters alike"},
      {"-E,--extended-regexp", "", "the patterns are extended regular expressions"},
      {"-F,--fixed-strings", "", "the patterns are no regular expressions"},
      {"--after,--since", "DATE", "committed since then"},
      {"--before,--until", "DATE", "committed until then"}};
  for (const auto& more : {log_set_rows(), log_mark_rows(), merge_patch_rows(),
                           format_option_rows(), diff_option_rows()})
    rows.insert(rows.end(), more.begin(), more.end());
  // git's --quiet of these.
  std::ranges::find(rows, "-s,--no-patch", &Option::names)->names = "-q,--quiet,-s,--no-patch";
  rows.push_back({"--json", "", "as JSON"});
  return {"log",
          "List commits, the newest first",
          std::move(rows),
          {{"REV|PATH", "what they lead to (else the working tree's commit); then paths", 0, kMany,
            Offers::revisions}},
          run,
          true,
          true};
}

}  // namespace hn::cli
