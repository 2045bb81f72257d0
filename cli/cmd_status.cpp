#include <algorithm>
#include <ostream>

#include "hn/repo/setting_value.hpp"
#include "merge_report.hpp"
#include "paths.hpp"
#include "report.hpp"
#include "short_status.hpp"

namespace hn::cli {
namespace {

std::string_view status_of(const worktree::Change& change) {
  if (change.added()) return "untracked";
  if (change.base->mode == object::Mode::conflict && change.now)
    return change.markers_left ? "conflict" : "resolved";
  return word_of(change.base, change.now);
}

std::string_view word_of(const StatusLine& line) {
  if (line.letters == "??") return "untracked";
  if (line.letters == "!!") return "ignored";
  if (line.change == nullptr) return "conflict";
  return line.change->added() ? "added" : status_of(*line.change);
}

bool may_write(const repo::Repository& repository) {
  const auto member = repository.view().member(repository.device());
  return member && member->active() &&
         (member->right != log::Right::read || !member->writes.empty());
}

Json as_json(const repo::Status& status, const StatusOptions& options, bool auto_merge) {
  Json out;
  put_text(out, "branch", status.branch);
  out["head"] = status.head ? Json(object::to_hex(*status.head)) : Json(nullptr);
  out["tip"] = status.tip.commit ? Json(object::to_hex(*status.tip.commit)) : Json(nullptr);
  out["heads"] = status.tip.heads.size();
  out["incomplete"] = status.tip.incomplete;
  out["auto_merge"] = auto_merge;
  out["unpublished"] = status.unpublished;
  out["files"] = Json::array();
  out["conflicts"] = Json::array();
  std::vector<StatusLine> lines = status_lines(status, options);
  std::ranges::stable_sort(lines, worktree::path_less, &StatusLine::path);
  for (const StatusLine& line : lines) {
    const bool conflict = line.letters == "UU" && line.change == nullptr;
    Json file;
    put_text(file, "path", line.path);
    if (!conflict) file["status"] = word_of(line);
    if (line.change != nullptr && line.change->as_written) file["as_before"] = true;
    out[conflict ? "conflicts" : "files"].push_back(std::move(file));
  }
  out["notices"] = Json::array();
  for (const worktree::Notice& notice : status.notices) {
    if (!options.meant.matches(notice.path)) continue;
    Json row;
    put_text(row, "path", notice.path);
    row["notice"] = worktree::name_of(notice.kind);
    out["notices"].push_back(std::move(row));
  }
  return out;
}

// None before the first commit.
object::Commit head_of(const repo::Repository& repository, const repo::Status& status) {
  if (!status.head) return {};
  return repo::require(object::read_commit(repository.store(), *status.head), "reading the commit");
}

// Nobody has looked at what a merge by rule came to.
void say_merged(const Context& context, repo::Repository& repository, const repo::Status& status) {
  const object::Commit commit = head_of(repository, status);
  if (!commit.auto_merge) return;
  MergeReport report(context, repository);
  std::string who;
  for (const object::Id& head : commit.parents)
    who += (who.empty() ? "" : ", ") + report.from(head);
  const auto conflicts = std::ranges::count_if(status.index.rows, [](const auto& row) {
    return row.base && row.base->mode == object::Mode::conflict;
  });
  context.out << "the commit here is an auto-merge of " << who << ", with "
              << (conflicts == 0 ? std::string("no conflicts")
                                 : count_of(static_cast<std::uint64_t>(conflicts), "conflict"))
              << ": hn log --merged -n 1\n";
}

void say_where(const Context& context, const repo::Status& status, bool may_write) {
  context.out << "on branch "
              << escape_controls(status.branch.empty() ? "(none yet)" : status.branch);
  if (!status.head) context.out << ", no commits yet";
  context.out << "\n";
  if (status.unpublished > 0) {
    context.out << count_of(status.unpublished, "commit") << " not yet published: "
                << (!may_write                ? "this device may not write, so it stays here"
                    : status.unpublished == 1 ? "hn sync sends it"
                                              : "hn sync sends them")
                << "\n";
  }
  if (status.tip.incomplete)
    context.out << "blocks of the branch are missing: hn sync brings them\n";
  if (status.behind()) {
    context.out << "the branch has gone on to " << short_id(*status.tip.commit)
                << "; to bring it here: hn switch " << escape_controls(status.branch) << "\n";
  }
}

void say_files(const Context& context, const repo::Status& status, const StatusOptions& options) {
  const Paint p = paint(context);
  const std::vector<StatusLine> lines = status_lines(status, options);
  for (const StatusLine& line : lines) {
    const std::string_view word = word_of(line);
    const std::string pad(11 - std::min<std::size_t>(word.size(), 10), ' ');
    const bool before = line.change != nullptr && line.change->as_written;
    const bool marked = line.change != nullptr && line.change->markers_left;
    context.out << "  " << (line.letters == "??" ? p.green : p.red) << word << pad
                << shown_path(line.path) << p.off << (marked ? "  (conflict markers left)" : "")
                << (before ? "  (as before; for the markers: hn resolve --forget)" : "") << "\n";
  }
  const bool in_conflict = std::ranges::any_of(
      lines, [](const StatusLine& line) { return word_of(line) == "conflict"; });
  if (in_conflict) context.out << "edit what is in conflict, or take a side with hn resolve\n";
  for (const worktree::Notice& notice : status.notices) {
    if (!options.meant.matches(notice.path)) continue;
    if (notice.kind == worktree::Notice::Kind::rules_unread) continue;  // warned of
    context.out << "  note: " << shown_path(notice.path) << ": " << in_words(notice.kind) << "\n";
  }
  if (lines.empty())
    context.out << (status.changes.empty() ? "nothing to commit\n" : "nothing of that differs\n");
}

// Of what may differ unseen; the long form has its own notes.
void warn(const Context& context, const repo::Status& status, const StatusOptions& options,
          bool noted) {
  for (const worktree::Notice& notice : status.notices)
    if (notice.kind == worktree::Notice::Kind::rules_unread) say_unread(context, {notice});
  if (!noted) say_unread(context, repo::unread(status.notices, status.index, options.meant));
}

template <class Word>
Word word_in(const Given& given, const char* option, std::string_view words,
             std::initializer_list<std::pair<std::string_view, Word>> known, Word otherwise) {
  const auto value = given.value(option);
  if (!value) return otherwise;
  for (const auto& [name, word] : known)
    if (name == *value) return word;
  throw Failure(Code::usage, "--" + std::string(option) + " knows no '" + *value + "'",
                "it takes " + std::string(words));
}

std::optional<StatusOptions::Untracked> untracked_of(const std::optional<std::string>& word,
                                                     const std::string& where) {
  using Untracked = StatusOptions::Untracked;
  if (!word) return std::nullopt;
  if (*word == "normal") return Untracked::folders;
  if (*word == "all") return Untracked::files;
  const auto truth = repo::truth_of(*word);
  if (truth) return *truth ? Untracked::folders : Untracked::none;
  throw Failure(Code::invalid, where + " knows no '" + *word + "'", "it takes no, normal or all");
}

StatusOptions options_of(const Context& context, const repo::Repository& repository,
                         const Given& given) {
  using Form = StatusOptions::Form;
  using Untracked = StatusOptions::Untracked;
  using Ignored = StatusOptions::Ignored;
  StatusOptions out;
  const repo::Settings& settings = repository.settings();
  // Scripts get what they ask for, whatever the settings are.
  const bool usual = !given.has("porcelain") && !given.has("null") && !given.has("json");
  const bool is_brief = usual && settings.is_on("status.short", false) && !given.has("long");
  out.nul = given.has("null");
  out.branch = given.flag("branch").value_or(usual && settings.is_on("status.branch", false));
  if (given.flag("short").value_or(is_brief)) out.form = Form::brief;
  if (given.has("null") && out.form == Form::text) out.form = Form::porcelain_1;
  out.form = word_in<Form>(given, "porcelain", "v1 or v2",
                           {{"v1", Form::porcelain_1},
                            {"1", Form::porcelain_1},
                            {"v2", Form::porcelain_2},
                            {"2", Form::porcelain_2}},
                           out.form);
  out.unread = out.form != Form::text && !given.has("json");
  out.untracked =
      untracked_of(given.value("untracked-files"), "--untracked-files")
          .value_or(given.has("json") ? Untracked::files
                                      : untracked_of(settings.get("status.showuntrackedfiles"),
                                                     "status.showUntrackedFiles")
                                            .value_or(Untracked::folders));
  out.ignored = word_in<Ignored>(
      given, "ignored", "traditional, matching or no",
      {{"traditional", Ignored::folders}, {"matching", Ignored::named}, {"no", Ignored::none}},
      Ignored::none);
  if (settings.is_on("status.relativepaths", true)) out.folder = context.folder_in(repository);
  std::vector<std::string> paths = given.values("PATH");
  const std::vector<std::string> behind = given.values("--");
  paths.insert(paths.end(), behind.begin(), behind.end());
  out.meant = pathspec_of(context, repository, paths);
  return out;
}

// Kept to the end of the process: freeing what an index holds of 80,000 paths, one by one, takes
// longer than all that a status says of them.
const repo::Status& kept(repo::Status status) {
  static const repo::Status* last = nullptr;
  last = new repo::Status(std::move(status));
  return *last;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const StatusOptions options = options_of(context, repository, given);
  const repo::Status& status = kept(repo::status(
      repository, options.ignored == StatusOptions::Ignored::none ? repo::Ignored::none
                                                                  : repo::Ignored::survey));
  if (given.has("json")) {
    print(context, as_json(status, options, head_of(repository, status).auto_merge.has_value()));
  } else if (options.form != StatusOptions::Form::text) {
    print_lines(context, repository, status, options);
  } else {
    say_where(context, status, may_write(repository));
    say_merged(context, repository, status);
    say_files(context, status, options);
  }
  warn(context, status, options, !given.has("json") && options.form == StatusOptions::Form::text);
  return 0;
}

}  // namespace

Command cmd_status() {
  return {"status",
          "Say what differs from the last commit",
          {{"-s,--short", "", "two letters and a path, as git status does"},
           {"--long", "", "the form for people, whatever status.short is"},
           {"-b,--branch", "", "the branch too, with -s and --porcelain"},
           {"--porcelain", "VERSION", "for scripts, as git's: v1 or v2", Offers::words, "v1 v2"},
           {"-z,--null", "", "lines end with NUL, paths are not quoted"},
           {"-u,--untracked-files", "MODE", "what is untracked: no, normal or all", Offers::words,
            "no normal all"},
           {"--ignored", "MODE", "what is ignored too: traditional, matching or no", Offers::words,
            "traditional matching no"},
           {"--json", "", "as JSON"}},
          {{"PATH", "limit it to these", 0, kMany, Offers::files}},
          run,
          true};
}

}  // namespace hn::cli
