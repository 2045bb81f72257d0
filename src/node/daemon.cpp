#include "hn/node/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <memory>
#include <set>

#include "hn/base/text.hpp"
#include "hn/net/beacon.hpp"
#include "hn/node/local.hpp"
#include "hn/os/folder_watch.hpp"
#include "hn/os/lock.hpp"
#include "hn/repo/bans.hpp"
#include "hn/repo/own_repositories.hpp"
#include "hn/repo/peer_limits.hpp"
#include "node/server.hpp"
#include "node/together.hpp"
#include "node/tree_watcher.hpp"

namespace hn::node {
namespace {

constexpr Duration kTick = std::chrono::seconds(1);
// How often folders are looked for that went without a word (removed, on a disk that is gone), and
// stores that failed are tried again.
constexpr int kTicksBetweenLooks = 60;
constexpr int kBeaconsPerTick = 64;

std::string socket_path(const repo::World& world) {
  return world.folders.state + "/daemon.sock";
}

// One of the user's repositories, served or not.
struct Place {
  std::string root;
  std::string problem;
  std::string through;  // not served itself: the clone of the same repository that is
  bool served() const noexcept { return repository && through.empty(); }
  std::unique_ptr<repo::Repository> repository;  // while it is served, or kept in step
  std::unique_ptr<os::FolderWatch> watch;        // of its store
  Driver::Kept watching;
};

class Daemon {
 public:
  Daemon(const repo::World& world, const DaemonOptions& options)
      : world_(world),
        options_(options),
        lock_(only_one(world)),
        driver_(world),
        server_(world, driver_, rules()),
        notes_(repo::notes_folder(world)),
        bans_(repo::bans_folder(world)),
        limits_(repo::peer_limits_folder(world)),
        together_(world) {}

  void run() {
    started_ = world_.clock.wall().seconds;
    driver_.node().set_background(options_.background);
    listen();
    const Driver::Kept answering = driver_.answer_at(
        socket_path(world_),
        [this](std::string_view question, const Driver::Reply& reply) { answer(question, reply); });
    const Driver::Kept watching = driver_.when_readable(notes_.descriptor(), [this] {
      notes_.wait();
      look_at_list();
    });
    const Driver::Kept watching_bans = driver_.when_readable(bans_.descriptor(), [this] {
      bans_.wait();
      server_.read_bans();
    });
    const Driver::Kept watching_limits = driver_.when_readable(limits_.descriptor(), [this] {
      limits_.wait();
      server_.read_limits();
    });
    look_at_list();
    Driver::Kept hearing;
    // Who listens in one place alone is not found elsewhere.
    if (options_.lan && at_.host.empty()) {
      hearing = driver_.hear_lan(
          [this](ByteView datagram, const net::PeerAddress& from) { hear_beacon(datagram, from); });
      say_beacon(true);
    }
    if (options_.on_listening) options_.on_listening(addresses_);
    driver_.run([this] { return stopping_; },
                [this](const net::SyncEvent& event) { server_.handle(event); }, kTick,
                [this] { tick(); });
    // A goodbye is worth one try.
    driver_.node().leave(driver_.now());
    driver_.send_what_is_due();
    for (auto& [instance, place] : places_) leave(place);
  }

 private:
  static os::Lock only_one(const repo::World& world) {
    os::make_private_folders(world.folders.state);
    auto lock = os::Lock::try_now(world.fs, world.folders.state + "/daemon.lock");
    if (!lock)
      throw Failure(Code::busy, "the daemon of this user runs already", "hn daemon status");
    return std::move(*lock);
  }

  Server::Options rules() {
    Server::Options out;
    out.calls = true;
    out.limit = options_.limit;
    out.publishes = options_.publishes;
    out.on_news = [this](const repo::Repository& repository, const std::string& line) {
      say(repository.layout().root, line);
    };
    // Its Repository goes later: the server still stands on it.
    out.on_failure = [this](const repo::Repository& repository, const Failure& failure) {
      for (auto& [instance, place] : places_) {
        if (place.repository.get() != &repository) continue;
        place.problem = failure.context();
        say(place.root, failure.context());
        broken_ = true;
      }
    };
    return out;
  }

  void listen() {
    HostPort at = options_.listen.value_or(HostPort{});
    std::uint16_t port = 0;
    try {
      port = driver_.listen(at);
    } catch (const Failure&) {
      if (options_.listen) throw;
      at.port = 0;
      port = driver_.listen(at);
    }
    at_ = {at.host, port};
    tell_addresses();
  }

