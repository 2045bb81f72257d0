// What names stand for (hn-revisions(7), NAMES).
#include "repo/revision_names.hpp"

#include <algorithm>
#include <set>

#include "hn/repo/revision.hpp"

namespace hn::repo {
namespace {

constexpr std::size_t kPrefixMin = 4;
// Blocks whose address begins alike; of ten million some 150 share four digits.
constexpr std::size_t kCandidatesMax = 65536;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Where names lead: commits, and the tags on the way.
struct Named {
  std::vector<object::Id> commits;
  std::set<object::Id> tags;
};

// All that branches, drafts and tags name. The history then knows git's ids of it all.
Named named(Repository& repository) {
  Named out;
  for (const BranchLine& line : branches(repository)) {
    if (const Tip tip = tip_of(repository, line.branch); tip.commit)
      out.commits.push_back(*tip.commit);
  }
  for (const TagLine& tag : tags(repository)) {
    log::Target target = tag.target;
    while (target.kind == object::Kind::tag && out.tags.insert(target.id).second) {
      const auto git = repository.history().git_id_of(target.kind, target.id);
      const auto next = object::read_tag(repository.store(), target.id);
      if (!git || !next) break;
      target = {next->target_kind, next->target};
    }
    if (target.kind == object::Kind::commit) out.commits.push_back(target.id);
  }
  for (const object::Id& commit : out.commits)
    require(repository.history().generation(commit), "listing all commits");
  return out;
}

// The one of them, if there is one. Other blocks may claim a git id too: what only they lead to, or
// nothing does, is not meant.
std::optional<log::Target> only(std::vector<log::Target> found, std::string_view what,
                                std::string_view prefix) {
  if (found.size() > 1) {
    throw Failure(Code::ambiguous, "several " + std::string(what) +
                                       " have a git id that begins with " + std::string(prefix));
  }
  if (found.empty()) return std::nullopt;
  return found.front();
}

std::optional<log::Target> by_git_id(Repository& repository, std::string_view prefix) {
  const Named from = named(repository);
  const store::BlockHistory& history = repository.history();
  std::vector<log::Target> commits;
  std::vector<log::Target> tags;
  for (const store::GitNamed& found : history.find_git(prefix, SIZE_MAX)) {
    if (found.kind == object::Kind::tag) {
      if (from.tags.contains(found.id)) tags.push_back({found.kind, found.id});
    } else if (require(history.is_reachable(found.id, from.commits), "listing all commits")) {
      commits.push_back({found.kind, found.id});
    }
  }
  const auto commit = only(std::move(commits), "commits", prefix);
  return commit ? commit : only(std::move(tags), "tags", prefix);
}

std::optional<log::Target> by_id(Repository& repository, std::string_view prefix) {
  std::vector<log::Target> found;
  for (const object::Address& address : repository.store().find_blocks(prefix, kCandidatesMax)) {
    const object::Id id = object::id_at(address);
    if (repository.history_index().row_of(id)) {
      found.push_back({object::Kind::commit, id});
      continue;
    }
    const auto stored = repository.store().read_stored(address);
    if (!stored) continue;
    const bool named = stored->kind == object::Kind::commit || stored->kind == object::Kind::tag;
    if (named || prefix.size() == 64) found.push_back({stored->kind, id});
  }
  if (found.size() > 1)
    throw Failure(Code::ambiguous, "several ids begin with " + std::string(prefix));
  if (found.empty()) return std::nullopt;
  return found.front();
}

log::Target tip_named(Repository& repository, const LocalBranch& branch, std::string_view text) {
  const Tip tip = tip_of(repository, branch);
  if (tip.commit) return {object::Kind::commit, *tip.commit};
  throw Failure(Code::not_found, "branch '" + std::string(text) + "' has no commit yet");
}

std::optional<log::Target> by_tag(const Repository& repository, std::string_view text) {
  for (const TagLine& tag : tags(repository)) {
    if (tag.shown == text) return tag.target;
  }
  return std::nullopt;
}

// "refs/heads/x" and "tags/x", as git writes a name that could be either.
std::optional<log::Target> by_full_name(Repository& repository, std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with("refs/")) rest.remove_prefix(5);
  if (rest.starts_with("heads/")) {
    if (const auto branch = find_branch(repository, rest.substr(6)))
      return tip_named(repository, *branch, text);
  }
  return rest.starts_with("tags/") ? by_tag(repository, rest.substr(5)) : std::nullopt;
}

std::optional<log::Target> by_digits(Repository& repository, std::string_view typed) {
  std::string text(typed);
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  if (text.size() < kPrefixMin || text.size() > 64 || !is_hex(text)) return std::nullopt;
  if (const auto target = by_id(repository, text)) return target;
  return by_git_id(repository, text);
}

// "v1.0-5-g93ab01cd", as hn describe prints.
std::optional<log::Target> by_description(Repository& repository, std::string_view text) {
  const std::size_t at = text.rfind("-g");
  if (at == text.npos || at == 0) return std::nullopt;
  return by_digits(repository, text.substr(at + 2));
}

}  // namespace

Failure unknown(std::string_view text) {
  const std::string what = "'" + std::string(text) + "' is no commit, branch or tag here";
  if (text.find(':') != std::string_view::npos)
    return Failure(Code::not_found, what, "hn cat REV:PATH prints a file");
  return Failure(Code::not_found, what, "hn log lists commits, hn branch lists branches");
}

object::Id follow_tags(const Repository& repository, log::Target target, std::string_view text) {
  for (int depth = 0; target.kind == object::Kind::tag && depth < 1024; ++depth) {
    const auto tag = require(object::read_tag(repository.store(), target.id), "reading a tag");
    target = {tag.target_kind, tag.target};
  }
  if (target.kind != object::Kind::commit) {
    throw Failure(Code::invalid, "'" + std::string(text) + "' is no commit");
  }
  return target.id;
}

log::Target resolve_name(Repository& repository, std::string_view text) {
  if (text == "HEAD" || text == "@") {
    const auto standing = repository.worktree();
    if (standing && standing->base) return {object::Kind::commit, *standing->base};
    throw Failure(Code::not_found, "there is no commit yet",
                  "make the first one: hn commit -m MESSAGE");
  }
  if (const auto branch = find_branch(repository, text))
    return tip_named(repository, *branch, text);
  if (const auto tag = by_tag(repository, text)) return *tag;
  for (const auto find : {by_full_name, by_digits, by_description}) {
    if (const auto target = find(repository, text)) return *target;
  }
  throw unknown(text);
}

}  // namespace hn::repo
