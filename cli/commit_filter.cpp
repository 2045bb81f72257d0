#include "commit_filter.hpp"

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/repo/dates.hpp"

namespace hn::cli {
namespace {

bool is_by(const std::vector<repo::Pattern>& patterns, const object::Person& who) {
  const std::string line = who.name + " <" + who.email + ">";
  return patterns.empty() || std::ranges::any_of(patterns, [&](const repo::Pattern& pattern) {
           return pattern.matches(line);
         });
}

// The leftmost hit of all patterns, and of these the longest.
std::optional<repo::Pattern::Match> first_hit(const std::vector<repo::Pattern>& patterns,
                                              std::string_view text, std::size_t from) {
  std::optional<repo::Pattern::Match> out;
  for (const repo::Pattern& pattern : patterns) {
    const auto match = pattern.find(text, from);
    if (!match) continue;
    if (!out || match->begin < out->begin || (match->begin == out->begin && match->end > out->end))
      out = match;
  }
  return out;
}

}  // namespace

std::int64_t moment_of(const Context& context, const std::string& text) {
  const auto time = repo::parse_date_about(text, context.world.clock.wall());
  if (time) return time->seconds;
  throw Failure(Code::invalid, "'" + text + "' is not a date",
                "such as yesterday, 2.weeks.ago or 2026-11-20T12:30:00+01:00");
}

CommitFilter::CommitFilter(const Context& context, const Given& given)
    : inverted_(given.has("invert-grep")),
      all_(given.has("all-match")),
      parents_min_(given.number("min-parents", UINT32_MAX).value_or(0)),
      parents_max_(given.number("max-parents", UINT32_MAX).value_or(UINT64_MAX)) {
  if (given.has("merges")) parents_min_ = std::max<std::uint64_t>(parents_min_, 2);
  if (given.has("no-merges") || given.has("cherry"))
    parents_max_ = std::min<std::uint64_t>(parents_max_, 1);
  const repo::Pattern::Options options{given.has("fixed-strings") ? repo::Pattern::Kind::fixed
                                       : given.has("extended-regexp")
                                           ? repo::Pattern::Kind::extended
                                           : repo::Pattern::Kind::basic,
                                       given.has("regexp-ignore-case"), false};
  for (const std::string& text : given.values("grep")) messages_.emplace_back(text, options);
  for (const std::string& text : given.values("author")) authors_.emplace_back(text, options);
  for (const std::string& text : given.values("committer")) committers_.emplace_back(text, options);
  if (const auto until = given.value("until")) until_ = moment_of(context, *until);
}

bool CommitFilter::takes(const object::Commit& commit) const {
  if (commit.parents.size() > parents_max_ || commit.parents.size() < parents_min_) return false;
  if (until_ && commit.committer.time.seconds > *until_) return false;
  return is_by(authors_, commit.author) && is_by(committers_, commit.committer) &&
         (messages_.empty() || says(commit.message) != inverted_);
}

bool CommitFilter::takes_all() const {
  return parents_max_ == UINT64_MAX && parents_min_ == 0 && !until_ && authors_.empty() &&
         committers_.empty() && messages_.empty();
}

bool CommitFilter::says(const std::string& message) const {
  const auto matches = [&](const repo::Pattern& p) { return p.matches_a_line(message); };
  return all_ ? std::ranges::all_of(messages_, matches) : std::ranges::any_of(messages_, matches);
}

std::string CommitFilter::shown(std::string_view text, Part part) const {
  const std::vector<repo::Pattern>& patterns = part == Part::message  ? messages_
                                               : part == Part::author ? authors_
                                                                      : committers_;
  const bool lines = part == Part::message;
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto hit = first_hit(patterns, text, at);
    if (!hit || hit->begin == hit->end) break;
    out += escape_controls(text.substr(at, hit->begin - at), lines) + "\x1b[1;31m" +
           escape_controls(text.substr(hit->begin, hit->end - hit->begin), lines) + "\x1b[m";
    at = hit->end;
  }
  return out + escape_controls(text.substr(at), lines);
}

}  // namespace hn::cli
