#include "node/server.hpp"

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/repo/publish.hpp"

namespace hn::node {
namespace {

// Between calls of a peer that does not answer: doubled each time, up to the second.
constexpr Duration kFirstWait = std::chrono::seconds(5);
constexpr Duration kLongestWait = std::chrono::minutes(10);
// After a session that was open: a moment, in which the other end may call.
constexpr Duration kAgainWait = std::chrono::seconds(1);
// How long somebody who asked to be in step waits without an answer.
constexpr Duration kInStepWait = std::chrono::seconds(30);
constexpr Duration kDisagreeMax = std::chrono::seconds(2);
constexpr std::size_t kHeardMax = 4;

std::string counts(std::uint64_t entries, std::uint64_t blocks) {
  return std::to_string(entries) + (entries == 1 ? " entry" : " entries") + " and " +
         std::to_string(blocks) + (blocks == 1 ? " block" : " blocks");
}

std::string name_of_peer(std::string_view label, const crypto::TransportKey& key) {
  return label.empty() ? to_hex(key.bytes).substr(0, 8) : escape_controls(label);
}

}  // namespace

Server::Server(const repo::World& world, Driver& driver, Options options)
    : world_(world), driver_(driver), options_(std::move(options)) {}

Server::~Server() {
  for (const auto& one : served_) driver_.node().remove_host(one->host);
}

// --- Repositories

Server::Served* Server::served(const repo::Repository& repository) const {
  for (const auto& one : served_) {
    if (&one->host.parts() == &repository) return one.get();
  }
  return nullptr;
}

void Server::add(repo::Repository& repository) {
  auto one = std::make_unique<Served>(repository);
  one->host.refresh(false);
  driver_.node().add_host(one->host);
  served_.push_back(std::move(one));
  if (options_.calls) learn_contacts(*served_.back());
}

void Server::remove(const repo::Repository& repository) {
  Served* one = served(repository);
  if (one == nullptr) return;
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
    if (!one.host.refresh(asked || (heard && options_.publishes(one.host.parts())))) return true;
    for (auto& [id, session] : sessions_) {
      if (session.served != &one) continue;
      session.agreed = false;
      session.settled.reset();
    }
    driver_.node().host_changed(one.host);
    return true;
  } catch (const Failure& failure) {
    one.host.fail_with(failure);
    stop_on_failure(one);
    return false;
  }
}

// --- Calls

void Server::learn_contacts(Served& one) {
  for (const repo::PeerRecord& peer : repo::peers(one.host.parts())) {
    if (peer.transport == driver_.node().public_key()) continue;
    Contact& contact = one.contacts[peer.transport];
    contact.label = peer.label;
    if (contact.addresses == peer.addresses) continue;
    contact.addresses = peer.addresses;
    contact.next_address = 0;
    contact.next_call = driver_.now();
    contact.wait = kFirstWait;
  }
}

// Between a half more and a half less, so that what began together does not stay together.
Duration Server::spread(Duration wait) const {
  std::array<Byte, 2> random{};
  world_.random.fill(random);
  const double part = static_cast<double>(random[0] << 8 | random[1]) / 65536.0;
  return std::chrono::duration_cast<Duration>(wait * (0.5 + part));
}

void Server::tick() {
  const Time now = driver_.now();
  for (const auto& one : served_) {
    if (options_.calls) {
      for (auto& [key, contact] : one->contacts) {
        if (contact.next_call <= now) call(*one, key, contact);
      }
    }
    for (Waiting& waiting : one->waiting) {
      if (waiting.until > now) continue;
      for (const crypto::TransportKey& key : std::exchange(waiting.unknown, {})) {
        PeerOutcome& outcome = waiting.outcomes[key];
        outcome.problem = Code::timeout;
        outcome.detail = "no answer in time";
      }
    }
    answer_waiting(*one);
  }
}

