#include <ostream>

#include "failure.hpp"
#include "hn/repo/revision.hpp"
#include "output.hpp"
#include "ref_filter.hpp"

namespace hn::cli {
namespace {

std::string subject_at(const repo::Repository& repository, const std::optional<object::Id>& at) {
  if (!at) return "";
  return "  " + subject_of(repo::require(object::read_commit(repository.store(), *at),
                                         "reading a commit"));
}

int list(Context& context, repo::Repository& repository, const Given& given) {
  const auto standing = repository.worktree();
  const bool json = given.has("json");
  const RefFilter filter(repository, given, "branch", given.values("NAME|REV"));
  const std::vector<repo::BranchLine> branches = repo::branches(repository);
  std::vector<repo::Tip> tips;
  std::vector<RefFilter::Row> shown;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    tips.push_back(repo::tip_of(repository, branches[i].branch));
    if (filter.takes(branches[i].shown, tips[i].commit))
      shown.push_back({branches[i].shown, filter.time_of(tips[i].commit), i});
  }
  filter.sort(shown);
  Json rows = Json::array();
  for (const RefFilter::Row& listed : shown) {
    const repo::BranchLine& line = branches[listed.at];
    const repo::Tip& tip = tips[listed.at];
    const bool current = standing && standing->branch == line.branch;
    if (json) {
      Json row;
      put_text(row, "name", line.shown);
      row["current"] = current;
      row["commit"] = tip.commit ? Json(object::to_hex(*tip.commit)) : Json(nullptr);
      row["heads"] = tip.heads.size();
      row["conflicts"] = tip.conflicts.size();
      row["incomplete"] = tip.incomplete;
      row["published"] = !line.draft;
      rows.push_back(std::move(row));
      continue;
    }
    const Paint p = paint(context);
    context.out << (current ? "* " : "  ") << (current ? p.green : "")
                << escape_controls(line.shown) << (current ? p.off : "")
                << (tip.commit                     ? "  " + short_id(*tip.commit)
                    : line.branch.id && line.draft ? "  deleted"
                                                   : "  no commit yet")
                << (tip.heads.size() > 1 ? "  " + count_of(tip.heads.size(), "head") + " merged"
                                         : "")
                << (tip.conflicts.empty() ? "" : "  " + count_of(tip.conflicts.size(), "conflict"))
                << (tip.incomplete ? "  incomplete" : "")
                << (line.draft ? "  not yet published" : "")
                << (given.has("verbose") ? subject_at(repository, tip.commit) : "") << "\n";
  }
  if (json) print(context, Json{{"branches", rows}});
  return 0;
}

Json done_json(const std::string& name, const std::optional<object::Id>& commit) {
  Json out;
  put_text(out, "name", name);
  out["commit"] = commit ? Json(object::to_hex(*commit)) : Json(nullptr);
  return out;
}

int show_current(Context& context, const repo::Repository& repository) {
  if (const auto standing = repository.worktree())
    context.out << escape_controls(repo::shown_name(repository, standing->branch)) << "\n";
  return 0;
}

// Where it stood.
std::optional<object::Id> remove(repo::Repository& repository, const std::string& name,
                                 bool force) {
  const auto branch = repo::find_branch(repository, name);
  if (!branch)
    throw Failure(Code::refused, "there is no branch '" + name + "'", "hn branch lists them");
  const bool alone = repo::holds_commits_alone(repository, *branch);
  const auto standing = repository.worktree();
  if (alone && !force && !(standing && standing->branch == *branch))
    throw Failure(Code::refused,
                  "branch '" + name + "' is not fully merged: no other branch has its commits",
                  "if they are to go all the same: hn branch -D " + name);
  const auto at = repo::tip_of(repository, *branch).commit;
  repo::delete_branch(repository, *branch);
  return at;
}

// Each by itself, so that one that stays keeps no other.
int remove_all(Context& context, repo::Repository& repository, const Given& given,
               const std::vector<std::string>& names) {
  if (names.empty()) throw Failure(Code::usage, "-d wants the name of a branch");
  const bool force = given.has("D") || given.has("force");
  int status = 0;
  Json rows = Json::array();
  for (const std::string& name : names) {
    try {
      const auto at = remove(repository, name, force);
      rows.push_back(done_json(name, std::nullopt));
      if (!given.has("json"))
        context.out << "deleted branch " << escape_controls(name)
                    << (at ? " (was " + short_id(*at) + ")" : "") << "\n";
    } catch (const Failure& failure) {
      context.out.flush();
      context.err << told(failure);
      if (status == 0) status = exit_status(failure.code());
    }
  }
  if (given.has("json") && names.size() == 1 && status == 0) print(context, rows.front());
  if (given.has("json") && names.size() > 1) print(context, Json{{"deleted", rows}});
  return status;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<std::string> words = given.values("NAME|REV");
  if (given.has("show-current")) return show_current(context, repository);
  if (given.has("delete") || given.has("D")) return remove_all(context, repository, given, words);
  if (given.has("force"))
    throw Failure(Code::usage, "-f goes with -d alone: a branch moves by commits and merges",
                  "hn branch -d NAME && hn branch NAME REV");
  if (words.empty() || RefFilter::is_asked(given)) return list(context, repository, given);
  if (words.size() > 2)
    throw Failure(Code::usage, "one branch is made at a time", "hn branch NAME [REV]");
  const std::string& name = words.front();
  const object::Id at = repo::resolve_commit(repository, words.size() == 2 ? words.back() : "HEAD");
  repo::create_branch(repository, name, at);
  if (given.has("json")) {
    print(context, done_json(name, at));
    return 0;
  }
  context.out << "branch " << escape_controls(name) << " at " << short_id(at)
              << "; to work on it: hn switch " << escape_controls(name) << "\n";
  return 0;
}

}  // namespace

Command cmd_branch() {
  std::vector<Option> rows{{"-d,--delete", "", "delete the branches that are named"},
                           {"-D", "", "the same, and commits that no other branch has go too"},
                           {"-f,--force", "", "with -d: as -D"},
                           {"--show-current", "", "print the name of the one that this is"},
                           {"-a,--all", "", "list all, as is done anyway"},
                           {"-v,--verbose", "", "list with subjects"}};
  const std::vector<Option> more = RefFilter::option_rows();
  rows.insert(rows.end(), more.begin(), more.end());
  rows.push_back({"--json", "", "as JSON"});
  return {"branch",
          "List, create or delete branches",
          std::move(rows),
          {{"NAME|REV",
            "the branch to create, and the commit it begins at (else the working tree's); those to "
            "delete; with -l patterns",
            0, kMany, Offers::revisions}},
          run};
}

}  // namespace hn::cli
