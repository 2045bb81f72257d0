#include "node/server.hpp"

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/net/membership.hpp"
#include "hn/repo/bans.hpp"
#include "hn/repo/publish.hpp"

namespace hn::node {
namespace {

// How long somebody who asked to be in step waits without an answer.
constexpr Duration kInStepWait = std::chrono::seconds(30);
constexpr Duration kAbsentWait = std::chrono::seconds(2);
constexpr Duration kDisagreeMax = std::chrono::seconds(2);
constexpr std::uint32_t kBanWeight = 100;
constexpr std::size_t kStrikesRemembered = 4096;

std::string counts(std::uint64_t entries, std::uint64_t blocks) {
  return std::to_string(entries) + (entries == 1 ? " entry" : " entries") + " and " +
         std::to_string(blocks) + (blocks == 1 ? " block" : " blocks");
}

}  // namespace

std::string shown_name(std::string_view label, const crypto::TransportKey& key) {
  return label.empty() ? to_hex(key.bytes).substr(0, 8) : escape_controls(label);
}

Server::Server(const repo::World& world, Driver& driver, Options options)
    : world_(world), driver_(driver), options_(std::move(options)) {
  read_bans();
  read_limits();
}

Server::~Server() {
  for (auto& [id, session] : sessions_) count(session);
  for (const auto& one : served_) {
    one->host.on_judged({});
    driver_.node().remove_host(one->host);
  }
}

// --- Repositories

Server::Served* Server::served(const repo::Repository& repository) const {
  for (const auto& one : served_) {
    if (&one->host.described() == &repository) return one.get();
  }
  return nullptr;
}

void Server::add(repo::Repository& repository) {
  auto one = std::make_unique<Served>(repository);
  one->host.refresh();
  driver_.node().add_host(one->host);
  one->host.on_judged(driver_.waker(one->host));
  served_.push_back(std::move(one));
  if (!options_.calls) return;
  learn_contacts(*served_.back());
  tell_places();
}

void Server::remove(const repo::Repository& repository) {
  Served* one = served(repository);
  if (one == nullptr) return;
  for (auto& [id, session] : sessions_) {
    if (session.served == one) count(session);
  }
  one->host.on_judged({});
  driver_.node().remove_host(one->host);
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.served == one; });
  std::erase_if(served_, [&](const auto& other) { return other.get() == one; });
}

void Server::look(const repo::Repository& repository) {
  Served* one = served(repository);
  if (one == nullptr) return;
  if (refresh(*one, false) && options_.calls) learn_contacts(*one);
}

// A draft is published only when it is about to leave, or somebody `asked` for it. False where the
// repository is no longer served.
bool Server::refresh(Served& one, bool asked) {
  const bool heard = std::ranges::any_of(sessions_, [&](const auto& entry) {
    return entry.second.served == &one && entry.second.proven;
  });
  try {
    look_anew(one);
    if ((asked || (heard && options_.publishes(one.host.described()))) && one.host.has_drafts())
      publish(one);
    return true;
  } catch (const Failure& failure) {
    one.host.fail_with(failure);
    stop_on_failure(one);
    return false;
  }
}

void Server::look_anew(Served& one) {
  if (!one.host.refresh()) return;
  for (auto& [id, session] : sessions_) {
    if (session.served != &one) continue;
    session.agreed = false;
    session.settled.reset();
  }
  driver_.node().host_changed(one.host);
}

// --- Publishing

// The first publish of a long history walks all of it, for seconds: not on the thread that answers
// peers. Until it is done they are not told that they have all.
void Server::publish(Served& one) {
  if (one.publishing) {
    one.publish_again = true;
    return;
  }
  one.publishing = true;
  one.host.set_preparing(true);
  errands_.add(
      [this, &one, root = one.host.described().layout().root, here = std::weak_ptr(one.here)] {
        std::vector<std::string> refused;
        std::optional<Failure> failure;
        try {
          repo::Repository opened = repo::Repository::open(world_, root);
          refused = repo::publish_drafts(opened).refused;
        } catch (const Failure& why) {
          failure = why;
        }
        driver_.post([this, &one, refused, failure, here] {
          if (!here.expired()) published(one, refused, failure);
        });
      });
}

