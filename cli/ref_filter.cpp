#include "ref_filter.hpp"

#include <string.h>  // strverscmp is in no <cstring>

#include <algorithm>
#include <array>

#include "hn/base/error.hpp"
#include "hn/object/history.hpp"
#include "hn/repo/revision.hpp"

namespace hn::cli {
namespace {

constexpr std::array<const char*, 5> kAsking{"merged", "no-merged", "contains", "no-contains",
                                             "points-at"};

std::vector<object::Id> commits_of(repo::Repository& repository, const Given& given,
                                   const char* option) {
  std::vector<object::Id> out;
  for (const std::string& word : given.values(option)) {
    try {
      out.push_back(repo::resolve_commit(repository, word));
    } catch (const Failure& failure) {
      // As in git, where it is no value that the option takes; but for those of --merged.
      if (failure.code() != Code::not_found || std::string_view(option).ends_with("merged")) throw;
      throw Failure(Code::usage, failure.context(), failure.hint());
    }
  }
  return out;
}

}  // namespace

std::vector<Option> RefFilter::option_rows() {
  const auto row = [](const char* name, const char* help) {
    return Option{name, "REV", help, Offers::revisions, "", true};
  };
  return {
      {"-l,--list", "", "list those that the patterns match"},
      row("--merged", "only what REV leads to (else the working tree's commit)"),
      row("--no-merged", "only what it does not lead to"),
      row("--contains", "only what leads to REV"),
      row("--no-contains", "only what does not"),
      row("--points-at", "only what stands there"),
      {"--sort", "KEY",
       "refname, version:refname, committerdate or creatordate; with a dash the other way round",
       Offers::words,
       "refname -refname version:refname -version:refname committerdate -committerdate creatordate "
       "-creatordate"}};
}

RefFilter::RefFilter(repo::Repository& repository, const Given& given, const std::string& kind,
                     const std::vector<std::string>& patterns)
    : repository_(repository),
      merged_(commits_of(repository, given, "merged")),
      no_merged_(commits_of(repository, given, "no-merged")),
      contains_(commits_of(repository, given, "contains")),
      no_contains_(commits_of(repository, given, "no-contains")),
      points_at_(commits_of(repository, given, "points-at")) {
  for (const std::string& pattern : patterns) patterns_.emplace_back(pattern, false);
  std::string key =
      given.value("sort").value_or(repository.settings().get(kind + ".sort").value_or("refname"));
  downwards_ = key.starts_with('-');
  if (downwards_) key.erase(0, 1);
  by_time_ = key == "committerdate" || key == "creatordate";
  by_version_ = key == "version:refname" || key == "v:refname";
  if (!by_time_ && !by_version_ && key != "refname")
    throw Failure(Code::usage, "nothing is sorted by '" + key + "'",
                  "refname, version:refname, committerdate or creatordate, and a dash in front");
}

bool RefFilter::is_asked(const Given& given) {
  return given.has("list") ||
         std::ranges::any_of(kAsking, [&](const char* option) { return given.has(option); });
}

bool RefFilter::is_above(const object::Id& old, const object::Id& now) const {
  return repo::require(object::is_ancestor(repository_.history(), old, now), "comparing commits");
}

bool RefFilter::takes(const std::string& name, const std::optional<object::Id>& commit) const {
  const auto matches = [&](const Glob& glob) { return glob.matches(name); };
  if (!patterns_.empty() && std::ranges::none_of(patterns_, matches)) return false;
  const bool any = !merged_.empty() || !no_merged_.empty() || !contains_.empty() ||
                   !no_contains_.empty() || !points_at_.empty();
  if (!any) return true;
  if (!commit) return false;
  const auto below = [&](const object::Id& id) { return is_above(*commit, id); };
  const auto above = [&](const object::Id& id) { return is_above(id, *commit); };
  if (!merged_.empty() && std::ranges::none_of(merged_, below)) return false;
  if (std::ranges::any_of(no_merged_, below)) return false;
  if (!contains_.empty() && std::ranges::none_of(contains_, above)) return false;
  if (std::ranges::any_of(no_contains_, above)) return false;
  return points_at_.empty() || std::ranges::find(points_at_, *commit) != points_at_.end();
}

std::int64_t RefFilter::time_of(const std::optional<object::Id>& commit) const {
  if (!by_time_ || !commit) return 0;
  return repo::require(object::read_commit(repository_.store(), *commit), "reading a commit")
      .committer.time.seconds;
}

// What is equally old stands by name, whichever way round.
void RefFilter::sort(std::vector<Row>& rows) const {
  std::ranges::stable_sort(rows, [&](const Row& a, const Row& b) {
    if (a.committed != b.committed)
      return downwards_ ? a.committed > b.committed : a.committed < b.committed;
    const int order =
        by_version_ ? strverscmp(a.name.c_str(), b.name.c_str()) : a.name.compare(b.name);
    return downwards_ && !by_time_ ? order > 0 : order < 0;
  });
}

}  // namespace hn::cli
