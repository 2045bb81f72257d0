#include <ostream>

#include "hn/repo/moves.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/revision_text.hpp"
#include "hooks.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

// "-" and "@{-N}" are the branch that was left so many switches ago.
std::string branch_meant(const repo::Repository& repository, const std::string& word) {
  const auto revision = repo::parse_revision(word == "-" ? "@{-1}" : word);
  if (!revision || revision->base != repo::RevisionText::Base::last_switch ||
      !revision->steps.empty() || revision->path)
    return word;
  const auto branch = repo::switched_from(repository, revision->number);
  if (branch) return repo::shown_name(repository, *branch);
  throw Failure(Code::not_found, "'" + word + "': there were fewer switches here",
                "hn branch lists the branches");
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::string name = branch_meant(repository, *given.value("BRANCH"));
  const auto start = given.value("START");
  if (start && !given.has("create"))
    throw Failure(Code::usage, "only a new branch is told where to start",
                  "hn switch -c BRANCH START");
  if (given.has("create"))
    repo::create_branch(repository, name, repo::resolve_commit(repository, start.value_or("HEAD")));
  const auto branch = repo::find_branch(repository, name);
  if (!branch) {
    throw Failure(Code::not_found, "there is no branch '" + name + "'",
                  "hn branch lists them; hn switch -c makes one");
  }
  const repo::Tip tip = repo::tip_of(repository, *branch);
  const auto left = repository.worktree();
  const repo::Moved moved =
      repo::move_working_tree(repository, *branch, tip.commit, given.has("force"));
  if (!moved.done && given.has("create")) repo::delete_branch(repository, *branch);
  require_moved(moved, "switching");
  if (left && left->branch != *branch) repo::note_switch(repository, *left);
  say_refusals(context, moved);
  if (given.has("json")) {
    Json out = moved_json(moved);
    put_text(out, "branch", name);
    out["commit"] = tip.commit ? Json(object::to_hex(*tip.commit)) : Json(nullptr);
    print(context, out);
  } else {
    context.out << "on branch " << escape_controls(name)
                << (tip.commit ? " at " + short_id(*tip.commit) : "") << "\n";
  }
  return run_checkout_hook(context, repository, left ? left->base : std::nullopt, tip.commit, true);
}

}  // namespace

Command cmd_switch() {
  return {"switch",
          "Move the working tree to a branch",
          {{"-c,-C,--force-create,--create", "", "create the branch first"},
           {"-f,--discard-changes,--force", "", "overwrite uncommitted changes"},
           {"--json", "", "as JSON"}},
          {{"BRANCH", "the branch", 1, 1, Offers::branches},
           {"START", "the commit at which -c begins (else the last one)", 0, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
