#include <algorithm>
#include <map>
#include <set>

#include "hn/base/text.hpp"
#include "hn/node/operations.hpp"
#include "hn/repo/bans.hpp"
#include "hn/repo/peer_limits.hpp"
#include "hn/repo/publish.hpp"

namespace hn::node {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(200);

Code code_of(net::SyncRefusal reason) {
  switch (reason) {
    case net::SyncRefusal::invitation_used:
    case net::SyncRefusal::invitation_expired:
      return Code::used_invitation;
    case net::SyncRefusal::version:
      return Code::unsupported;
    case net::SyncRefusal::busy:
      return Code::busy;
    case net::SyncRefusal::unknown:
      break;
  }
  return Code::no_right;
}

std::string text_of(net::SyncRefusal reason) {
  switch (reason) {
    case net::SyncRefusal::invitation_used:
      return "the invitation was used already";
    case net::SyncRefusal::invitation_expired:
      return "the invitation has expired";
    default:
      return std::string(net::name_of(reason));
  }
}

Code code_of(net::SyncFailure reason) {
  switch (reason) {
    case net::SyncFailure::protocol:
    case net::SyncFailure::wrong_block:
    case net::SyncFailure::wrong_device:
      return Code::protocol;
    case net::SyncFailure::no_right:
      return Code::no_right;
    case net::SyncFailure::local:
      return Code::io;
    default:
      return Code::unreachable;
  }
}

// One target: the sessions that call it, a second apart, each at another address; the first that is
// answered is the one.
struct Call {
  const SyncTarget* target = nullptr;
  std::size_t next_address = 0;
  std::set<net::SyncId> attempts;  // not answered yet
  Time last_attempt{};
  std::optional<net::SyncId> session;
  std::optional<crypto::TransportKey> met;
  PeerOutcome outcome;
  bool over = false;
};

class Caller {
 public:
  Caller(repo::Repository& repository, const SyncOptions& options, const log::Link* link)
      : repository_(repository),
        options_(options),
        link_(link),
        host_(repository),
        driver_(repository.world()) {}

