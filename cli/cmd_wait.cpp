#include <chrono>
#include <ostream>

#include "daemon_status.hpp"
#include "failure.hpp"
#include "hn/os/folder_watch.hpp"
#include "hn/repo/branches.hpp"
#include "hn/repo/revision.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

constexpr std::uint64_t kSecondsMax = 365 * 24 * 3600;

// What a branch or tag stands at, with everything that it needs; nothing while it is not here.
std::optional<object::Id> commit_at(repo::Repository& repository, const std::string& name) {
  if (const auto branch = repo::find_branch(repository, name))
    return repo::tip_of(repository, *branch).commit;
  for (const repo::TagLine& tag : repo::tags(repository))
    if (tag.shown == name) return repo::resolve_commit(repository, name);
  return std::nullopt;
}

// Whether the history of `tip` has it. An id that is not known here is one that is to come.
bool has(repo::Repository& repository, const object::Id& tip, const std::string& revision) {
  try {
    const object::Id wanted = repo::resolve_commit(repository, revision);
    const auto found = repository.history().is_reachable(wanted, std::span(&tip, 1));
    return found.has_value() && *found;
  } catch (const Failure& failure) {
    if (failure.code() == Code::not_found) return false;
    throw;
  }
}

class Awaited {
 public:
  Awaited(repo::Repository& repository, const Given& given)
      : repository_(repository), name_(*given.value("REF")), at_(given.value("at")) {}

  std::optional<object::Id> now() const {
    const auto tip = commit_at(repository_, name_);
    return tip && (!at_ || has(repository_, *tip, *at_)) ? tip : std::nullopt;
  }

  std::string name() const {
    return "'" + escape_controls(name_) + "'" +
           (at_ ? " with '" + escape_controls(*at_) + "' in it" : "");
  }

 private:
  repo::Repository& repository_;
  std::string name_;
  std::optional<std::string> at_;
};

void tell_who_brings(const Context& context, const repo::Repository& repository,
                     const Awaited& awaited) {
  context.err << "waiting for " << awaited.name()
              << (is_served(context, repository)
                      ? ""
                      : "; no daemon brings anything here: hn sync does, or hn daemon start")
              << "\n";
  context.err.flush();
}

int run(Context& context, const Given& given) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = given.number("timeout", kSecondsMax);
  const auto begin = Clock::now();
  repo::Repository repository = context.open();
  os::FolderWatch changes(repository.layout().store());
  repository.refresh();  // what came before the watch began
  const Awaited awaited(repository, given);
  std::optional<object::Id> commit = awaited.now();
  if (!commit && seconds != 0) tell_who_brings(context, repository, awaited);
  while (!commit) {
    if (!seconds) {
      changes.wait();
    } else {
      const auto left = begin + std::chrono::seconds(*seconds) - Clock::now();
      if (!changes.wait(std::chrono::ceil<std::chrono::milliseconds>(left))) break;
    }
    repository.refresh();
    commit = awaited.now();
  }
  if (!commit) {
    context.err << told(Failure(Code::timeout, awaited.name() + " did not come in time",
                                "wait longer, or look at what keeps it away: hn doctor"));
    return kExitTimeout;
  }
  if (given.has("json")) {
    Json out;
    put_text(out, "ref", *given.value("REF"));
    out["commit"] = object::to_hex(*commit);
    print(context, out);
  } else {
    context.out << escape_controls(*given.value("REF")) << " " << short_id(*commit) << "\n";
  }
  return 0;
}

}  // namespace

Command cmd_wait() {
  return {"wait",
          "Wait until a branch, a tag or a commit is here",
          {{"--at", "REV", "until this commit is in its history", Offers::revisions},
           {"--timeout", "SECONDS", "for so long at most (else without end)"},
           {"--json", "", "as JSON"}},
          {{"REF", "a branch or a tag", 1, 1, Offers::branches}},
          run};
}

}  // namespace hn::cli
