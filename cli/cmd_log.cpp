#include <algorithm>
#include <ostream>
#include <queue>
#include <set>

#include "hn/repo/dates.hpp"
#include "hn/repo/revision.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

// Hands out commits newest first, as git does by default: by committer time among those that a
// shown one leads to, so that the first ones are there before the whole history is read.
class Walk {
 public:
  explicit Walk(const repo::Repository& repository) : repository_(repository) {}

  void start(const object::Id& id) { push(id); }

  std::optional<std::pair<object::Id, object::Commit>> next() {
    if (queue_.empty()) return std::nullopt;
    const Waiting top = queue_.top();
    queue_.pop();
    auto commit =
        repo::require(object::read_commit(repository_.store(), top.id), "reading a commit");
    for (const object::Id& parent : commit.parents) push(parent);
    return std::pair(top.id, std::move(commit));
  }

 private:
  struct Waiting {
    std::int64_t time = 0;
    object::Id id;
    friend bool operator<(const Waiting& a, const Waiting& b) {
      return std::tie(a.time, a.id) < std::tie(b.time, b.id);
    }
  };

  void push(const object::Id& id) {
    if (!seen_.insert(id).second) return;
    const auto commit =
        repo::require(object::read_commit(repository_.store(), id), "reading a commit");
    queue_.push({commit.committer.time.seconds, id});
  }

  const repo::Repository& repository_;
  std::priority_queue<Waiting> queue_;
  std::set<object::Id> seen_;
};

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
  context.out << "Date:   " << repo::format_date(time) << "\n\n";
  std::string_view rest = commit.message;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    context.out << "    " << escape_controls(rest.substr(0, end)) << "\n";
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

void print_json(const Context& context, Walk& walk, std::uint64_t max) {
  // Written as it is found, so that memory does not grow with the history.
  context.out << "{\"commits\": [";
  for (std::uint64_t n = 0; n < max; ++n) {
    const auto found = walk.next();
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
  Walk walk(repository);
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
    print_json(context, walk, max);
    return 0;
  }
  const Paint p = paint(context);
  for (std::uint64_t n = 0; n < max; ++n) {
    const auto found = walk.next();
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
