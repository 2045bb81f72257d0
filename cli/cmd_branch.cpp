#include <ostream>

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
  const RefFilter filter(repository, given, given.values("NAME|REV"));
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

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<std::string> words = given.values("NAME|REV");
  if (given.has("show-current")) return show_current(context, repository);
  if (given.has("delete") && words.empty())
    throw Failure(Code::usage, "-d wants the name of a branch");
  if (words.empty() || RefFilter::is_asked(given)) return list(context, repository, given);
  const std::string& name = words.front();
  if (words.size() > (given.has("delete") ? 1 : 2))
    throw Failure(Code::usage, "one branch is made or deleted at a time", "hn branch NAME [REV]");
  if (given.has("delete")) {
    const auto branch = repo::find_branch(repository, name);
    if (!branch)
      throw Failure(Code::not_found, "there is no branch '" + name + "'", "hn branch lists them");
    repo::delete_branch(repository, *branch);
    if (given.has("json")) {
      print(context, done_json(name, std::nullopt));
    } else {
      context.out << "deleted branch " << escape_controls(name) << "\n";
    }
    return 0;
  }
  const object::Id at = repo::resolve_commit(repository, words.size() == 2 ? words[1] : "HEAD");
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
  std::vector<Option> rows{{"-d,--delete", "", "delete the branch NAME"},
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
            "the branch to create, and the commit it begins at (else the working tree's); with -l "
            "patterns",
            0, kMany, Offers::revisions}},
          run};
}

}  // namespace hn::cli