void Server::call(Served& one, const crypto::TransportKey& key, Contact& contact) {
  const std::size_t places = contact.heard.size() + contact.addresses.size();
  if (contact.session || contact.resolving || places == 0) return;
  const std::size_t at = contact.next_address % places;
  if (at < contact.heard.size()) return call_at(one, key, contact.heard[at]);
  const auto target = parse_host_port(contact.addresses[at - contact.heard.size()]);
  if (!target) return call_failed(one, key, "no address that can be called");
  contact.resolving = true;
  // The repository may be gone when the answer comes; so may this object.
  const repo::Repository* repository = &one.host.parts();
  driver_.resolve(*target, [this, repository, key, alive = std::weak_ptr(alive_),
                            host = target->host](const std::vector<net::PeerAddress>& found) {
    if (alive.expired()) return;
    Served* still = served(*repository);
    if (still == nullptr) return;
    Contact& asked = still->contacts[key];
    asked.resolving = false;
    if (asked.session) return;
    if (found.empty()) return call_failed(*still, key, "the name " + host + " leads to no address");
    call_at(*still, key, found.front());
  });
}

void Server::call_at(Served& one, const crypto::TransportKey& key,
                     const net::PeerAddress& address) {
  const net::SyncId id = driver_.node().sync(driver_.now(), address, key, one.host);
  Contact& contact = one.contacts[key];
  contact.session = id;
  Session& session = sessions_[id];
  session.served = &one;
  session.key = key;
  session.label = name_of_peer(contact.label, key);
  session.address = address;
  session.called = true;
  session.since = world_.clock.wall().seconds;
}

// The next address at once; after the last one a pause.
void Server::call_failed(Served& one, const crypto::TransportKey& key, const std::string& why) {
  Contact& contact = one.contacts[key];
  contact.session.reset();
  contact.problem = why;
  const std::size_t places = contact.heard.size() + contact.addresses.size();
  if (++contact.next_address < places) {
    contact.next_call = driver_.now();
    return call(one, key, contact);
  }
  contact.next_address = 0;
  contact.next_call = driver_.now() + spread(contact.wait);
  contact.wait = std::min(2 * contact.wait, kLongestWait);
  for (Waiting& waiting : one.waiting) {
    if (waiting.unknown.erase(key) == 0) continue;
    waiting.outcomes[key].problem = Code::unreachable;
    waiting.outcomes[key].detail = why;
  }
  answer_waiting(one);
}

void Server::found(const crypto::TransportKey& key, const net::PeerAddress& address) {
  for (const auto& one : served_) {
    const auto known = one->contacts.find(key);
    if (known == one->contacts.end()) continue;
    Contact& contact = known->second;
    std::erase(contact.heard, address);
    contact.heard.insert(contact.heard.begin(), address);
    if (contact.heard.size() > kHeardMax) contact.heard.pop_back();
    contact.next_address = 0;
    contact.wait = kFirstWait;
    call(*one, key, contact);
  }
}

// --- Waiting for all to be in step

void Server::bring_in_step(const repo::Repository& repository,
                           std::function<void(const SyncReport& report)> done) {
  Served* one = served(repository);
  if (one == nullptr) return done({});
  Waiting waiting;
  waiting.done = std::move(done);
  waiting.until = driver_.now() + kInStepWait;
  for (auto& [key, contact] : one->contacts) {
    if (!contact.session && contact.heard.empty() && contact.addresses.empty()) continue;
    waiting.unknown.insert(key);
    waiting.outcomes[key].shown = name_of_peer(contact.label, key);
  }
  for (const auto& [id, session] : sessions_) {
    if (session.served == one) waiting.before[id] = session.totals;
  }
  one->waiting.push_back(std::move(waiting));
  if (!refresh(*one, true)) return;
  for (auto& [key, contact] : one->contacts) {
    give_up_call(contact);
    contact.next_address = 0;
    call(*one, key, contact);
  }
  answer_waiting(*one);
}

// A call that has had no answer yet may have begun long before there was anybody to answer.
void Server::give_up_call(Contact& contact) {
  const auto it = contact.session ? sessions_.find(*contact.session) : sessions_.end();
  if (it == sessions_.end() || it->second.proven) return;
  driver_.node().end(driver_.now(), it->first);
  sessions_.erase(it);
  contact.session.reset();
}

void Server::answer_waiting(Served& one) {
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
    report.unpublishable = one.host.unpublishable();
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
  session.label = name_of_peer(peer.label, peer.key);
  session.address = peer.address;
  session.called = peer.called;
  session.proven = true;
  session.since = world_.clock.wall().seconds;
  if (!remember(*one, peer)) return;
  Contact& contact = one->contacts[peer.key];
  contact.label = peer.label;
  contact.problem.clear();
  contact.wait = kFirstWait;
  contact.next_address = 0;
  const std::string line = session.label + " is here, from " + to_text(peer.address);
  if (!refresh(*one, false)) return;
  say(*one, line);
  keep_one_of_two(peer.session);
}

