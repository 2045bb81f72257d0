#include <ostream>

#include "hn/object/file.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/revision.hpp"
#include "patch.hpp"

namespace hn::cli {
namespace {

void show_commit(const Context& context, const repo::Repository& repository, const object::Id& id) {
  const Paint p = paint(context);
  const auto commit =
      repo::require(object::read_commit(repository.store(), id), "reading the commit");
  context.out << p.yellow << "commit " << object::to_hex(id) << p.off << "\n";
  for (const object::Id& parent : commit.parents)
    context.out << "Parent: " << object::to_hex(parent) << "\n";
  if (!commit.auto_merge) {
    context.out << "Author: " << escape_controls(commit.author.name) << " <"
                << escape_controls(commit.author.email) << ">\n";
  }
  context.out << "Date:   "
              << repo::format_date(commit.auto_merge ? commit.committer.time : commit.author.time)
              << "\n\n";
  if (!commit.message.empty()) context.out << escape_controls(commit.message, true) << "\n";
  if (commit.parents.size() > 1) return;
  std::optional<object::Id> before;
  if (!commit.parents.empty()) {
    before = repo::require(object::read_commit(repository.store(), commit.parents.front()),
                           "reading the parent")
                 .tree;
  }
  print_tree_patch(context, repository.store(), before, commit.tree, {});
}

void show_tag(const Context& context, const repo::Repository& repository, const object::Id& id) {
  const auto tag = repo::require(object::read_tag(repository.store(), id), "reading the tag");
  context.out << "tag " << escape_controls(tag.name) << "\n";
  if (tag.tagger) {
    context.out << "Tagger: " << escape_controls(tag.tagger->name) << " <"
                << escape_controls(tag.tagger->email)
                << ">\nDate:   " << repo::format_date(tag.tagger->time) << "\n";
  }
  context.out << "\n" << escape_controls(tag.message, true) << "\n";
  if (tag.target_kind == object::Kind::commit) show_commit(context, repository, tag.target);
}

Json tag_json(const repo::Repository& repository, const object::Id& id) {
  const auto tag = repo::require(object::read_tag(repository.store(), id), "reading the tag");
  Json out;
  out["id"] = object::to_hex(id);
  put_text(out, "name", tag.name);
  out["tagger"] = tag.tagger ? person_json(*tag.tagger) : Json(nullptr);
  put_text(out, "message", tag.message);
  return out;
}

Json as_json(const repo::Repository& repository, const log::Target& target, const object::Id& id) {
  const auto commit =
      repo::require(object::read_commit(repository.store(), id), "reading the commit");
  Json out = commit_json(id, commit);
  if (target.kind == object::Kind::tag) out["tag"] = tag_json(repository, target.id);
  out["files"] = Json::array();
  std::optional<object::Id> before;
  if (!commit.parents.empty()) {
    before = repo::require(object::read_commit(repository.store(), commit.parents.front()),
                           "reading the parent")
                 .tree;
  }
  repo::require(object::diff_paths(repository.store(), before, commit.tree,
                                   [&](const object::Change& change) {
                                     Json file;
                                     put_text(file, "path", change.name);
                                     file["status"] = word_of(change.old_value, change.new_value);
                                     out["files"].push_back(std::move(file));
                                     return true;
                                   }),
                "comparing trees");
  return out;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const log::Target target = repo::resolve(repository, given.value("REV").value_or("HEAD"));
  if (given.has("json")) {
    print(context, as_json(repository, target,
                           repo::resolve_commit(repository, given.value("REV").value_or("HEAD"))));
    return 0;
  }
  if (target.kind == object::Kind::tag) {
    show_tag(context, repository, target.id);
  } else if (target.kind == object::Kind::commit) {
    show_commit(context, repository, target.id);
  } else {
    throw Failure(Code::invalid, "that is neither a commit nor a tag",
                  "hn cat REV:PATH prints a file");
  }
  return 0;
}

}  // namespace

Command cmd_show() {
  return {"show",
          "Show a commit and what it changed",
          {{"--json", "", "as JSON"}},
          {{"REV", "the commit or tag (else the working tree's commit)", 0, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
