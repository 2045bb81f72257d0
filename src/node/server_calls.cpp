#include <algorithm>

#include "hn/net/membership.hpp"
#include "node/server.hpp"

// Whom a server calls, and where peers are.
namespace hn::node {
namespace {

// A peer whose beacons are heard is not called more often.
constexpr Duration kFoundPause = std::chrono::seconds(5);
// Peers of one repository that are remembered.
constexpr std::size_t kContactsMax = 256;
// How often peers are told where others are.
// Where it changes all the time, told to thirty peers it would fill a slow uplink: the interval
// doubles each time, and halves where nothing changed.
constexpr Duration kTellPlaces = std::chrono::seconds(10);
constexpr Duration kTellPlacesMax = std::chrono::seconds(160);

}  // namespace

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
    if (options_.calls) keep_company(*one);
    for (Waiting& waiting : one->waiting) stop_waiting_for_absent(*one, waiting, now);
    answer_waiting(*one);
  }
  if (now - places_told_ >= tell_places_after_) tell_places();
}

// Calls and farewells as membership says: hn-sync(7), MEMBERSHIP.
std::vector<crypto::TransportKey> Server::keep_company(Served& one) {
  const Time now = driver_.now();
  std::vector<net::LastingSession> lasting;
  for (const auto& [id, session] : sessions_) {
    if (session.served == &one && session.proven && (session.stays || session.called))
      lasting.push_back({session.key, session.called, session.agreed, session.opened});
  }
  std::vector<crypto::TransportKey> due;
  std::vector<crypto::TransportKey> going_on;  // with the next place of a round
  std::size_t calling = 0;
  for (const auto& [key, contact] : one.contacts) {
    if (contact.is_calling()) ++calling;
    if (!contact.is_due(now) || banned_.contains(key)) continue;
    (contact.is_calling() ? going_on : due).push_back(key);
  }
  std::vector<crypto::TransportKey> chosen =
      net::choose_calls(one.contacts.size(), lasting, calling, due, world_.random);
  for (const crypto::TransportKey& key : going_on) call(one, key, one.contacts[key]);
  for (const crypto::TransportKey& key : chosen) call(one, key, one.contacts[key]);
  for (const crypto::TransportKey& key :
       net::choose_farewells(one.contacts.size(), lasting, now, world_.random)) {
    if (!one.contacts[key].session) continue;
    const net::SyncId id = *one.contacts[key].session;
    driver_.node().end(now, id);
    over(id, "");
  }
  return chosen;
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
  session.label = shown_name(contact.label, key);
  session.address = address;
  session.called = true;
  session.since = world_.clock.wall().seconds;
  session.opened = driver_.now();
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
  bool changed = false;
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
    changed = true;
    one->told = rows;
    one->host.set_places(std::move(rows));
    driver_.node().places_changed(one->host);
  }
  tell_places_after_ = std::clamp(changed ? 2 * tell_places_after_ : tell_places_after_ / 2,
                                  kTellPlaces, kTellPlacesMax);
}

// Somebody who is only known by hearsay, and did not answer there.
bool Server::forget_one(Served& one) {
  for (auto at = one.contacts.begin(); at != one.contacts.end(); ++at) {
    const Contact& contact = at->second;
    if (contact.session || contact.is_calling() || contact.problem.empty() ||
        repo::is_known_peer(one.host.parts(), at->first))
      continue;
    one.contacts.erase(at);
    return true;
  }
  return false;
}

void Server::hear(Served& one, const crypto::TransportKey& key,
                  const std::vector<net::PeerAddress>& addresses, bool over_loopback) {
  if (key == driver_.node().public_key()) return;
  if (!one.contacts.contains(key) && one.contacts.size() >= kContactsMax && !forget_one(one))
    return;
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
      if (one->contacts.size() <= net::kMeshMax) call(*one, key, contact);
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

}  // namespace hn::node
