#include <algorithm>
#include <ostream>

#include "hn/repo/init.hpp"
#include "sync_report.hpp"

namespace hn::cli {
namespace {

// How far this device's own log goes.
std::uint64_t own_length(const repo::Repository& repository) {
  const auto tips = repository.view().tips(repository.device());
  return tips.empty() ? 0 : repository.view().find(tips.back())->entry.seq + 1;
}

// A peer that knows more of this device's log than the store has seen the original go on.
bool has_gone_on(const Context& context, repo::Repository& repository, const Given& given,
                 bool& asked) {
  std::vector<node::SyncTarget> targets = node::known_targets(repository);
  if (targets.empty()) return false;
  const std::uint64_t before = own_length(repository);
  ProgressLine line(context);
  node::SyncOptions options = sync_options(given, line);
  options.targets = std::move(targets);
  const node::SyncReport report = node::compare(repository, options);
  asked = std::ranges::any_of(report.peers, [](const node::PeerOutcome& p) {
    return p.problem != Code::unreachable && p.problem != Code::timeout;
  });
  repository.refresh();
  return own_length(repository) > before;
}

int moved(Context& context, repo::Repository& repository, const Given& given) {
  if (repository.is_in_place()) {
    if (given.has("json")) {
      print(context, Json{{"moved", false}, {"compared", false}});
    } else {
      context.out << "this store is where it was; nothing to do\n";
    }
    return 0;
  }
  bool asked = false;
  bool gone_on = repo::is_known_copy(repository);
  if (!gone_on) {
    const std::string old = repo::device_moved(repository);
    gone_on = has_gone_on(context, repository, given, asked);
    if (gone_on) repo::device_is_copy(repository, old);
  }
  if (gone_on) {
    throw Failure(Code::copied_store,
                  "the original of this store has signed entries since it was copied",
                  "this is a copy: hn device new LINK");
  }
  if (given.has("json")) {
    Json out;
    out["moved"] = true;
    out["compared"] = asked;
    print(context, out);
    return 0;
  }
  context.out << "this store goes on here as " << repository.record().label << "\n";
  if (!asked) context.err << "note: no peer could be asked whether the original has gone on\n";
  return 0;
}

int renewed(Context& context, repo::Repository& repository, const Given& given) {
  const auto text = given.value("LINK");
  if (!text) throw Failure(Code::usage, "a new device wants an invitation", "hn device new LINK");
  const auto link = log::decode_link(*text);
  if (!link)
    throw Failure(link.error().code, std::string("the link is not good: ") + link.error().rule);
  if (link->repository != repository.id())
    throw Failure(Code::bad_link, "the link invites to another repository");
  const std::string label = given.value("name").value_or(repo::default_label(context.world));
  if (!log::is_label(label))
    throw Failure(Code::usage, "'" + label + "' is not a name for a device");
  node::SyncReport report;
  std::optional<repo::Identity> before;
  {
    ProgressLine line(context);
    node::SyncOptions options = sync_options(given, line);
    if (options.via.empty()) options.targets = {inviter(*link)};
    // One that was broken off has its new key already, and nobody granted it anything yet.
    if (!repository.is_in_place() || repository.view().member(repository.device())) {
      before = repo::identity_of(repository);
      repo::device_renewed(repository, label);
    }
    report = node::join(repository, *link, options);
  }
  // A link that was used let nobody in: the store stays the device that it was.
  if (before && is_used_link(report)) repo::restore_identity(repository, *before);
  require_agreed(report);
  repository.refresh();
  if (given.has("json")) {
    Json out;
    out["device"] = hn::to_hex(repository.device().bytes);
    out["label"] = repo::label_of(repository.view(), repository.device());
    print(context, out);
  } else {
    context.out << "this store is a device of its own now: "
                << repo::label_of(repository.view(), repository.device()) << "\n";
  }
  return 0;
}

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::string action = *given.value("ACTION");
  if (action == "move") return moved(context, repository, given);
  if (action == "new") return renewed(context, repository, given);
  throw Failure(Code::usage, "'" + action + "' is neither move nor new",
                "hn device move, hn device new LINK");
}

}  // namespace

Command cmd_device() {
  return {"device",
          "Say whose a store is that was moved or copied",
          {{"--name", "NAME", "new: call the device NAME (else after the machine)"},
           {"--timeout", "SECONDS", "new: give up after so long without an answer (else 30)"},
           {"--limit", "RATE", "new: bytes a second each way, at most, as 500k or 2m"},
           {"--via", "CMD", "new: reach the inviter through the standard streams of a command"},
           {"--json", "", "as JSON"}},
          {{"ACTION", "move: the original is gone; new: this is another device", 1, 1,
            Offers::words, "move new"},
           {"LINK", "new: what hn invite printed", 0, 1}},
          run};
}

}  // namespace hn::cli