void Server::published(Served& one, const std::vector<std::string>& refused,
                       const std::optional<Failure>& failure) {
  one.publishing = false;
  one.unpublishable = refused;
  one.host.set_preparing(false);
  try {
    if (failure) throw *failure;
    look_anew(one);
  } catch (const Failure& why) {
    one.host.fail_with(why);
    return stop_on_failure(one);
  }
  if (std::exchange(one.publish_again, false) && one.host.has_drafts()) publish(one);
  driver_.node().host_changed(one.host);
  answer_waiting(one);
}

// --- Waiting for all to be in step

// All get their time; but where somebody is in step, who does not even answer is not waited for.
void Server::stop_waiting_for_absent(const Served& one, Waiting& waiting, Time now) {
  const bool any =
      std::ranges::any_of(waiting.outcomes, [](const auto& entry) { return entry.second.agreed; });
  for (auto it = waiting.unknown.begin(); it != waiting.unknown.end();) {
    // It may have been forgotten meanwhile: hn peer remove.
    const auto known = one.contacts.find(*it);
    const bool here = known != one.contacts.end() && known->second.session.has_value();
    const Duration limit = any && !here ? kAbsentWait : kInStepWait;
    if (now - (here ? waiting.progressed : waiting.begun) < limit) {
      ++it;
      continue;
    }
    PeerOutcome& outcome = waiting.outcomes[*it];
    outcome.problem = here ? Code::timeout : Code::unreachable;
    outcome.detail = here ? "no answer in time" : "no answer so far";
    it = waiting.unknown.erase(it);
  }
}

void Server::bring_in_step(const repo::Repository& repository,
                           std::function<void(const SyncReport& report)> done) {
  Served* one = served(repository);
  if (one == nullptr) return done({});
  Waiting waiting;
  waiting.done = std::move(done);
  waiting.begun = waiting.progressed = driver_.now();
  // In a large crowd those it talks with stand for all.
  const bool all = one->contacts.size() <= net::kMeshMax;
  for (auto& [key, contact] : one->contacts) {
    if (banned_.contains(key) || (!contact.session && (!all || contact.places().empty()))) continue;
    waiting.wait_for(key, contact.label);
  }
  for (const auto& [id, session] : sessions_) {
    if (session.served == one) waiting.before[id] = session.totals;
  }
  one->waiting.push_back(std::move(waiting));
  if (!refresh(*one, true)) return;
  if (!all) {
    for (const crypto::TransportKey& key : keep_company(*one))
      one->waiting.back().wait_for(key, one->contacts[key].label);
    return answer_waiting(*one);
  }
  for (auto& [key, contact] : one->contacts) {
    if (contact.session) continue;
    // A call that has had no answer may have begun long before there was anybody to answer.
    give_up(contact.begin(driver_.now()));
    call(*one, key, contact);
  }
  answer_waiting(*one);
}

void Server::answer_waiting(Served& one) {
  if (one.publishing) return;
  for (auto& [id, session] : sessions_) {
    if (session.served != &one || !session.settled) continue;
    // News that crossed each other end in agreement, a little later.
    if (!session.agreed && driver_.now() - *session.settled < kDisagreeMax) continue;
    for (Waiting& waiting : one.waiting) {
      if (waiting.unknown.erase(session.key) == 0) continue;
      PeerOutcome& outcome = waiting.outcomes[session.key];
      outcome.agreed = session.agreed;
      if (!session.agreed) outcome.detail = "not yet the same";
      const net::SyncProgress& before = waiting.before[id];
      const net::SyncProgress& total = session.totals;
      outcome.entries_in = total.entries_in - before.entries_in;
      outcome.entries_out = total.entries_out - before.entries_out;
      outcome.blocks_in = total.blocks_in - before.blocks_in;
      outcome.bytes_in = total.bytes_in - before.bytes_in;
      outcome.blocks_out = total.blocks_out - before.blocks_out;
      outcome.bytes_out = total.bytes_out - before.bytes_out;
    }
  }
  std::vector<Waiting> answered;
  for (auto it = one.waiting.begin(); it != one.waiting.end();) {
    if (!it->unknown.empty()) {
      ++it;
      continue;
    }
    answered.push_back(std::move(*it));
    it = one.waiting.erase(it);
  }
  for (const Waiting& waiting : answered) {
    SyncReport report;
    for (const auto& [key, outcome] : waiting.outcomes) report.peers.push_back(outcome);
    report.unpublishable = one.unpublishable;
    waiting.done(report);
  }
}

