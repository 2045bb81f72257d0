#include <ostream>

#include "hn/repo/revision.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

int list(Context& context, repo::Repository& repository, bool json) {
  const auto standing = repository.worktree();
  Json rows = Json::array();
  for (const repo::BranchLine& line : repo::branches(repository)) {
    const repo::Tip tip = repo::tip_of(repository, line.branch);
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
                << (line.draft ? "  not yet published" : "") << "\n";
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

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const auto name = given.value("NAME");
  if (!name) {
    if (given.has("delete")) throw Failure(Code::usage, "-d wants the name of a branch");
    return list(context, repository, given.has("json"));
  }
  if (given.has("delete")) {
    const auto branch = repo::find_branch(repository, *name);
    if (!branch)
      throw Failure(Code::not_found, "there is no branch '" + *name + "'", "hn branch lists them");
    repo::delete_branch(repository, *branch);
    if (given.has("json")) {
      print(context, done_json(*name, std::nullopt));
    } else {
      context.out << "deleted branch " << escape_controls(*name) << "\n";
    }
    return 0;
  }
  const object::Id at = repo::resolve_commit(repository, given.value("REV").value_or("HEAD"));
  repo::create_branch(repository, *name, at);
  if (given.has("json")) {
    print(context, done_json(*name, at));
    return 0;
  }
  context.out << "branch " << escape_controls(*name) << " at " << short_id(at)
              << "; to work on it: hn switch " << escape_controls(*name) << "\n";
  return 0;
}

}  // namespace

Command cmd_branch() {
  return {"branch",
          "List, create or delete branches",
          {{"-d,--delete", "", "delete the branch NAME"}, {"--json", "", "as JSON"}},
          {{"NAME", "the branch to create", 0, 1, Offers::branches},
           {"REV", "the commit it begins at (else the working tree's)", 0, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
