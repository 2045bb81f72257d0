#include "hn/repo/many_revisions.hpp"

#include "hn/object/history.hpp"
#include "hn/repo/revision.hpp"

namespace hn::repo {
namespace {

// The table costs as much as some ten questions.
constexpr std::uint64_t kFewQuestions = 10;

bool is_full_git_id(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

void ManyRevisions::list() {
  for (const BranchLine& line : branches(repository_)) {
    names_.insert(line.shown);
    names_.insert(line.branch.name);
  }
  for (const TagLine& tag : tags(repository_)) names_.insert(tag.shown);
  const auto named = all_commits_named(repository_);
  const auto all =
      require(object::reachable(repository_.history(), named, {}, SIZE_MAX), "listing all commits");
  reachable_.insert(all.begin(), all.end());
}

std::optional<object::Id> ManyRevisions::listed(std::string_view text) const {
  if (names_.contains(std::string(text))) return std::nullopt;
  std::optional<object::Id> only;
  for (const store::GitNamed& found : repository_.history().find_git(text, SIZE_MAX)) {
    if (found.kind != object::Kind::commit || !reachable_.contains(found.id)) continue;
    if (only) return std::nullopt;
    only = found.id;
  }
  return only;
}

object::Id ManyRevisions::commit(std::string_view text) {
  if (is_full_git_id(text)) {
    if (++asked_ == kFewQuestions) list();
    if (const auto id = asked_ >= kFewQuestions ? listed(text) : std::nullopt) return *id;
  }
  return resolve_commit(repository_, text);
}

}  // namespace hn::repo