  // A machine comes into other networks.
  void tell_addresses() {
    if (at_.host.empty()) {
      addresses_ = own_addresses(at_.port);
    } else {
      const bool v6 = at_.host.find(':') != std::string::npos;
      addresses_ = {(v6 ? "[" + at_.host + "]" : at_.host) + ":" + std::to_string(at_.port)};
    }
    std::vector<net::PeerAddress> places;
    for (const std::string& address : addresses_) {
      if (const auto numeric = numeric_address(address)) places.push_back(*numeric);
    }
    server_.listens_at(std::move(places));
  }

  void tick() {
    close_broken();
    if (++ticks_ % kTicksBetweenLooks == 0) {
      look_at_list();
      tell_addresses();
      server_.read_bans();
      server_.read_limits();
      say_beacon(true);
    }
    if (std::exchange(beacon_due_, false)) say_beacon(false);
    beacons_heard_ = 0;
    server_.tick();
  }

  // --- The local network

  void say_beacon(bool asks) {
    const net::Beacon beacon =
        net::make_beacon(driver_.node().public_key(), at_.port, asks, world_.random);
    driver_.say_on_lan(net::encode(beacon));
  }

  // Who it is costs a hash for each peer that is known: a flood is not looked at.
  void hear_beacon(ByteView datagram, const net::PeerAddress& from) {
    const auto beacon = net::decode_beacon(datagram);
    if (!beacon || ++beacons_heard_ > kBeaconsPerTick) return;
    if (net::is_beacon_of(*beacon, driver_.node().public_key())) return;
    const auto is_it = [&](const crypto::TransportKey& key) {
      return net::is_beacon_of(*beacon, key);
    };
    // Who is in step with all would else hear all of them each minute.
    if (beacon->asks && !server_.is_here(is_it, beacon->port)) beacon_due_ = true;
    server_.found(is_it, with_port(from, beacon->port));
  }

  // --- Several clones of one repository

  // Whatever any of them has, all will have: who is served tells the peers.
  void bring_together(const std::string& served, const std::string& asked, Together::Done done) {
    std::vector<Together::Clone> clones;
    for (const auto& [instance, place] : places_) {
      if (place.root != served && place.through != served) continue;
      const bool publishes =
          place.root == asked || (place.repository && options_.publishes(*place.repository));
      const auto at = place.root == served ? clones.begin() : clones.end();
      clones.insert(at, {place.root, publishes});
    }
    if (clones.size() < 2) return done({});
    together_.bring(std::move(clones), std::move(done));
  }

  // What is brought there is noticed as all else is, and looked at once more: then there is
  // nothing.
  void bring_together(const std::string& served) {
    if (!has_clones(served)) return;
    if (!under_way_.insert(served).second) {
      again_.insert(served);
      return;
    }
    bring_together(served, "", [this, served](const std::string& problem) {
      driver_.post([this, served, problem] {
        under_way_.erase(served);
        if (!problem.empty()) say(served, "is not in step with its clones: " + problem);
        if (again_.erase(served) > 0) bring_together(served);
      });
    });
  }

  bool has_clones(const std::string& served) const {
    return std::ranges::any_of(places_,
                               [&](const auto& entry) { return entry.second.through == served; });
  }

  void close_broken() {
    if (!std::exchange(broken_, false)) return;
    for (auto& [instance, place] : places_) {
      if (!place.problem.empty()) close(place);
    }
  }

  static void close(Place& place) {
    place.watching.reset();
    place.watch.reset();
    place.repository.reset();
    place.through.clear();
  }

  // Takes up what is new in the list and lets go of what is no longer there.
  void look_at_list() {
    close_broken();
    std::map<repo::Instance, Place> before = std::exchange(places_, {});
    for (const repo::OwnRepository& own : repo::own_repositories(world_)) {
      const auto known = before.find(own.instance);
      Place* place = nullptr;
      if (known != before.end() && known->second.root == own.root) {
        place = &(places_[own.instance] = std::move(known->second));
        before.erase(known);
      } else {
        place = &places_[own.instance];
        place->root = own.root;
      }
      if (!is_there(own)) {
        if (place->repository) say(own.root, "is no longer there");
        leave(*place);
        places_.erase(own.instance);
        repo::forget_repository(world_, own.instance);
      }
    }
    for (auto& [instance, place] : before) leave(place);
    leave_clones_of_none();
    for (auto& [instance, place] : places_) {
      if (!place.repository) take(instance, place);
    }
  }

