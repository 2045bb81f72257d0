#include <map>

#include "hn/base/text.hpp"
#include "hn/node/operations.hpp"

namespace hn::node {
namespace {

// How soon a commit that another process made is told to peers that are connected.
constexpr Duration kTick = std::chrono::milliseconds(500);

std::string counts(std::uint64_t entries, std::uint64_t blocks) {
  return std::to_string(entries) + (entries == 1 ? " entry" : " entries") + " and " +
         std::to_string(blocks) + (blocks == 1 ? " block" : " blocks");
}

class Server {
 public:
  Server(const repo::World& world, std::vector<repo::Repository>& repositories,
         const ServeOptions& options)
      : world_(world), options_(options), driver_(world) {
    for (repo::Repository& repository : repositories) {
      hosts_.push_back(std::make_unique<RepositoryHost>(repository));
    }
  }

  ~Server() {
    for (const auto& host : hosts_) host->on_judged({});
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void run() {
    for (const auto& host : hosts_) {
      host->refresh();
      driver_.node().add_host(*host);
      host->on_judged(driver_.waker(*host));
    }
    if (options_.standard_streams) {
      driver_.use_standard_streams();
    } else {
      const std::uint16_t port = driver_.listen(options_.listen);
      if (options_.on_listening) options_.on_listening(port);
    }
    driver_.run([] { return false; },
                [this](const net::SyncEvent& event) { std::visit(*this, event); }, kTick,
                [this] { look(); });
  }

  void operator()(const net::SyncPeer& peer) {
    names_[peer.session] = escape_controls(peer.label);
    if (RepositoryHost* host = host_of(peer.repository)) {
      remember(*host, peer);
      if (host->refresh()) driver_.node().host_changed(*host);
    }
    say(names_[peer.session] + " is here, from " + to_text(peer.address));
  }
  void operator()(const net::SyncProgress& progress) { totals_[progress.session] = progress; }
  void operator()(const net::SyncSettled& settled) {
    if (!settled.agreed) return say("not yet the same as " + names_[settled.session]);
    const net::SyncProgress& total = totals_[settled.session];
    say("the same as " + names_[settled.session] + "; " +
        counts(total.entries_in, total.blocks_in) + " came, " +
        counts(total.entries_out, total.blocks_out) + " went");
  }
  void operator()(const net::SyncRefused& refused) { forget(refused.session); }
  void operator()(const net::SyncFailed& failed) {
    say("lost " + names_[failed.session] + ": " + std::string(net::name_of(failed.reason)) +
        (failed.detail.empty() ? "" : " (" + escape_controls(failed.detail) + ")"));
    forget(failed.session);
    stop_on_failure();
  }
  void operator()(const net::SyncEnded& ended) { forget(ended.session); }
  void operator()(const net::SyncStrike& strike) {
    say("a peer broke a rule of the protocol: " + escape_controls(strike.rule));
  }

 private:
  RepositoryHost* host_of(const log::EntryId& repository) {
    for (const auto& host : hosts_) {
      if (host->repository() == repository) return host.get();
    }
    return nullptr;
  }

  // What other processes recorded since, while somebody is connected; a draft is published only
  // when it is about to leave.
  void look() {
    if (names_.empty()) return;
    for (const auto& host : hosts_) {
      if (host->refresh()) driver_.node().host_changed(*host);
    }
  }

  void remember(RepositoryHost& host, const net::SyncPeer& peer) {
    // The port of a peer that called is not one where it listens, so no address is kept.
    repo::PeerRecord record;
    record.transport = peer.key;
    record.device = peer.device;
    record.label = peer.label;
    record.last_met = world_.clock.wall().seconds;
    repo::remember_peer(host.parts(), record);
  }

  // A store that cannot be read or written any more ends the command with its own words.
  void stop_on_failure() {
    for (const auto& host : hosts_) {
      if (host->failure()) throw *host->failure();
    }
  }

  void forget(const net::SyncId& session) {
    names_.erase(session);
    totals_.erase(session);
  }

  void say(const std::string& line) {
    if (options_.on_news) options_.on_news(line);
  }

  const repo::World& world_;
  const ServeOptions& options_;
  std::vector<std::unique_ptr<RepositoryHost>> hosts_;
  Driver driver_;
  std::map<net::SyncId, std::string> names_;
  std::map<net::SyncId, net::SyncProgress> totals_;
};

}  // namespace

void serve(const repo::World& world, std::vector<repo::Repository>& repositories,
           const ServeOptions& options) {
  Server(world, repositories, options).run();
}

}  // namespace hn::node