  ~Caller() { host_.on_judged({}); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  SyncReport run() {
    driver_.node().add_host(host_);
    std::set<crypto::TransportKey> banned;
    for (const repo::Ban& ban : repo::bans(repository_.world())) banned.insert(ban.key);
    driver_.node().ban(driver_.now(), std::move(banned));
    driver_.node().limit(driver_.now(), {options_.limit, repo::peer_limits(repository_.world())});
    driver_.node().set_background(options_.background);
    host_.on_judged(driver_.waker(host_));
    const std::vector<SyncTarget> pipe{{"the command", std::nullopt, {pipe_address()}}};
    const std::vector<SyncTarget>& targets = options_.via.empty() ? options_.targets : pipe;
    if (options_.via.empty()) {
      driver_.listen({"", 0});
    } else {
      driver_.use_command(options_.via);
    }
    for (const SyncTarget& target : targets) {
      Call& call = calls_.emplace_back();
      call.target = &target;
      call.outcome.shown = target.shown;
      try_next(call);
    }
    last_progress_ = driver_.now();
    const Driver::End end =
        driver_.run([this] { return all_over(); },
                    [this](const net::SyncEvent& event) { std::visit(*this, event); }, kTick,
                    [this] { check_time(); });
    if (host_.failure()) throw *host_.failure();
    SyncReport report;
    report.interrupted = end == Driver::End::signal;
    for (Call& call : calls_) {
      if (!call.over && end == Driver::End::pipe_closed) {
        give_up(call, Code::unreachable, "the command ended before the exchange was complete");
      }
      if (call.met)
        repo::add_traffic(host_.parts(), *call.met,
                          {call.outcome.bytes_in, call.outcome.bytes_out});
      report.peers.push_back(call.outcome);
    }
    return report;
  }

  void operator()(const net::SyncPeer& peer) {
    Call* call = call_of(peer.session);
    if (call == nullptr) return;
    if (call->session) {
      call->attempts.erase(peer.session);
      return driver_.node().end(driver_.now(), peer.session);
    }
    call->attempts.erase(peer.session);
    stop_attempts(*call);
    call->session = peer.session;
    call->met = peer.key;
    call->outcome.shown = escape_controls(peer.label);
    progressed();
    repo::PeerRecord record;
    record.transport = peer.key;
    record.device = peer.device;
    record.label = peer.label;
    record.last_met = repository_.world().clock.wall().seconds;
    if (options_.via.empty()) record.addresses = {to_text(peer.address)};
    repo::remember_peer(host_.parts(), record);
  }

  void operator()(const net::SyncPlaces&) {}
  void operator()(const net::SyncProgress& progress) {
    Call* call = call_of(progress.session);
    if (call == nullptr) return;
    progressed();
    PeerOutcome& out = call->outcome;
    out.entries_in = progress.entries_in;
    out.entries_out = progress.entries_out;
    out.blocks_in = progress.blocks_in;
    out.blocks_out = progress.blocks_out;
    out.bytes_in = progress.bytes_in;
    out.bytes_out = progress.bytes_out;
    const auto [known, is_new] = totals_.try_emplace(progress.session);
    if (progress.waits != known->second.waits)
      waiting_.insert(progress.session);
    else
      waiting_.erase(progress.session);
    known->second = progress;
    if (!options_.on_progress) return;
    Progress total;
    total.waiting = !waiting_.empty();
    for (const auto& [session, p] : totals_) {
      total.entries_in += p.entries_in;
      total.blocks_in += p.blocks_in;
      total.bytes_in += p.bytes_in;
      total.blocks_out += p.blocks_out;
      total.bytes_out += p.bytes_out;
      total.bytes_wanted += p.bytes_wanted;
      total.plain_bytes_in += p.plain_bytes_in;
    }
    options_.on_progress(total);
  }

  void operator()(const net::SyncSettled& settled) {
    Call* call = call_of(settled.session);
    if (call == nullptr) return;
    progressed();
    call->outcome.agreed = settled.agreed;
    if (settled.agreed) {
      call->outcome.problem.reset();
      call->outcome.detail.clear();
    } else {
      call->outcome.problem = settled.absent > 0 ? Code::absent : Code::timeout;
      call->outcome.detail =
          settled.absent > 0
              ? "it does not have " + std::to_string(settled.absent) + " blocks either"
              : "it does not show the same yet";
    }
    settled_at_[settled.session] = driver_.now();
    if (settled.receipt) host_.keep(*settled.receipt, repository_.world().clock.wall().seconds);
    if (settled.agreed) hang_up(*call);
  }

  void operator()(const net::SyncRefused& refused) {
    Call* call = call_of(refused.session);
    if (call == nullptr || call->over) return;
    call->attempts.erase(refused.session);
    stop_attempts(*call);
    give_up(*call, code_of(refused.reason), text_of(refused.reason));
  }

  void operator()(const net::SyncFailed& failed) {
    Call* call = call_of(failed.session);
    if (call == nullptr || call->over) return;
    std::string detail(net::name_of(failed.reason));
    if (!failed.detail.empty()) detail += ": " + escape_controls(failed.detail);
    const bool unanswered = call->attempts.erase(failed.session) > 0;
    if (unanswered && failed.reason == net::SyncFailure::unreachable) {
      if (call->next_address < call->target->addresses.size()) return try_next(*call);
      if (!call->attempts.empty()) return;
    }
    stop_attempts(*call);
    give_up(*call, code_of(failed.reason), detail);
  }

  void operator()(const net::SyncEnded& ended) {
    Call* call = call_of(ended.session);
    if (call != nullptr) call->over = true;
  }

  void operator()(const net::SyncStrike& strike) {
    for (Call& call : calls_) {
      if (call.target->key == strike.key) call.outcome.detail = escape_controls(strike.rule);
    }
  }

 private:
  // How long both ends may stay settled and different: the peer may still be folding.
  static constexpr Duration kDisagreeMax = std::chrono::seconds(3);
  // An address that leads nowhere must not keep the others waiting.
  static constexpr Duration kAttemptStep = std::chrono::seconds(1);

  void try_next(Call& call) {
    if (call.next_address >= call.target->addresses.size()) {
      return give_up(call, Code::unreachable, "no address is known");
    }
    const net::PeerAddress& address = call.target->addresses[call.next_address++];
    const Time now = driver_.now();
    call.last_attempt = now;
    call.attempts.insert(link_ != nullptr
                             ? driver_.node().join(now, address, *link_, host_, host_.label())
                             : driver_.node().sync(now, address, call.target->key, host_));
  }

  void stop_attempts(Call& call) {
    for (const net::SyncId& id : std::exchange(call.attempts, {}))
      driver_.node().end(driver_.now(), id);
  }

  void give_up(Call& call, Code problem, std::string detail) {
    call.over = true;
    call.outcome.problem = problem;
    call.outcome.detail = std::move(detail);
  }

  void hang_up(Call& call) {
    stop_attempts(call);
    if (call.session) driver_.node().end(driver_.now(), *call.session);
    call.over = true;
  }

  Call* call_of(const net::SyncId& session) {
    for (Call& call : calls_) {
      if (call.session == session || call.attempts.contains(session)) return &call;
    }
    return nullptr;
  }

  bool all_over() const {
    return std::ranges::all_of(calls_, [](const Call& call) { return call.over; });
  }

  void progressed() { last_progress_ = driver_.now(); }

  void check_time() {
    const Time now = driver_.now();
    for (Call& call : calls_) {
      if (call.over) continue;
      const auto settled = call.session ? settled_at_.find(*call.session) : settled_at_.end();
      if (settled != settled_at_.end() && now - settled->second > kDisagreeMax) hang_up(call);
      const bool waits = !call.session && now - call.last_attempt > kAttemptStep;
      if (waits && call.next_address < call.target->addresses.size()) try_next(call);
      if (now - last_progress_ > options_.timeout && !call.over) {
        if (!call.outcome.problem) {
          call.outcome.problem = call.session ? Code::timeout : Code::unreachable;
          call.outcome.detail = "no answer in time";
        }
        hang_up(call);
      }
    }
  }

  repo::Repository& repository_;
  const SyncOptions& options_;
  const log::Link* link_;
  RepositoryHost host_;
  Driver driver_;
  std::vector<Call> calls_;
  std::map<net::SyncId, net::SyncProgress> totals_;
  std::set<net::SyncId> waiting_;  // whose last word was that they answer others first
  std::map<net::SyncId, Time> settled_at_;
  Time last_progress_{};
};

}  // namespace

bool SyncReport::agreed() const {
  return std::ranges::any_of(peers, [](const PeerOutcome& peer) { return peer.agreed; });
}

std::vector<SyncTarget> known_targets(const repo::Repository& repository) {
  std::vector<SyncTarget> out;
  for (const repo::PeerRecord& peer : repo::peers(repository)) {
    SyncTarget target;
    target.shown = peer.label.empty() ? hn::to_hex(peer.transport.bytes).substr(0, 8)
                                      : escape_controls(peer.label);
    target.key = peer.transport;
    for (const std::string& address : peer.addresses) {
      const auto parsed = parse_host_port(address);
      if (!parsed) continue;
      try {
        for (const net::PeerAddress& found : resolve(*parsed)) target.addresses.push_back(found);
      } catch (const Failure&) {
        // A name that leads nowhere now: the other addresses are tried.
      }
    }
    if (!target.addresses.empty()) out.push_back(std::move(target));
  }
  return out;
}

SyncReport sync(repo::Repository& repository, const SyncOptions& options) {
  const repo::Published published = repo::publish_drafts(repository);
  SyncReport report = Caller(repository, options, nullptr).run();
  report.unpublishable = published.refused;
  return report;
}

SyncReport compare(repo::Repository& repository, const SyncOptions& options) {
  return Caller(repository, options, nullptr).run();
}

SyncReport join(repo::Repository& repository, const log::Link& link, const SyncOptions& options) {
  return Caller(repository, options, &link).run();
}

}  // namespace hn::node
