#include <algorithm>
#include <ostream>

#include "hn/merge/conflicts.hpp"
#include "hn/repo/revision.hpp"
#include "hn/repo/working_tree.hpp"
#include "merge_report.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

std::string_view term_word(const std::optional<object::Value>& term) {
  if (!term) return "not there";
  switch (term->mode) {
    case object::Mode::file:
      return "file";
    case object::Mode::executable:
      return "executable file";
    case object::Mode::symlink:
      return "symlink";
    case object::Mode::folder:
      return "folder";
    case object::Mode::submodule:
      return "submodule";
    case object::Mode::conflict:
      return "conflict";
  }
  return "?";
}

Json terms_json(const object::Conflict& conflict, const std::vector<MergeReport::Side>& whose) {
  Json terms = Json::array();
  for (std::size_t i = 0; i < conflict.terms.size(); ++i) {
    Json row;
    row["role"] = i % 2 == 0 ? "side" : "base";
    row["what"] = term_word(conflict.terms[i]);
    if (conflict.terms[i] && conflict.terms[i]->mode != object::Mode::submodule) {
      row["id"] = object::to_hex(conflict.terms[i]->id());
    }
    if (i % 2 == 0 && i / 2 < whose.size()) {
      put_text(row, "from", whose[i / 2].from);
      row["commit"] = object::to_hex(whose[i / 2].commit);
    }
    terms.push_back(std::move(row));
  }
  return terms;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  std::optional<object::Id> commit;
  if (const auto revision = given.value("REV")) {
    commit = repo::resolve_commit(repository, *revision);
  } else if (const auto standing = repository.worktree()) {
    commit = standing->base;
  }
  std::vector<merge::ConflictAt> found;
  if (const auto tree = repo::tree_of(repository.store(), commit)) {
    found =
        repo::require(merge::list_conflicts(repository.store(), *tree), "looking for conflicts");
  }
  Json rows = Json::array();
  std::optional<MergeReport> report;
  if (!found.empty()) report.emplace(context, repository);
  repo::ConflictFiles form(repository, repository.store());
  for (const merge::ConflictAt& at : found) {
    auto whose = report->sides(*commit, at.path);
    if (at.conflict.terms.size() != 3) whose.clear();
    const bool before =
        !given.value("REV") &&
        std::ranges::any_of(form.files(at.path, at.id), &repo::ConflictFiles::File::resolves);
    if (given.has("json")) {
      Json row;
      put_text(row, "path", at.path);
      row["as_before"] = before;
      row["terms"] = terms_json(at.conflict, whose);
      rows.push_back(std::move(row));
      continue;
    }
    context.out << shown_path(at.path) << ": ";
    for (std::size_t i = 0; i < at.conflict.terms.size(); i += 2) {
      context.out << (i == 0 ? "" : " against ") << term_word(at.conflict.terms[i]);
      if (i / 2 < whose.size()) context.out << " from " << whose[i / 2].told;
    }
    if (before) context.out << "; resolved as before";
    context.out << "\n";
  }
  if (given.has("json")) print(context, Json{{"conflicts", rows}});
  if (!found.empty() && !given.has("json"))
    context.err << "edit them, or take a side: hn resolve; then: hn commit\n";
  return found.empty() ? 0 : 1;
}

}  // namespace

Command cmd_conflicts() {
  return {"conflicts",
          "List the paths that are in conflict",
          {{"--json", "", "as JSON, with the terms of each"}},
          {{"REV", "in that commit (else in the working tree's)", 0, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
