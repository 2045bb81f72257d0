#include "node/server.hpp"

#include <algorithm>

#include "hn/base/text.hpp"
#include "hn/repo/bans.hpp"
#include "hn/repo/publish.hpp"

namespace hn::node {
namespace {

// How long somebody who asked to be in step waits without an answer.
constexpr Duration kInStepWait = std::chrono::seconds(30);
constexpr Duration kAbsentWait = std::chrono::seconds(2);
constexpr Duration kDisagreeMax = std::chrono::seconds(2);
// A peer whose beacons are heard is not called more often.
constexpr Duration kFoundPause = std::chrono::seconds(5);
// Peers of one repository that are remembered, and sessions about it that are held open by calling.
constexpr std::uint32_t kBanWeight = 100;
constexpr std::size_t kStrikesRemembered = 4096;
constexpr std::size_t kContactsMax = 256;
constexpr std::size_t kSessionsWanted = 32;
// How often peers are told where others are.
constexpr Duration kTellPlaces = std::chrono::seconds(10);

std::string counts(std::uint64_t entries, std::uint64_t blocks) {
  return std::to_string(entries) + (entries == 1 ? " entry" : " entries") + " and " +
         std::to_string(blocks) + (blocks == 1 ? " block" : " blocks");
}

std::string name_of_peer(std::string_view label, const crypto::TransportKey& key) {
  return label.empty() ? to_hex(key.bytes).substr(0, 8) : escape_controls(label);
}

}  // namespace

Server::Server(const repo::World& world, Driver& driver, Options options)
    : world_(world), driver_(driver), options_(std::move(options)) {
  read_bans();
  read_limits();
}

Server::~Server() {
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
  one->host.refresh(false);
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
    if (!one.host.refresh(asked || (heard && options_.publishes(one.host.described()))))
      return true;
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

// Who was removed from the records is not called again, unless it is here or others speak of it.
void Server::learn_contacts(Served& one) {
  std::erase_if(one.contacts, [&](auto& entry) {
    if (entry.second.session || !entry.second.heard().empty()) return false;
    return !repo::is_known_peer(one.host.parts(), entry.first);
  });
  for (const repo::PeerRecord& peer : repo::peers(one.host.parts())) {
    if (peer.transport == driver_.node().public_key()) continue;
    Contact& contact = one.contacts[peer.transport];
    contact.label = peer.label;
    contact.know(peer.addresses, driver_.now());
  }
}

void Server::tick() {
  const Time now = driver_.now();
  for (const auto& one : served_) {
    if (options_.calls) {
      for (auto& [key, contact] : one->contacts) {
        if (contact.is_due(now) && sessions_of(*one) < kSessionsWanted) call(*one, key, contact);
      }
    }
    for (Waiting& waiting : one->waiting) stop_waiting_for_absent(*one, waiting, now);
    answer_waiting(*one);
  }
  if (now - places_told_ >= kTellPlaces) tell_places();
}

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

std::size_t Server::sessions_of(const Served& one) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      sessions_, [&](const auto& entry) { return entry.second.served == &one; }));
}

void Server::call(Served& one, const crypto::TransportKey& key, Contact& contact) {
  const bool wanted = !contact.session && !banned_.contains(key);
  const auto place = wanted ? contact.take_place(driver_.now()) : std::nullopt;
  if (!place) return;
  if (const auto address = numeric_address(*place)) return call_at(one, key, *address);
  const auto target = parse_host_port(*place);
  if (!target) return call_failed(one, key, std::nullopt, "no address that can be called");
  // The repository may be gone when the answer comes; so may this object.
  const repo::Repository* repository = &one.host.described();
  driver_.resolve(*target, [this, repository, key, alive = std::weak_ptr(alive_),
                            host = target->host](const std::vector<net::PeerAddress>& found) {
    if (alive.expired()) return;
    Served* still = served(*repository);
    if (still == nullptr || still->contacts[key].session) return;
    if (found.empty())
      return call_failed(*still, key, std::nullopt, "the name " + host + " leads to no address");
    call_at(*still, key, found.front());
  });
}

void Server::call_at(Served& one, const crypto::TransportKey& key,
                     const net::PeerAddress& address) {
  const net::SyncId id = driver_.node().sync(driver_.now(), address, key, one.host);
  Contact& contact = one.contacts[key];
  contact.called(id);
  Session& session = sessions_[id];
  session.served = &one;
  session.key = key;
  session.label = name_of_peer(contact.label, key);
  session.address = address;
  session.called = true;
  session.since = world_.clock.wall().seconds;
}

void Server::call_failed(Served& one, const crypto::TransportKey& key,
                         std::optional<net::SyncId> id, const std::string& why) {
  Contact& contact = one.contacts[key];
  contact.problem = why;
  if (!contact.failed(id, driver_.now(), world_.random)) return;
  for (Waiting& waiting : one.waiting) {
    if (waiting.unknown.erase(key) == 0) continue;
    waiting.outcomes[key].problem = Code::unreachable;
    waiting.outcomes[key].detail = why;
  }
  answer_waiting(one);
}

// Calls without an answer that is still of use.
void Server::give_up(const std::set<net::SyncId>& calls) {
  for (const net::SyncId& id : calls) {
    driver_.node().end(driver_.now(), id);
    sessions_.erase(id);
  }
}

// --- Where peers are

