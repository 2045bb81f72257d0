#include "hn/repo/revision.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace hn::repo {
namespace {

constexpr std::size_t kPrefixMin = 4;
// Blocks whose address begins alike; of ten million some 150 share four digits.
constexpr std::size_t kCandidatesMax = 65536;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Failure unknown(std::string_view text) {
  const std::string what = "'" + std::string(text) + "' is no commit, branch or tag here";
  if (text.find(':') != std::string_view::npos)
    return Failure(Code::not_found, what, "hn cat REV:PATH prints a file");
  return Failure(Code::not_found, what, "hn log lists commits, hn branch lists branches");
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
    if (target.kind == object::Kind::commit) out.commits.push_back(target.id);
    while (target.kind == object::Kind::tag && out.tags.insert(target.id).second) {
      const auto git = repository.history().git_id_of(target.kind, target.id);
      const auto next = object::read_tag(repository.store(), target.id);
      if (!git || !next) break;
      target = {next->target_kind, next->target};
    }
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

log::Target resolve_base(Repository& repository, std::string_view text) {
  if (text == "HEAD" || text == "@") {
    const auto standing = repository.worktree();
    if (standing && standing->base) return {object::Kind::commit, *standing->base};
    throw Failure(Code::not_found, "there is no commit yet",
                  "make the first one: hn commit -m MESSAGE");
  }
  if (const auto branch = find_branch(repository, text)) {
    const Tip tip = tip_of(repository, *branch);
    if (tip.commit) return {object::Kind::commit, *tip.commit};
    throw Failure(Code::not_found, "branch '" + std::string(text) + "' has no commit yet");
  }
  for (const TagLine& tag : tags(repository)) {
    if (tag.shown == text) return tag.target;
  }
  if (text.size() >= kPrefixMin && text.size() <= 64 && is_hex(text)) {
    if (const auto target = by_id(repository, text)) return *target;
    if (const auto target = by_git_id(repository, text)) return *target;
  }
  throw unknown(text);
}

// "~3", "^2": the number behind the sign, 1 where there is none.
std::uint64_t take_number(std::string_view& text) {
  std::uint64_t n = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error == std::errc::result_out_of_range)
    throw Failure(Code::invalid, "a number is too large");
  if (error == std::errc{}) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return n;
}

object::Id parent(const Repository& repository, const object::Id& commit, std::uint64_t n,
                  std::string_view text) {
  if (n == 0) return commit;
  const auto parents = require(repository.history().parents(commit), "reading a commit");
  if (n > parents.size()) throw unknown(text);
  return parents[n - 1];
}

}  // namespace

log::Target resolve(Repository& repository, std::string_view text) {
  const std::size_t end = text.find_first_of("^~");
  const log::Target base = resolve_base(repository, text.substr(0, end));
  if (end == std::string_view::npos) return base;
  object::Id commit = follow_tags(repository, base, text);
  std::string_view rest = text.substr(end);
  while (!rest.empty()) {
    const char sign = rest.front();
    rest.remove_prefix(1);
    if (sign == '^') {
      commit = parent(repository, commit, take_number(rest), text);
    } else if (sign == '~') {
      for (std::uint64_t n = take_number(rest); n > 0; --n)
        commit = parent(repository, commit, 1, text);
    } else {
      throw unknown(text);
    }
  }
  return {object::Kind::commit, commit};
}

object::Id resolve_commit(Repository& repository, std::string_view text) {
  return follow_tags(repository, resolve(repository, text), text);
}

PathAt resolve_path(Repository& repository, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    throw Failure(Code::usage, "'" + std::string(text) + "' is not REV:PATH");
  }
  PathAt at;
  const std::string_view revision = colon == 0 ? "HEAD" : text.substr(0, colon);
  at.commit = resolve_commit(repository, revision);
  at.path = text.substr(colon + 1);
  const auto commit =
      require(object::read_commit(repository.store(), at.commit), "reading a commit");
  const auto value =
      require(object::find_path(repository.store(), commit.tree, at.path), "reading a folder");
  if (!value) {
    throw Failure(Code::not_found, "there is no '" + at.path + "' in " + std::string(revision),
                  "hn cat " + std::string(revision) + ": lists what is there");
  }
  at.value = *value;
  return at;
}

}  // namespace hn::repo