  // The one that was served is gone: another takes its place.
  void leave_clones_of_none() {
    for (auto& [instance, place] : places_) {
      if (!place.through.empty() && find_served(place.through) == nullptr) close(place);
    }
  }

  const Place* find_served(const std::string& root) const {
    const auto at = std::ranges::find_if(places_, [&](const auto& entry) {
      return entry.second.served() && entry.second.root == root;
    });
    return at != places_.end() ? &at->second : nullptr;
  }

  // A folder that cannot be looked into may be on a disk that is away: its note stays.
  bool is_there(const repo::OwnRepository& own) const {
    return world_.fs.stat(own.root + "/.hn").has_value() ||
           !world_.fs.stat(os::parent_of(own.root)).has_value();
  }

  void leave(Place& place) {
    if (place.served()) server_.remove(*place.repository);
    close(place);
  }

  // Serves it, or notes why not and looks again when something changes there.
  void take(const repo::Instance& instance, Place& place) {
    try {
      // From before the store is read: what is committed meanwhile is noticed.
      if (!place.watch) {
        place.watch = std::make_unique<os::FolderWatch>(place.root + "/.hn/store");
        place.watching = driver_.when_readable(place.watch->descriptor(),
                                               [this, instance] { look_at(instance); });
      }
      auto repository =
          std::make_unique<repo::Repository>(repo::Repository::open(world_, place.root));
      place.problem = why_not(instance, place, *repository);
      if (!place.problem.empty()) return;
      repository->key();
      place.through = other_clone(*repository);
      if (place.through.empty()) server_.add(*repository);
      place.repository = std::move(repository);
      say(place.root, place.served() ? "is served" : "is served through " + place.through);
      if (!place.served()) bring_together(place.through);
    } catch (const Failure& failure) {
      place.problem = failure.context();
    }
  }

  void look_at(const repo::Instance& instance) {
    Place& place = places_.at(instance);
    place.watch->wait();
    if (!place.repository) return take(instance, place);
    if (!place.problem.empty()) return;
    if (place.served()) server_.look(*place.repository);
    bring_together(place.served() ? place.root : place.through);
  }

  std::string why_not(const repo::Instance& instance, const Place& place,
                      const repo::Repository& repository) const {
    if (repository.layout().root != place.root || repository.record().instance != instance)
      return "another store is there now";
    if (repository.settings().get("daemon.serve") == "false") return "daemon.serve is false";
    if (repository.view().genesis() == nullptr) return "its clone did not come to an end";
    return {};
  }

  // Where the same repository is served from already.
  std::string other_clone(const repo::Repository& repository) const {
    for (const auto& [other, known] : places_) {
      if (known.served() && known.repository->id() == repository.id()) return known.root;
    }
    return {};
  }

  // --- Questions

  void answer(std::string_view question, const Driver::Reply& reply) {
    constexpr std::string_view kSync = "sync ";
    if (question == "status") return reply(options_.tell_status(status()));
    if (question == "stop") {
      stopping_ = true;
      return reply("stopping\n");
    }
    if (question.starts_with(kSync)) return sync(std::string(question.substr(kSync.size())), reply);
    if (question.starts_with(kTreeQuestion)) return tell_changes(question, reply);
    reply("no such question\n");
  }

  void tell_changes(std::string_view question, const Driver::Reply& reply) {
    auto asked = decode_question(question);
    if (!asked) return reply(encode_answer(std::nullopt));
    // Most users never ask.
    if (!trees_) trees_ = std::make_unique<TreeWatcher>();
    trees_->ask(std::move(*asked), [this, reply](const std::string& answer) {
      driver_.post([reply, answer] { reply(answer); });
    });
  }

  void sync(const std::string& root, const Driver::Reply& reply) {
    const auto known =
        std::ranges::find_if(places_, [&](const auto& entry) { return entry.second.root == root; });
    if (known == places_.end() || !known->second.repository) return reply("not served\n");
    const Place& place = known->second;
    const std::string served = place.served() ? place.root : place.through;
    if (!has_clones(served)) {
      return server_.bring_in_step(*place.repository, [this, reply](const SyncReport& report) {
        reply(options_.tell_report(report));
      });
    }
    // First to who is served, then to the peers, and what those had to the clones.
    bring_together(served, root, [this, served, root, reply](const std::string& before) {
      driver_.post(
          [this, served, root, reply, before] { sync_served(served, root, before, reply); });
    });
  }