// --- What the sessions tell

void Server::operator()(const net::SyncPeer& peer) {
  Served* one = nullptr;
  for (const auto& other : served_) {
    if (other->host.repository() == peer.repository) one = other.get();
  }
  if (one == nullptr) return;
  Session& session = sessions_[peer.session];
  session.served = one;
  session.key = peer.key;
  session.label = shown_name(peer.label, peer.key);
  session.address = peer.address;
  session.called = peer.called;
  session.proven = true;
  session.since = world_.clock.wall().seconds;
  session.opened = driver_.now();
  repo::PeerRecord record;
  record.transport = peer.key;
  record.device = peer.device;
  record.label = peer.label;
  record.last_met = world_.clock.wall().seconds;
  // The port of a peer that called need not be one where it listens.
  if (peer.called) record.addresses = {to_text(peer.address)};
  if (!remember(*one, record)) return;
  Contact& contact = one->contacts[peer.key];
  contact.label = peer.label;
  const std::string line = session.label + " is here, from " + to_text(peer.address);
  if (!refresh(*one, false)) return;
  if (contact.session) {
    if (peer.called) return give_up({peer.session});
  } else {
    give_up(contact.met(peer.session, driver_.now()));
  }
  say(*one, line);
}

bool Server::remember(Served& one, const repo::PeerRecord& record) {
  try {
    repo::remember_peer(one.host.parts(), record);
    return true;
  } catch (const Failure& failure) {
    one.host.fail_with(failure);
    stop_on_failure(one);
    return false;
  }
}

// Where both ends called each other, to stay, the session of the lesser key's call is kept, by
// both; of two calls of one end the one that was answered first.
void Server::keep_one_of_two(const net::SyncId& id) {
  const Session made = sessions_.at(id);
  Contact& contact = made.served->contacts[made.key];
  const bool ours = driver_.node().public_key() < made.key;
  for (const auto& [other, session] : sessions_) {
    if (other == id || session.served != made.served || session.key != made.key || !session.stays ||
        session.called == made.called)
      continue;
    const net::SyncId kept = session.called == ours ? other : id;
    const net::SyncId dropped = kept == id ? other : id;
    contact.session = kept;
    // The caller of the one that is dropped says goodbye.
    if (!ours) give_up({dropped});
    return;
  }
}

void Server::operator()(const net::SyncProgress& progress) {
  const auto it = sessions_.find(progress.session);
  if (it == sessions_.end()) return;
  it->second.totals = progress;
  for (Waiting& waiting : it->second.served->waiting) waiting.progressed = driver_.now();
}

void Server::operator()(const net::SyncSettled& settled) {
  const auto it = sessions_.find(settled.session);
  if (it == sessions_.end()) return;
  Session& session = it->second;
  settle(session);
  session.agreed = settled.agreed;
  if (settled.agreed) {
    say(*session.served,
        "the same as " + session.label + "; " +
            counts(session.totals.entries_in, session.totals.blocks_in) + " came, " +
            counts(session.totals.entries_out, session.totals.blocks_out) + " went");
  } else {
    say(*session.served, "not yet the same as " + session.label);
  }
  if (settled.receipt && !session.served->host.keep(*settled.receipt, world_.clock.wall().seconds))
    return stop_on_failure(*session.served);
  answer_waiting(*session.served);
}

void Server::operator()(const net::SyncRefused& refused) {
  over(refused.session, std::string(net::name_of(refused.reason)));
}

