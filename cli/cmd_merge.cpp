#include <algorithm>
#include <ostream>

#include "auto_gc.hpp"
#include "decisions.hpp"
#include "failure.hpp"
#include "hn/repo/commit.hpp"
#include "hn/repo/merge.hpp"
#include "hn/repo/revision.hpp"
#include "hooks.hpp"
#include "message.hpp"
#include "report.hpp"

namespace hn::cli {
namespace {

// As git words it: what was named, and where to, unless that goes without saying.
std::string usual_message(const repo::Repository& repository, const std::string& word) {
  std::string what = "commit";
  for (const repo::BranchLine& line : repo::branches(repository))
    if (line.shown == word || line.branch.name == word) what = "branch";
  for (const repo::TagLine& line : repo::tags(repository))
    if (what == "commit" && line.shown == word) what = "tag";
  const auto standing = repository.worktree();
  const std::string name = standing ? standing->branch.name : "master";
  return "Merge " + what + " '" + word + "'" + (name == "master" ? "" : " into " + name);
}

// As in git, where the answer to what cannot be merged is just no.
object::Id other_of(repo::Repository& repository, const std::string& word) {
  try {
    return repo::resolve_commit(repository, word);
  } catch (const Failure& failure) {
    if (failure.code() != Code::not_found) throw;
    throw Failure(Code::refused, failure.context(), failure.hint());
  }
}

Json as_json(const repo::Merged& merged) {
  Json out;
  put_text(out, "branch", merged.branch);
  out["commit"] = object::to_hex(merged.commit);
  out["kind"] = merged.kind == repo::Merged::Kind::nothing    ? "nothing"
                : merged.kind == repo::Merged::Kind::moved_on ? "moved_on"
                                                              : "merged";
  out["files"] = merged.files;
  out["conflicts"] = Json::array();
  for (const std::string& path : merged.conflicts) {
    Json row;
    put_text(row, "path", path);
    out["conflicts"].push_back(std::move(row));
  }
  out["decisions"] = decisions_json(merged.decisions);
  return out;
}

void say(const Context& context, repo::Repository& repository, const repo::Merged& merged) {
  const std::string branch = escape_controls(merged.branch);
  switch (merged.kind) {
    case repo::Merged::Kind::nothing:
      context.out << "Already up to date.\n";
      return;
    case repo::Merged::Kind::moved_on:
      context.out << branch << " moved on to " << short_id(merged.commit) << "\n";
      break;
    case repo::Merged::Kind::merged: {
      const auto commit = repo::require(object::read_commit(repository.store(), merged.commit),
                                        "reading the commit");
      context.out << "[" << branch << " " << short_id(merged.commit) << "] " << subject_of(commit)
                  << "\n";
      break;
    }
  }
  context.out << " " << count_of(merged.files, "file") << " changed\n";
  std::vector<std::string> known;
  if (!merged.conflicts.empty()) known = resolved_as_before(repository);
  std::size_t open = 0;
  for (const std::string& path : merged.conflicts) {
    const bool before = std::ranges::find(known, path) != known.end();
    context.out << " in conflict: " << shown_path(path) << (before ? " (resolved as before)" : "")
                << "\n";
    if (!before) ++open;
  }
  say_decisions(context, merged.decisions);
  if (!merged.conflicts.empty() && open == 0)
    context.err << "hint: look at it, and record it: hn commit\n";
  if (open > 0)
    context.err
        << "hint: edit what is in conflict, or take a side with hn resolve; then hn commit\n";
}

// What may refuse the merge, or write another message for it.
std::string message_by_hooks(const Context& context, const repo::Repository& repository,
                             const Given& given, const std::string& message) {
  const bool verify = !given.has("no-verify");
  const std::string file = repository.layout().hn() + "/COMMIT_EDITMSG";
  if (verify) require_hook(context, repository, "pre-merge-commit");
  const std::string text =
      text_by_hook(context, repository, "prepare-commit-msg", file, message, {"merge"});
  return verify ? text_by_hook(context, repository, "commit-msg", file, text) : text;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::string word = *given.value("REV");
  if (given.has("no-ff") && given.has("ff-only"))
    throw Failure(Code::usage, "--no-ff and --ff-only exclude each other");
  repo::MergeRequest request;
  request.other = other_of(repository, word);
  const auto message = message_of(context, given);
  request.message = message.value_or(usual_message(repository, word));
  request.always_commit = given.has("no-ff");
  request.never_commit = given.has("ff-only");
  if (repo::makes_commit(repository, request))
    request.message = message_by_hooks(context, repository, given, request.message);
  request.message = repo::cleaned_message(request.message);
  if (request.message.empty()) throw Failure(Code::refused, "the message is empty");
  request.unrelated = given.has("allow-unrelated-histories");
  const repo::Merged merged = repo::merge_commit(repository, request);
  require_moved(merged.moved, "merging");
  say_refusals(context, merged.moved);
  if (given.has("json"))
    print(context, as_json(merged));
  else
    say(context, repository, merged);
  if (merged.kind != repo::Merged::Kind::nothing && merged.conflicts.empty())
    run_hook(context, repository, "post-merge", {"0"});
  start_gc_where_worthwhile(context, repository);
  return merged.conflicts.empty() ? 0 : kExitNo;
}

}  // namespace

Command cmd_merge() {
  return {
      "merge",
      "Merge another branch or commit into this one",
      {{"-m,--message", "MSG", "the message; several become paragraphs", Offers::nothing, "", true},
       {"-F,--file", "FILE", "read the message from FILE, - for standard input", Offers::files},
       {"--no-ff", "", "make a merge commit also where the branch could just move on"},
       {"--ff-only", "", "refuse where it could not"},
       {"--no-verify", "", "run no hooks that could refuse"},
       {"--allow-unrelated-histories", "", "merge what has no ancestor in common too"},
       {"--json", "", "as JSON"}},
      {{"REV", "what to merge", 1, 1, Offers::revisions}},
      run};
}

}  // namespace hn::cli