bool Server::remember(Served& one, const net::SyncPeer& peer) {
  repo::PeerRecord record;
  record.transport = peer.key;
  record.device = peer.device;
  record.label = peer.label;
  record.last_met = world_.clock.wall().seconds;
  // The port of a peer that called need not be one where it listens.
  if (peer.called) record.addresses = {to_text(peer.address)};
  try {
    repo::remember_peer(one.host.parts(), record);
    return true;
  } catch (const Failure& failure) {
    one.host.fail_with(failure);
    stop_on_failure(one);
    return false;
  }
}

// Where both ends called each other the one of the lesser key is kept, by both.
void Server::keep_one_of_two(const net::SyncId& id) {
  Session& made = sessions_.at(id);
  Contact& contact = made.served->contacts[made.key];
  const bool ours = driver_.node().public_key() < made.key;
  for (const auto& [other, session] : sessions_) {
    if (other == id || session.served != made.served || session.key != made.key ||
        !session.proven || session.called == made.called)
      continue;
    const net::SyncId kept = session.called == ours ? other : id;
    const net::SyncId dropped = kept == id ? other : id;
    contact.session = kept;
    // The caller of the one that is dropped says goodbye.
    if (!ours) driver_.node().end(driver_.now(), dropped);
    return;
  }
  contact.session = id;
}

void Server::operator()(const net::SyncProgress& progress) {
  const auto it = sessions_.find(progress.session);
  if (it != sessions_.end()) it->second.totals = progress;
}

void Server::operator()(const net::SyncSettled& settled) {
  const auto it = sessions_.find(settled.session);
  if (it == sessions_.end()) return;
  Session& session = it->second;
  session.settled = driver_.now();
  session.agreed = settled.agreed;
  if (settled.agreed) {
    say(*session.served,
        "the same as " + session.label + "; " +
            counts(session.totals.entries_in, session.totals.blocks_in) + " came, " +
            counts(session.totals.entries_out, session.totals.blocks_out) + " went");
  } else {
    say(*session.served, "not yet the same as " + session.label);
  }
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

void Server::operator()(const net::SyncStrike& strike) {
  const auto of_peer = [&](const auto& entry) { return entry.second.key == strike.key; };
  const auto it = std::ranges::find_if(sessions_, of_peer);
  if (it != sessions_.end())
    say(*it->second.served, "a peer broke a rule of the protocol: " + escape_controls(strike.rule));
}

void Server::over(const net::SyncId& id, const std::string& why) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  const Session session = it->second;
  sessions_.erase(it);
  Served& one = *session.served;
  const auto known = one.contacts.find(session.key);
  if (known == one.contacts.end() || known->second.session != id) return;
  Contact& contact = known->second;
  contact.session.reset();
  for (const auto& [other, still] : sessions_) {
    if (still.served == &one && still.key == session.key && still.proven) contact.session = other;
  }
  if (contact.session) return;
  if (session.called && !session.proven) return call_failed(one, session.key, why);
  contact.problem = why;
  contact.next_call = driver_.now() + spread(kAgainWait);
}

void Server::stop_on_failure(Served& one) {
  if (!one.host.failure()) return;
  const repo::Repository& repository = one.host.parts();
  const Failure failure = *one.host.failure();
  for (const Waiting& waiting : std::exchange(one.waiting, {})) waiting.done({});
  remove(repository);
  options_.on_failure(repository, failure);
}

void Server::say(const Served& one, const std::string& line) const {
  if (options_.on_news) options_.on_news(one.host.parts(), line);
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
    if (!contact.heard.empty()) {
      status.address = to_text(contact.heard.front());
    } else if (!contact.addresses.empty()) {
      status.address = contact.addresses.front();
    }
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
    } else if (!status.address.empty()) {
      status.next_call = std::max(contact.next_call - driver_.now(), Duration(1));
    }
    out.push_back(std::move(status));
  }
  return out;
}

}  // namespace hn::node
