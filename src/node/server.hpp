#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hn/node/daemon.hpp"
#include "hn/node/driver.hpp"
#include "hn/node/host.hpp"
#include "hn/repo/peer_limits.hpp"
#include "hn/repo/record.hpp"
#include "node/contact.hpp"
#include "node/errands.hpp"

namespace hn::node {

// How a peer is called where people read: its label, or the beginning of its key.
std::string shown_name(std::string_view label, const crypto::TransportKey& key);

// Repositories that answer peers and, where that is asked for, call those they know and keep the
// sessions open. All on the driver's thread; the driver must outlive it.
class Server {
 public:
  struct Options {
    bool calls = false;       // else it only answers
    std::uint64_t limit = 0;  // bytes per second each way, all peers together; 0: none
    // Whether drafts are published before a peer is told of them.
    std::function<bool(const repo::Repository&)> publishes;
    // One line for people.
    std::function<void(const repo::Repository&, const std::string& line)> on_news;
    // The store of this repository cannot be read or written any more; it is no longer served.
    std::function<void(const repo::Repository&, const Failure& failure)> on_failure;
  };
  Server(const repo::World& world, Driver& driver, Options options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The repository must outlive its removal; one of each id. Throws Failure where its store does
  // not answer.
  void add(repo::Repository& repository);
  void remove(const repo::Repository& repository);

  void handle(const net::SyncEvent& event) { std::visit(*this, event); }
  // Calls whoever is due. Wants to be called now and then: each second where it calls.
  void tick();
  // Another process may have written there: tells the peers, and publishes what is to be published.
  void look(const repo::Repository& repository);
  // Where this end listens; told to peers.
  void listens_at(std::vector<net::PeerAddress> places);
  // Whether some repository has a known peer of whose key this is true; called at that address.
  void found(const std::function<bool(const crypto::TransportKey&)>& is_it,
             const net::PeerAddress& address);
  // Whether it is on the line already about every repository that knows it, from that port.
  bool is_here(const std::function<bool(const crypto::TransportKey&)>& is_it,
               std::uint16_t port) const;
  // Publishes, calls everybody that is known without waiting, and says when each of them is in step
  // or was not reached.
  void bring_in_step(const repo::Repository& repository,
                     std::function<void(const SyncReport& report)> done);

  // Reads the bans, and the limits of peers, anew.
  void read_bans();
  void read_limits() {
    driver_.node().limit(driver_.now(), {options_.limit, repo::peer_limits(world_)});
  }

  bool anybody_here() const noexcept;
  std::vector<PeerStatus> peers_of(const repo::Repository& repository) const;

  // Events.
  void operator()(const net::SyncPeer& peer);
  void operator()(const net::SyncProgress& progress);
  void operator()(const net::SyncSettled& settled);
  void operator()(const net::SyncPlaces& places);
  void operator()(const net::SyncRefused& refused);
  void operator()(const net::SyncFailed& failed);
  void operator()(const net::SyncEnded& ended);
  void operator()(const net::SyncStrike& strike);

 private:
  struct Served;
  struct Session {
    Served* served = nullptr;
    crypto::TransportKey key;
    std::string label;
    net::PeerAddress address;
    bool called = false;
    bool proven = false;
    bool stays = false;           // the peer listens: no command that is over in a moment
    std::optional<Time> settled;  // nothing left to ask for, since
    bool agreed = false;
    std::int64_t since = 0;
    Time opened{};
    Time counted_at{};  // when what was exchanged was last recorded
    net::SyncProgress totals;
    repo::TrafficRecord counted;  // of those totals, in the repository's local state
  };
  // Somebody waits for a repository to be in step.
  struct Waiting {
    void wait_for(const crypto::TransportKey& key, std::string_view label) {
      unknown.insert(key);
      outcomes[key].shown = shown_name(label, key);
    }
    std::set<crypto::TransportKey> unknown;  // not yet reached, nor given up
    std::map<crypto::TransportKey, PeerOutcome> outcomes;
    std::map<net::SyncId, net::SyncProgress> before;  // what its sessions had carried then
    std::function<void(const SyncReport&)> done;
    Time begun{};
    Time progressed{};  // when something last came or went
  };
  struct Served {
    explicit Served(repo::Repository& repository) : host(repository) {}
    RepositoryHost host;
    std::map<crypto::TransportKey, Contact> contacts;
    std::vector<Waiting> waiting;
    std::vector<net::PeerPlaces> told;
    std::shared_ptr<int> here = std::make_shared<int>(0);  // for what comes back when it is gone
    bool publishing = false;                               // on the thread for errands
    bool publish_again = false;                            // something was drafted meanwhile
    std::vector<std::string>
        unpublishable;  // branches with drafts that this device may not publish
  };

  Served* served(const repo::Repository& repository) const;
  void learn_contacts(Served& one);
  void call(Served& one, const crypto::TransportKey& key, Contact& contact);
  void call_at(Served& one, const crypto::TransportKey& key, const net::PeerAddress& address);
  void call_failed(Served& one, const crypto::TransportKey& key, std::optional<net::SyncId> id,
                   const std::string& why);
  bool refresh(Served& one, bool asked);
  void look_anew(Served& one);
  void publish(Served& one);
  void published(Served& one, const std::vector<std::string>& refused,
                 const std::optional<Failure>& failure);
  bool remember(Served& one, const repo::PeerRecord& record);
  bool remember_place(Served& one, const Session& session);
  void keep_one_of_two(const net::SyncId& id);
  void settle(Session& session);
  void count(Session& session);
  void over(const net::SyncId& id, const std::string& why);
  void hear(Served& one, const crypto::TransportKey& key,
            const std::vector<net::PeerAddress>& addresses, bool over_loopback);
  void tell_places();
  std::vector<crypto::TransportKey> keep_company(Served& one);
  bool forget_one(Served& one);
  void give_up(const std::set<net::SyncId>& calls);
  void answer_waiting(Served& one);
  static void stop_waiting_for_absent(const Served& one, Waiting& waiting, Time now);
  void stop_on_failure(Served& one);
  void say(const Served& one, const std::string& line) const;

  const repo::World& world_;
  Driver& driver_;
  Options options_;
  std::vector<std::unique_ptr<Served>> served_;
  std::map<net::SyncId, Session> sessions_;
  std::map<crypto::TransportKey, std::uint32_t> strikes_;
  std::set<crypto::TransportKey> banned_;
  std::vector<net::PeerAddress> own_places_;
  Time places_told_{};
  Duration tell_places_after_ = std::chrono::seconds(10);
  // For what comes back after this object is gone.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  Errands errands_;  // last: its thread uses the driver and the world
};

}  // namespace hn::node
