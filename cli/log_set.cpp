// After git's revision.c (handle_revision_pseudo_opt) and refs.c (for_each_glob_ref_in).
#include "log_set.hpp"

#include <algorithm>

#include "hn/base/glob.hpp"
#include "hn/repo/branches.hpp"

namespace hn::cli {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

// As in git a pattern without a special character means what is below it.
Glob glob_of(std::string_view front, std::string text) {
  if (text.find_first_of("*?[\\") == text.npos) text += text.ends_with('/') ? "*" : "/*";
  return Glob(std::string(text.starts_with(front) ? "" : front) + text, false);
}

// Full names that are meant, and those that are not.
class Names {
 public:
  explicit Names(const Given& given) : all_(given.has("all")) {
    for (const std::string& text : given.values("branches"))
      meant_.push_back(glob_of(kHeads, text));
    for (const std::string& text : given.values("tags")) meant_.push_back(glob_of(kTags, text));
    for (const std::string& text : given.values("glob")) meant_.push_back(glob_of("refs/", text));
    for (const std::string& text : given.values("exclude")) left_out_.emplace_back(text, false);
  }

  bool take(std::string_view front, const std::string& name) const {
    const std::string full = std::string(front) + name;
    const auto fits = [&](const Glob& glob) { return glob.matches(full); };
    const auto excludes = [&](const Glob& glob) {
      return glob.matches(full) || glob.matches(name);
    };
    return (all_ || std::ranges::any_of(meant_, fits)) && std::ranges::none_of(left_out_, excludes);
  }

 private:
  bool all_;
  std::vector<Glob> meant_;
  std::vector<Glob> left_out_;
};

}  // namespace

std::vector<Option> log_set_rows() {
  return {{"--all", "", "what all branches and tags lead to"},
          {"--branches", "PATTERN", "what all branches lead to, or those that it matches",
           Offers::nothing, "", true},
          {"--tags", "PATTERN", "the same of tags", Offers::nothing, "", true},
          {"--glob", "PATTERN", "the same of both, by names such as heads/fix", Offers::nothing, "",
           true},
          {"--exclude", "PATTERN", "but not those that it matches", Offers::nothing, "", true}};
}

bool names_sets(const Given& given) {
  return given.has("all") || given.has("branches") || given.has("tags") || given.has("glob");
}

void add_sets(repo::Repository& repository, const Given& given, repo::CommitSet& to) {
  const Names names(given);
  const auto add = [&](const object::Id& commit, const std::string& name) {
    to.with.push_back(commit);
    to.names.emplace(commit, name);
  };
  for (const repo::BranchLine& line : repo::branches(repository)) {
    if (!names.take(kHeads, line.shown)) continue;
    if (const repo::Tip tip = repo::tip_of(repository, line.branch); tip.commit)
      add(*tip.commit, std::string(kHeads) + line.shown);
  }
  for (const repo::TagLine& tag : repo::tags(repository)) {
    if (!names.take(kTags, tag.shown)) continue;
    const std::string name = std::string(kTags) + tag.shown;
    try {
      add(repo::resolve_commit(repository, name), name);
    } catch (const Failure& failure) {
      if (failure.code() != Code::invalid) throw;  // a tag on a tree or a file
    }
  }
  if (!given.has("all")) return;
  const auto standing = repository.worktree();
  if (standing && standing->base) add(*standing->base, "HEAD");
}

}  // namespace hn::cli
