#include "merge_report.hpp"

#include <algorithm>
#include <ostream>

#include "hn/base/text.hpp"

namespace hn::cli {
namespace {

using How = repo::MergedPath::How;

std::string in_words(const repo::MergedPath& path) {
  std::string out = path.how == How::conflict ? "in conflict" : "merged";
  if (path.how == How::conflict && path.sides > 2)
    out += ", " + std::to_string(path.sides) + " sides";
  if (!path.from.empty()) out += ", followed from " + shown_path(path.from);
  return out;
}

}  // namespace

MergeReport::MergeReport(const Context& context, repo::Repository& repository)
    : context_(context), repository_(repository), publishers_(repo::publishers(repository)) {}

std::string MergeReport::from(const object::Id& head) {
  const auto at = publishers_.find(head);
  if (at != publishers_.end())
    return escape_controls(repo::label_of(repository_.view(), at->second));
  const auto commit =
      repo::require(object::read_commit(repository_.store(), head), "reading a commit");
  return commit.auto_merge ? "(auto-merge)" : escape_controls(commit.author.name);
}

std::vector<std::string> MergeReport::sides(const object::Id& commit, const std::string& path) {
  std::vector<std::string> out;
  for (const object::Id& head : repo::sides_from(repository_, commit, path))
    out.push_back(from(head));
  return out;
}

std::string MergeReport::counts(const repo::MergeAccount& account) {
  std::size_t merged = 0;
  std::size_t followed = 0;
  for (const repo::MergedPath& path : account.paths) {
    if (path.how == How::merged) ++merged;
    if (!path.from.empty()) ++followed;
  }
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (merged > 0) add(count_of(merged, "path") + " merged by rule");
  if (followed > 0) add(count_of(followed, "renamed file") + " followed");
  if (account.conflicts() > 0) add(std::to_string(account.conflicts()) + " in conflict");
  return out;
}

void MergeReport::print(const repo::MergeAccount& account) {
  const Paint p = paint(context_);
  context_.out << "\n";
  for (const object::Id& head : account.heads) {
    const auto commit =
        repo::require(object::read_commit(repository_.store(), head), "reading a commit");
    const std::string who = from(head);
    const std::string author = escape_controls(commit.author.name);
    context_.out << "    " << short_id(head) << " from " << who;
    if (!commit.auto_merge && author != who) context_.out << " (" << author << ")";
    context_.out << ": " << subject_of(commit) << "\n";
  }
  for (const repo::MergedPath& path : account.paths) {
    const bool open = path.how == How::conflict;
    context_.out << "  " << (open ? p.red : p.green) << shown_path(path.path) << p.off << ": "
                 << in_words(path) << "\n";
  }
  if (account.taken > 0) {
    context_.out << "  " << count_of(account.taken, account.paths.empty() ? "path" : "other path")
                 << " as one head has " << (account.taken == 1 ? "it" : "them") << "\n";
  }
}

Json MergeReport::json(const repo::MergeAccount& account) {
  Json out;
  out["heads"] = Json::array();
  for (const object::Id& head : account.heads) {
    Json row;
    row["commit"] = object::to_hex(head);
    put_text(row, "from", from(head));
    out["heads"].push_back(std::move(row));
  }
  out["paths"] = Json::array();
  for (const repo::MergedPath& path : account.paths) {
    Json row;
    put_text(row, "path", path.path);
    row["rule"] = path.how == How::conflict ? "conflict" : "merged";
    if (path.how == How::conflict) row["sides"] = path.sides;
    if (!path.from.empty()) put_text(row, "renamed_from", path.from);
    out["paths"].push_back(std::move(row));
  }
  out["taken"] = account.taken;
  return out;
}

}  // namespace hn::cli