void Server::operator()(const net::SyncFailed& failed) {
  const auto it = sessions_.find(failed.session);
  if (it == sessions_.end()) return;
  Served* one = it->second.served;
  const std::string why =
      std::string(net::name_of(failed.reason)) +
      (failed.detail.empty() ? "" : " (" + escape_controls(failed.detail) + ")");
  if (it->second.proven) say(*one, "lost " + it->second.label + ": " + why);
  over(failed.session, why);
  stop_on_failure(*one);
}

void Server::operator()(const net::SyncEnded& ended) {
  over(ended.session, "");
}

// Bad behaviour is counted, and ends in a ban that the user sees and can lift: hn peer.
void Server::operator()(const net::SyncStrike& strike) {
  const auto of_peer = [&](const auto& entry) { return entry.second.key == strike.key; };
  const auto it = std::ranges::find_if(sessions_, of_peer);
  const std::string rule = escape_controls(strike.rule);
  if (it != sessions_.end())
    say(*it->second.served, "a peer broke a rule of the protocol: " + rule);
  if (strikes_.size() >= kStrikesRemembered) strikes_.clear();
  std::uint32_t& weight = strikes_[strike.key];
  weight += strike.weight;
  if (weight < kBanWeight) return;
  strikes_.erase(strike.key);
  try {
    repo::ban(world_, {strike.key, world_.clock.wall().seconds, "broke the protocol: " + rule});
    read_bans();
  } catch (const Failure&) {
    // A home that cannot be written must not let a peer end this: banned until it ends.
    banned_.insert(strike.key);
    driver_.node().ban(driver_.now(), banned_);
  }
}

void Server::read_bans() {
  banned_.clear();
  for (const repo::Ban& ban : repo::bans(world_)) banned_.insert(ban.key);
  driver_.node().ban(driver_.now(), banned_);
}

void Server::over(const net::SyncId& id, const std::string& why) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  Session session = std::move(sessions_.extract(it).mapped());
  count(session);
  Served& one = *session.served;
  const auto known = one.contacts.find(session.key);
  if (known == one.contacts.end()) return;
  Contact& contact = known->second;
  if (session.called && !session.proven) return call_failed(one, session.key, id, why);
  if (contact.session != id) return;
  for (const auto& [other, still] : sessions_) {
    if (still.served == &one && still.key == session.key && still.proven) contact.session = other;
  }
  if (contact.session != id) return;
  contact.problem = why;
  give_up(contact.lost(driver_.now(), world_.random));
}

void Server::stop_on_failure(Served& one) {
  if (!one.host.failure()) return;
  const repo::Repository& repository = one.host.described();
  const Failure failure = *one.host.failure();
  for (const Waiting& waiting : std::exchange(one.waiting, {})) waiting.done({});
  remove(repository);
  options_.on_failure(repository, failure);
}

void Server::say(const Served& one, const std::string& line) const {
  if (options_.on_news) options_.on_news(one.host.described(), line);
}

// --- For people

bool Server::anybody_here() const noexcept {
  return std::ranges::any_of(sessions_, [](const auto& entry) { return entry.second.proven; });
}

std::vector<PeerStatus> Server::peers_of(const repo::Repository& repository) const {
  std::vector<PeerStatus> out;
  const Served* one = served(repository);
  if (one == nullptr) return out;
  for (const auto& [key, contact] : one->contacts) {
    PeerStatus status;
    status.label = contact.label;
    status.key = key;
    const std::vector<std::string> places = contact.places();
    if (!places.empty()) status.address = places.front();
    status.problem = contact.problem;
    const auto it = contact.session ? sessions_.find(*contact.session) : sessions_.end();
    if (it != sessions_.end()) {
      const Session& session = it->second;
      status.address = to_text(session.address);
      status.connected = session.proven;
      status.called = session.called;
      status.agreed = session.agreed;
      status.since = session.since;
      status.bytes_in = session.totals.bytes_in;
      status.bytes_out = session.totals.bytes_out;
    } else if (const auto next = contact.next_call(); next && !places.empty()) {
      status.next_call = std::max(*next - driver_.now(), Duration(1));
    }
    out.push_back(std::move(status));
  }
  return out;
}

}  // namespace hn::node
