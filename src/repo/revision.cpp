#include "hn/repo/revision.hpp"

#include <array>

#include "hn/repo/dates.hpp"
#include "hn/repo/log_walk.hpp"
#include "hn/repo/moves.hpp"
#include "hn/repo/pattern.hpp"
#include "hn/repo/revision_text.hpp"
#include "repo/revision_names.hpp"

namespace hn::repo {
namespace {

object::Id parent(const Repository& repository, const object::Id& commit, std::uint64_t n,
                  std::string_view text) {
  if (n == 0) return commit;
  const auto parents = require(repository.history().parents(commit), "reading a commit");
  if (n > parents.size()) throw unknown(text);
  return parents[n - 1];
}

// The newest commit of a walk whose message matches (git: "!-" in front says that it does not).
object::Id find_message(const Repository& repository, LogWalk& walk, std::string_view wanted,
                        std::string_view text) {
  const bool negative = wanted.starts_with("!-");
  if (wanted.starts_with("!") && !negative && !wanted.starts_with("!!"))
    throw Failure(Code::invalid, "'" + std::string(text) + "': a ! is followed by - or another !");
  if (wanted.starts_with('!')) wanted.remove_prefix(negative ? 2 : 1);
  const Pattern pattern(wanted, {Pattern::Kind::extended, false, false});
  while (const auto id = walk.next()) {
    const auto commit = require(object::read_commit(repository.store(), *id), "reading a commit");
    if (pattern.matches_a_line(commit.message) != negative) return *id;
  }
  throw Failure(Code::not_found,
                "no commit has a message that matches '" + std::string(wanted) + "'",
                "hn log lists commits");
}

class Resolver {
 public:
  Resolver(Repository& repository, std::string_view text) : repository_(repository), text_(text) {}

  log::Target run(const RevisionText& revision) {
    log::Target at = base(revision);
    for (const RevisionStep& step : revision.steps) at = take(step, at);
    return at;
  }

 private:
  log::Target commit(const object::Id& id) const { return {object::Kind::commit, id}; }

  log::Target base(const RevisionText& revision) {
    switch (revision.base) {
      case RevisionText::Base::message:
        return commit(by_message(revision.text));
      case RevisionText::Base::last_switch: {
        const auto branch = switched_from(repository_, revision.number);
        if (!branch)
          throw Failure(Code::not_found,
                        "'" + std::string(text_) + "': there were fewer switches here");
        return resolve_name(repository_, branch->name);
      }
      case RevisionText::Base::name:
        break;
    }
    if (revision.moves_ago || revision.date) return in_time(revision);
    return resolve_name(repository_, revision.name);
  }

  object::Id by_message(std::string_view wanted) {
    LogWalk walk(repository_.history());
    for (const object::Id& id : all_commits_named(repository_)) walk.start(id);
    return find_message(repository_, walk, wanted, text_);
  }

  struct Stood {
    std::optional<object::Id> now;
    std::vector<Move> moves;  // the newest first
  };

  Stood stood(const std::string& name) {
    const auto standing = repository_.worktree();
    if (name == "HEAD" || name == "@")
      return {standing ? standing->base : std::nullopt, moves_of_working_tree(repository_)};
    auto branch =
        name.empty() && standing ? std::optional(standing->branch) : find_branch(repository_, name);
    if (!branch)
      throw Failure(Code::not_found,
                    "'" + std::string(text_) + "': there is no branch '" + name + "'",
                    "hn branch lists them");
    return {tip_of(repository_, *branch).commit, moves_of(repository_, *branch)};
  }

  log::Target in_time(const RevisionText& revision) {
    for (const std::string_view tracking : {"u", "upstream", "push"}) {
      if (revision.date == tracking)
        throw Failure(Code::invalid,
                      "'" + std::string(text_) + "': branches follow no other branch",
                      "hn sync brings what others did into the branch itself");
    }
    const Stood at = stood(revision.name);
    const auto found =
        revision.date ? at_date(at, *revision.date) : moves_ago(at, *revision.moves_ago);
    if (!found)
      throw Failure(Code::not_found,
                    "'" + std::string(text_) + "': the operation log does not go back that far");
    return commit(*found);
  }

  static std::optional<object::Id> moves_ago(const Stood& stood, std::uint64_t n) {
    if (n == 0) return stood.now;
    return n <= stood.moves.size() ? stood.moves[n - 1].from : std::nullopt;
  }

  // Where it stood before the first move after that moment.
  std::optional<object::Id> at_date(const Stood& stood, std::string_view text) {
    const WallTime now = repository_.world().clock.wall();
    const auto when = parse_date_about(text, now);
    if (!when)
      throw Failure(Code::invalid, "'" + std::string(text_) + "': that is no date",
                    "such as @{yesterday}, @{2.days.ago} or @{2026-11-20 12:30}");
    std::optional<object::Id> found = stood.now;
    for (const Move& move : stood.moves) {
      if (move.when <= when->seconds) break;
      found = move.from;
    }
    return found;
  }

  log::Target take(const RevisionStep& step, const log::Target& from) {
    switch (step.kind) {
      case RevisionStep::Kind::object:
        return from;
      case RevisionStep::Kind::tag:
        if (from.kind == object::Kind::tag) return from;
        throw Failure(Code::invalid, "'" + std::string(text_) + "' is no tag with a message");
      case RevisionStep::Kind::peeled:
        return peeled(from);
      case RevisionStep::Kind::commit:
        return commit(follow_tags(repository_, from, text_));
      case RevisionStep::Kind::tree:
        return tree(peeled(from));
      case RevisionStep::Kind::parent:
        return commit(
            parent(repository_, follow_tags(repository_, from, text_), step.number, text_));
      case RevisionStep::Kind::message: {
        LogWalk walk(repository_.history());
        walk.start(follow_tags(repository_, from, text_));
        if (step.text.empty()) return commit(follow_tags(repository_, from, text_));
        return commit(find_message(repository_, walk, step.text, text_));
      }
      case RevisionStep::Kind::ancestor:
        break;
    }
    object::Id at = follow_tags(repository_, from, text_);
    for (std::uint64_t n = step.number; n > 0; --n) at = parent(repository_, at, 1, text_);
    return commit(at);
  }

