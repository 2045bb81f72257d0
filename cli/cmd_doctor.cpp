#include <algorithm>
#include <ostream>

#include "daemon_status.hpp"
#include "hn/node/address.hpp"
#include "hn/repo/bans.hpp"
#include "hn/repo/exchange.hpp"
#include "hn/repo/own_repositories.hpp"
#include "sync_report.hpp"

namespace hn::cli {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

// What was looked at, what was found, and what would help where it is not as it should be.
struct Finding {
  std::string about;
  bool fine = true;
  std::string found;
  std::string hint;
};

class Examination {
 public:
  Examination(Context& context, repo::Repository& repository)
      : context_(context), repository_(repository) {}

  std::vector<Finding> run() {
    look_at_device();
    look_at_rights();
    look_at_daemon();
    look_at_addresses();
    look_at_peers();
    return std::move(findings_);
  }

 private:
  void fine(std::string about, std::string found) {
    findings_.push_back({std::move(about), true, std::move(found), ""});
  }
  void wrong(std::string about, std::string found, std::string hint) {
    findings_.push_back({std::move(about), false, std::move(found), std::move(hint)});
  }

  void look_at_device() {
    try {
      repository_.key();
      fine("device", repository_.record().label + " has its key, and the store is where it was");
    } catch (const Failure& failure) {
      wrong("device", failure.context(), failure.hint());
    }
  }

  void look_at_rights() {
    const auto self = repository_.view().member(repository_.device());
    if (!self || !self->active()) {
      wrong("rights", "the log does not let this device take part (any more)",
            "ask a member for an invitation, and then: hn device new LINK");
      return;
    }
    fine("rights", "this device may " + std::string(log::name_of(self->right)));
  }

  void look_at_daemon() {
    try {
      status_ = daemon_status(context_);
    } catch (const Failure& failure) {
      return wrong("daemon", failure.context(), failure.hint());
    }
    if (!status_) {
      wrong("daemon", "no daemon runs: nobody can call this device",
            "hn daemon start, or hn serve for a while");
      return;
    }
    for (const Json& row : status_->at("repositories")) {
      if (row.value("path", "") != repository_.layout().root) continue;
      if (row.value("served", false)) return fine("daemon", "serves this repository");
      if (row.contains("through")) {
        return fine("daemon", "keeps this repository in step with " +
                                  shown_path(row.value("through", "")) + ", which it serves");
      }
      return wrong("daemon", "does not serve this repository: " + row.value("problem", ""),
                   "hn daemon status");
    }
    repo::note_repository(context_.world,
                          {repository_.record().instance, repository_.layout().root});
    wrong("daemon", "did not know this repository", "it does now: hn daemon status");
  }

  void look_at_addresses() {
    const std::vector<std::string> addresses = addresses_by(status_);
    std::string list;
    bool reachable = false;
    for (const std::string& address : addresses) {
      list += (list.empty() ? "" : " ") + address;
      const auto numeric = node::numeric_address(address);
      reachable = reachable || (numeric && node::is_global(*numeric));
    }
    if (addresses.empty()) return wrong("addresses", "this machine is in no network", "plug it in");
    if (reachable) return fine("addresses", list);
    // No fault: this side can still call, and who is in the same network can be called.
    fine("addresses", list + " (private: from outside of this network only this side can call)");
  }

  void look_at_peers() {
    const std::vector<repo::PeerRecord> peers = repo::peers(repository_);
    if (peers.empty()) {
      return wrong("peers", "none was ever met",
                   "invite one: hn invite; or say where one is: hn sync HOST:PORT");
    }
    const std::vector<repo::Ban> bans = repo::bans(context_.world);
    std::vector<node::SyncTarget> targets;
    for (const node::SyncTarget& target : node::known_targets(repository_)) {
      const auto same = [&](const repo::Ban& ban) { return ban.key == target.key; };
      if (std::ranges::none_of(bans, same)) targets.push_back(target);
    }
    for (const repo::PeerRecord& peer : peers) look_at_record(peer, bans);
    if (targets.empty()) return;
    node::SyncOptions options;
    options.timeout = kPatience;
    options.targets = targets;
    const node::SyncReport report = node::compare(repository_, options);
    for (const node::PeerOutcome& peer : report.peers) look_at_answer(peer);
  }

  // What needs no call to be seen.
  void look_at_record(const repo::PeerRecord& peer, const std::vector<repo::Ban>& bans) {
    const std::string about =
        "peer " + (peer.label.empty() ? to_hex(peer.transport.bytes).substr(0, 8)
                                      : escape_controls(peer.label));
    const auto ban = std::ranges::find(bans, peer.transport, &repo::Ban::key);
    if (ban != bans.end())
      return wrong(about, "is banned: " + escape_controls(ban->reason), "hn peer unban");
    if (peer.addresses.empty() && !is_here(peer))
      wrong(about, "where it is is not known; it has to call, or a third peer to tell",
            "hn peer add PEER HOST:PORT");
  }

  bool is_here(const repo::PeerRecord& peer) const {
    if (!status_) return false;
    const std::string key = to_hex(peer.transport.bytes);
    for (const Json& row : status_->at("repositories")) {
      if (row.value("path", "") != repository_.layout().root || !row.contains("peers")) continue;
      for (const Json& one : row.at("peers")) {
        if (one.value("key", "") == key && one.value("connected", false)) return true;
      }
    }
    return false;
  }

  void look_at_answer(const node::PeerOutcome& peer) {
    const std::string about = "peer " + peer.shown;
    if (peer.agreed) return fine(about, "answers, and both have the same");
    if (!peer.problem) return fine(about, "answers; there is news to exchange: hn sync");
    switch (*peer.problem) {
      case Code::unreachable:
      case Code::timeout:
        return wrong(about, "does not answer (" + peer.detail + ")",
                     "is its daemon up, the address right (hn peer), and UDP let through?");
      case Code::no_right:
        return wrong(about, "does not serve this repository to this device",
                     "is it still a member there, and the repository served? hn members");
      case Code::unsupported:
        return wrong(about, "speaks another version of the protocol", "bring both up to date");
      default:
        return wrong(about, peer.detail, "hn sync says more");
    }
  }

  Context& context_;
  repo::Repository& repository_;
  std::optional<Json> status_;
  std::vector<Finding> findings_;
};

int run(Context& context, const Given& given) {
  repo::Repository repository = context.open();
  const std::vector<Finding> findings = Examination(context, repository).run();
  const bool healthy = std::ranges::all_of(findings, &Finding::fine);
  if (given.has("json")) {
    Json rows = Json::array();
    for (const Finding& finding : findings) {
      Json row;
      put_text(row, "about", finding.about);
      row["fine"] = finding.fine;
      put_text(row, "found", finding.found);
      if (!finding.hint.empty()) put_text(row, "hint", finding.hint);
      rows.push_back(std::move(row));
    }
    print(context, Json{{"healthy", healthy}, {"findings", rows}});
    return healthy ? 0 : 1;
  }
  const Paint colours = paint(context);
  for (const Finding& finding : findings) {
    context.out << (finding.fine ? colours.green : colours.red) << (finding.fine ? "ok " : "!! ")
                << colours.off << finding.about << ": " << escape_controls(finding.found) << "\n";
    if (!finding.hint.empty()) context.out << "   " << finding.hint << "\n";
  }
  return healthy ? 0 : 1;
}

}  // namespace

Command cmd_doctor() {
  return {"doctor",
          "Say why this device and its peers do not meet",
          {{"--json", "", "as JSON"}},
          {},
          run};
}

}  // namespace hn::cli