  void sync_served(const std::string& served, const std::string& root, const std::string& before,
                   const Driver::Reply& reply) {
    const Place* const place = find_served(served);
    if (place == nullptr) return reply("not served\n");
    server_.bring_in_step(
        *place->repository, [this, served, root, before, reply](const SyncReport& report) {
          const auto answer = [this, root, before, reply, report](const std::string& after) {
            driver_.post([this, root, problem = before.empty() ? after : before, reply, report] {
              reply(options_.tell_report(with_clones(report, root, problem)));
            });
          };
          bring_together(served, "", answer);
        });
  }

  // The other clones are peers like all others to who asked.
  SyncReport with_clones(SyncReport report, const std::string& root,
                         const std::string& problem) const {
    const auto asked =
        std::ranges::find_if(places_, [&](const auto& entry) { return entry.second.root == root; });
    if (asked == places_.end() || !asked->second.repository) return report;
    for (const auto& [instance, place] : places_) {
      if (!place.repository || place.root == root) continue;
      if (place.repository->id() != asked->second.repository->id()) continue;
      PeerOutcome& outcome = report.peers.emplace_back();
      outcome.shown = escape_controls(place.root);
      outcome.agreed = problem.empty();
      if (problem.empty()) continue;
      outcome.problem = Code::io;
      outcome.detail = problem;
    }
    return report;
  }

  DaemonStatus status() const {
    DaemonStatus out;
    out.process = static_cast<int>(getpid());
    out.since = started_;
    out.addresses = addresses_;
    for (const auto& [instance, place] : places_) {
      RepositoryStatus one;
      one.root = place.root;
      one.problem = place.problem;
      one.through = place.through;
      if (place.repository) {
        one.id = place.repository->id();
        one.label = place.repository->record().label;
        if (place.served()) one.peers = server_.peers_of(*place.repository);
      }
      out.repositories.push_back(std::move(one));
    }
    std::ranges::sort(out.repositories, {}, &RepositoryStatus::root);
    return out;
  }

  void say(const std::string& root, const std::string& line) const {
    if (options_.on_news) options_.on_news(escape_controls(root) + ": " + line);
  }

  const repo::World& world_;
  const DaemonOptions& options_;
  os::Lock lock_;
  Driver driver_;
  std::map<repo::Instance, Place> places_;  // before the server, which stands on them
  Server server_;
  os::FolderWatch notes_;
  os::FolderWatch bans_;
  os::FolderWatch limits_;
  std::set<std::string> under_way_;     // served places whose clones are brought in step
  std::set<std::string> again_;         // of those, whose something has changed meanwhile
  Together together_;                   // its thread uses the driver
  std::unique_ptr<TreeWatcher> trees_;  // so does this one's
  HostPort at_;
  std::vector<std::string> addresses_;
  std::int64_t started_ = 0;
  int ticks_ = 0;
  int beacons_heard_ = 0;  // since the last tick
  bool beacon_due_ = false;
  bool stopping_ = false;
  bool broken_ = false;
};

}  // namespace

void run_daemon(const repo::World& world, const DaemonOptions& options) {
  Daemon(world, options).run();
}

std::optional<std::string> ask_daemon(const repo::World& world, std::string_view question,
                                      Duration silence) {
  try {
    return ask_local(socket_path(world), question, silence);
  } catch (const Failure& failure) {
    if (failure.code() != Code::timeout) throw;
    throw Failure(Code::timeout, "the daemon of this user runs, but does not answer",
                  "hn daemon stop ends it all the same; hn sync PEER works without it");
  }
}

Stopped stop_daemon(const repo::World& world) {
  const std::string path = socket_path(world);
  Stopped out = Stopped::by_itself;
  try {
    if (!ask_local(path, "stop")) return Stopped::none_ran;
  } catch (const Failure& failure) {
    if (failure.code() != Code::timeout) throw;
    const auto process = listener_of(path);
    if (!process || kill(*process, SIGKILL) != 0) throw;
    out = Stopped::killed;
  }
  // It holds this until its very end.
  os::Lock::wait(world.fs, world.folders.state + "/daemon.lock");
  return out;
}

}  // namespace hn::node