void Server::listens_at(std::vector<net::PeerAddress> places) {
  if (places.size() > net::kPlacesOfPeerMax) places.resize(net::kPlacesOfPeerMax);
  if (places == own_places_) return;
  own_places_ = std::move(places);
  tell_places();
}

// To all who are here where the others are that are here too.
void Server::tell_places() {
  if (!options_.calls) return;
  places_told_ = driver_.now();
  for (const auto& one : served_) {
    std::map<crypto::TransportKey, std::vector<net::PeerAddress>> known;
    for (const auto& [id, session] : sessions_) {
      if (session.served != one.get() || !session.proven) continue;
      std::vector<net::PeerAddress> places;
      for (const std::string& heard : one->contacts[session.key].heard()) {
        if (const auto address = numeric_address(heard)) places.push_back(*address);
      }
      if (places.empty() && session.called) places = {session.address};
      if (!places.empty()) known[session.key] = std::move(places);
    }
    while (known.size() >= net::kPlacesPeersMax) known.erase(std::prev(known.end()));
    if (!own_places_.empty()) known[driver_.node().public_key()] = own_places_;
    std::vector<net::PeerPlaces> rows;
    rows.reserve(known.size());
    for (auto& [key, places] : known) rows.push_back({key, std::move(places)});
    if (rows == one->told) continue;
    one->told = rows;
    one->host.set_places(std::move(rows));
    driver_.node().places_changed(one->host);
  }
}

void Server::hear(Served& one, const crypto::TransportKey& key,
                  const std::vector<net::PeerAddress>& addresses, bool over_loopback) {
  if (key == driver_.node().public_key()) return;
  if (!one.contacts.contains(key) && one.contacts.size() >= kContactsMax) return;
  std::vector<std::string> heard;
  for (const net::PeerAddress& address : addresses) {
    const std::string place = to_text(address);
    if (may_be_called(address, over_loopback) && std::ranges::find(heard, place) == heard.end())
      heard.push_back(place);
  }
  if (!heard.empty()) one.contacts[key].hear(heard, driver_.now());
}

void Server::operator()(const net::SyncPlaces& places) {
  const auto it = sessions_.find(places.session);
  if (it == sessions_.end() || !options_.calls) return;
  const Session session = it->second;
  Served& one = *session.served;
  const bool over_loopback = is_loopback(session.address);
  for (const net::PeerPlaces& peer : places.peers) {
    std::vector<net::PeerAddress> addresses = peer.addresses;
    if (peer.key == session.key) {
      it->second.stays = true;
      const auto listens = [&](const net::PeerAddress& own) {
        return port_of(own) == port_of(session.address);
      };
      // It calls from where it listens: nobody else needs to be believed.
      if (std::ranges::any_of(addresses, listens)) {
        addresses.insert(addresses.begin(), session.address);
        if (!remember_place(one, session)) return;
      }
    }
    hear(one, peer.key, addresses, over_loopback);
  }
  if (it->second.stays) keep_one_of_two(places.session);
}

// For commands that run without a daemon.
bool Server::remember_place(Served& one, const Session& session) {
  repo::PeerRecord record;
  record.transport = session.key;
  record.addresses = {to_text(session.address)};
  record.last_met = world_.clock.wall().seconds;
  return remember(one, record);
}

void Server::found(const std::function<bool(const crypto::TransportKey&)>& is_it,
                   const net::PeerAddress& address) {
  for (const auto& one : served_) {
    for (auto& [key, contact] : one->contacts) {
      if (!is_it(key)) continue;
      hear(*one, key, {address}, true);
      const Time now = driver_.now();
      if (contact.session || (contact.last_called && now - *contact.last_called < kFoundPause))
        continue;
      give_up(contact.begin(now));
      call(*one, key, contact);
    }
  }
}

bool Server::is_here(const std::function<bool(const crypto::TransportKey&)>& is_it,
                     std::uint16_t port) const {
  std::vector<std::optional<net::PeerAddress>> places;
  for (const auto& one : served_) {
    for (const auto& [key, contact] : one->contacts) {
      if (!is_it(key)) continue;
      const auto it = contact.session ? sessions_.find(*contact.session) : sessions_.end();
      places.push_back(it == sessions_.end() ? std::nullopt : std::optional(it->second.address));
    }
  }
  return all_at(places, port);
}

// --- Waiting for all to be in step

void Server::bring_in_step(const repo::Repository& repository,
                           std::function<void(const SyncReport& report)> done) {
  Served* one = served(repository);
  if (one == nullptr) return done({});
  Waiting waiting;
  waiting.done = std::move(done);
  waiting.begun = waiting.progressed = driver_.now();
  for (auto& [key, contact] : one->contacts) {
    if (banned_.contains(key) || (!contact.session && contact.places().empty())) continue;
    waiting.unknown.insert(key);
    waiting.outcomes[key].shown = name_of_peer(contact.label, key);
  }
  for (const auto& [id, session] : sessions_) {
    if (session.served == one) waiting.before[id] = session.totals;
  }
  one->waiting.push_back(std::move(waiting));
  if (!refresh(*one, true)) return;
  for (auto& [key, contact] : one->contacts) {
    if (contact.session) continue;
    // A call that has had no answer may have begun long before there was anybody to answer.
    give_up(contact.begin(driver_.now()));
    call(*one, key, contact);
  }
  answer_waiting(*one);
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
