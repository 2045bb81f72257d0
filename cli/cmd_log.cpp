#include <ostream>

#include "hn/repo/dates.hpp"
#include "hn/repo/log_walk.hpp"
#include "hn/repo/revision.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

using Found = std::pair<object::Id, object::Commit>;

std::optional<Found> next(const repo::Repository& repository, repo::LogWalk& walk) {
  const auto id = walk.next();
  if (!id) return std::nullopt;
  return Found(*id,
               repo::require(object::read_commit(repository.store(), *id), "reading a commit"));
}

void print_long(const Context& context, const object::Id& id, const object::Commit& commit) {
  const Paint p = paint(context);
  context.out << p.yellow << "commit " << object::to_hex(id) << p.off << "\n";
  if (commit.parents.size() > 1) {
    context.out << "Merge:";
    for (const object::Id& parent : commit.parents) context.out << " " << short_id(parent);
    context.out << "\n";
  }
  if (commit.auto_merge) {
    context.out << "Auto-merge: by rule, of " << count_of(commit.parents.size(), "head") << "\n";
  } else {
    context.out << "Author: " << escape_controls(commit.author.name) << " <"
                << escape_controls(commit.author.email) << ">\n";
  }
  const WallTime& time = commit.auto_merge ? commit.committer.time : commit.author.time;
  context.out << "Date:   " << repo::format_date(time) << "\n"
              << (commit.message.empty() ? "" : "\n");
  std::string_view rest = commit.message;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    context.out << "    " << escape_controls(rest.substr(0, end)) << "\n";
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

void print_json(const Context& context, const repo::Repository& repository, repo::LogWalk& walk,
                std::uint64_t max) {
  // Written as it is found, so that memory does not grow with the history.
  context.out << "{\"commits\": [";
  for (std::uint64_t n = 0; n < max; ++n) {
    const auto found = next(repository, walk);
    if (!found) break;
    context.out << (n == 0 ? "\n" : ",\n")
                << commit_json(found->first, found->second)
                       .dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  context.out << "\n]}\n";
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::uint64_t max = given.number("number", UINT32_MAX).value_or(UINT64_MAX);
  repo::LogWalk walk(repository.history());
  const auto revision = given.value("REV");
  if (revision) {
    walk.start(repo::resolve_commit(repository, *revision));
  } else if (const auto standing = repository.worktree(); standing && standing->base) {
    walk.start(*standing->base);
  } else if (!given.has("json")) {
    throw Failure(Code::not_found, "there is no commit yet",
                  "make the first one: hn commit -m MESSAGE");
  }
  if (given.has("json")) {
    print_json(context, repository, walk, max);
    return 0;
  }
  const Paint p = paint(context);
  for (std::uint64_t n = 0; n < max; ++n) {
    const auto found = next(repository, walk);
    if (!found) break;
    if (given.has("oneline")) {
      context.out << p.yellow << short_id(found->first) << p.off << " " << subject_of(found->second)
                  << "\n";
    } else {
      if (n > 0) context.out << "\n";
      print_long(context, found->first, found->second);
    }
  }
  return 0;
}

}  // namespace

Command cmd_log() {
  return {"log",
          "List commits, the newest first",
          {{"-n,--number", "N", "at most N commits"},
           {"--oneline", "", "one line each"},
           {"--json", "", "as JSON"}},
          {{"REV", "begin there (else at the working tree's commit)", 0, 1, Offers::revisions}},
          run};
}

}  // namespace hn::cli