  log::Target peeled(log::Target at) const {
    for (int depth = 0; at.kind == object::Kind::tag && depth < 1024; ++depth) {
      const auto tag = require(object::read_tag(repository_.store(), at.id), "reading a tag");
      at = {tag.target_kind, tag.target};
    }
    return at;
  }

  log::Target tree(const log::Target& from) const {
    if (from.kind == object::Kind::tree) return from;
    const object::Id id = follow_tags(repository_, from, text_);
    return {object::Kind::tree,
            require(object::read_commit(repository_.store(), id), "reading a commit").tree};
  }

  Repository& repository_;
  std::string_view text_;
};

RevisionText parsed(std::string_view text) {
  auto revision = parse_revision(text);
  if (!revision) {
    throw Failure(Code::invalid, "'" + std::string(text) + "' is no revision",
                  "man hn-revisions says how commits are named");
  }
  return *std::move(revision);
}

object::Id commit_at(Repository& repository, const std::string& text) {
  return resolve_commit(repository, text.empty() ? "HEAD" : text);
}

void add_parents(const Repository& repository, const object::Id& commit,
                 std::vector<object::Id>& to) {
  const auto parents = require(repository.history().parents(commit), "reading a commit");
  to.insert(to.end(), parents.begin(), parents.end());
}

}  // namespace

log::Target resolve(Repository& repository, std::string_view text) {
  const RevisionText revision = parsed(text);
  if (revision.path) throw unknown(text);
  return Resolver(repository, text).run(revision);
}

object::Id resolve_commit(Repository& repository, std::string_view text) {
  return follow_tags(repository, resolve(repository, text), text);
}

PathAt resolve_path(Repository& repository, std::string_view text) {
  const RevisionText revision = parsed(text);
  if (!revision.path) throw Failure(Code::usage, "'" + std::string(text) + "' is not REV:PATH");
  const log::Target from = Resolver(repository, text).run(revision);
  PathAt at;
  at.path = *revision.path;
  object::Id tree = from.id;
  if (from.kind != object::Kind::tree) {
    at.commit = follow_tags(repository, from, text);
    tree = require(object::read_commit(repository.store(), at.commit), "reading a commit").tree;
  }
  const auto value =
      require(object::find_path(repository.store(), tree, at.path), "reading a folder");
  if (!value) {
    const std::string name(text.substr(0, text.size() - at.path.size() - 1));
    const std::string shown = name.empty() ? "HEAD" : name;
    throw Failure(Code::not_found, "there is no '" + at.path + "' in " + shown,
                  "hn cat " + shown + ": lists what is there");
  }
  at.value = *value;
  return at;
}

void add_range(Repository& repository, std::string_view text, CommitSet& to) {
  const RangeText range = parse_range(text);
  const auto named = [&](const object::Id& id, const std::string& name) {
    to.names.emplace(id, name.empty() ? "HEAD" : name);
    return id;
  };
  const auto left = [&] { return named(commit_at(repository, range.left), range.left); };
  const auto right = [&] { return named(commit_at(repository, range.right), range.right); };
  switch (range.kind) {
    case RangeText::Kind::one:
      to.with.push_back(named(resolve_commit(repository, range.left), range.left));
      break;
    case RangeText::Kind::without:
      to.without.push_back(named(resolve_commit(repository, range.left), range.left));
      break;
    case RangeText::Kind::between:
      to.without.push_back(left());
      to.with.push_back(right());
      break;
    case RangeText::Kind::symmetric: {
      const object::Id a = commit_at(repository, range.left);
      const object::Id b = commit_at(repository, range.right);
      for (const object::Id& base : merge_bases(repository, a, b))
        to.without.push_back(named(base, object::to_hex(base)));
      to.left.push_back(left());
      to.with.insert(to.with.end(), {a, right()});
      break;
    }
    case RangeText::Kind::parents:
      add_parents(repository, left(), to.with);
      break;
    case RangeText::Kind::alone:
      to.with.push_back(left());
      add_parents(repository, left(), to.without);
      break;
    case RangeText::Kind::since:
      to.with.push_back(left());
      to.without.push_back(parent(repository, left(), range.number, text));
      break;
  }
}

std::vector<object::Id> merge_bases(const Repository& repository, const object::Id& a,
                                    const object::Id& b) {
  return require(object::common_ancestors(repository.history(), std::array{a}, std::array{b}),
                 "looking for what they have in common");
}

std::vector<object::Id> all_commits_named(Repository& repository) {
  std::vector<object::Id> out;
  if (const auto standing = repository.worktree(); standing && standing->base)
    out.push_back(*standing->base);
  for (const BranchLine& line : branches(repository)) {
    if (const Tip tip = tip_of(repository, line.branch); tip.commit) out.push_back(*tip.commit);
  }
  for (const TagLine& tag : tags(repository)) {
    try {
      out.push_back(follow_tags(repository, tag.target, tag.shown));
    } catch (const Failure& failure) {
      if (failure.code() != Code::invalid) throw;  // a tag on a tree or a file
    }
  }
  return out;
}

}  // namespace hn::repo
