#include <algorithm>
#include <map>
#include <ostream>
#include <queue>

#include "hn/repo/dates.hpp"
#include "hn/repo/revision.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

// Hands out commits newest first by committer time, yet each after all that have it as a parent:
// commits of one second, or of devices whose clocks differ, would else stand below their parents.
// It reads ahead of what it shows by a day's commits and by kAhead commits, whichever is more, so
// that the first ones are there before the whole history is read; a clock that is further off, in
// a longer history, may still show a commit below its parent.
class Walk {
 public:
  explicit Walk(const repo::Repository& repository) : repository_(repository) {}

  void start(const object::Id& id) {
    reach(id);
    free_.push(waiting(id));
  }

  std::optional<std::pair<object::Id, object::Commit>> next() {
    while (!free_.empty()) {
      const Waiting top = free_.top();
      read_ahead(top.time);
      free_.pop();
      // A commit that was free may have got a child by reading ahead; that child frees it again.
      const Known& known = known_.at(top.id);
      if (known.shown || known.children > 0) continue;
      object::Commit commit = take(top.id);
      for (const object::Id& parent : commit.parents) {
        if (--known_.at(parent).children == 0) free_.push(waiting(parent));
      }
      return std::pair(top.id, std::move(commit));
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kAhead = 256;
  static constexpr std::int64_t kDay = 24L * 60 * 60;  // seconds

  struct Known {
    object::Commit commit;
    std::size_t children = 0;  // those read and not yet shown
    bool shown = false;
  };
  struct Waiting {
    std::int64_t time = 0;
    object::Id id;
    friend bool operator<(const Waiting& a, const Waiting& b) {
      return std::tie(a.time, a.id) < std::tie(b.time, b.id);
    }
  };

  [[nodiscard]] Waiting waiting(const object::Id& id) const {
    return {known_.at(id).commit.committer.time.seconds, id};
  }

  Known& reach(const object::Id& id) {
    const auto [at, is_new] = known_.try_emplace(id);
    if (is_new) {
      at->second.commit =
          repo::require(object::read_commit(repository_.store(), id), "reading a commit");
      unread_.push(waiting(id));
    }
    return at->second;
  }

  void read_next() {
    const object::Id id = unread_.top().id;
    unread_.pop();
    ++ahead_;
    const std::vector<object::Id> parents = known_.at(id).commit.parents;
    for (const object::Id& parent : parents) ++reach(parent).children;
  }

  void read_ahead(std::int64_t time) {
    const std::int64_t until = time < INT64_MIN + kDay ? INT64_MIN : time - kDay;
    while (!unread_.empty() && (ahead_ < kAhead || unread_.top().time >= until)) read_next();
  }

  // What was shown keeps its place in `known_`, without its text, so that it is not shown again.
  object::Commit take(const object::Id& id) {
    --ahead_;
    Known& known = known_.at(id);
    object::Commit commit = std::move(known.commit);
    known.commit = {};
    known.shown = true;
    return commit;
  }

  const repo::Repository& repository_;
  std::map<object::Id, Known> known_;
  std::priority_queue<Waiting> unread_;  // known, their parents not yet looked at
  std::priority_queue<Waiting> free_;    // known, and no child of theirs waits to be shown
  std::size_t ahead_ = 0;                // read and not yet shown
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
  context.out << "Date:   " << repo::format_date(time) << "\n"
              << (commit.message.empty() ? "" : "\n");
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
