#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hn/node/local.hpp"
#include "hn/node/operations.hpp"

// One process that serves all repositories of a user (own_repositories.hpp), calls the peers they
// know and keeps the sessions open.
namespace hn::node {

struct PeerStatus {
  std::string label;
  crypto::TransportKey key;
  std::optional<log::Device> device;
  std::string address;     // where it is, or was called last; empty: nowhere known
  bool connected = false;  // a session is open, and it has proven its device
  bool called = false;     // by this side
  bool agreed = false;     // both have the same
  std::int64_t since = 0;  // of the session, seconds since 1970
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::string problem;   // of the last call
  Duration next_call{};  // from now; zero where none is to be made
};

struct RepositoryStatus {
  std::string root;
  std::optional<log::EntryId> id;
  std::string label;    // this device's
  std::string problem;  // why it is not served
  std::string through;  // not itself: it is kept in step with this clone, which is
  std::vector<PeerStatus> peers;
};

struct DaemonStatus {
  int process = 0;
  std::int64_t since = 0;  // seconds since 1970
  std::vector<std::string> addresses;
  std::vector<RepositoryStatus> repositories;
};

struct DaemonOptions {
  std::optional<HostPort> listen;  // else the usual port, or any where that is taken
  bool lan = true;                 // looks for peers in the local network
  std::uint64_t limit = 0;         // bytes per second each way, all peers together; 0: none
  bool background = false;         // gives way to all other traffic
  std::function<void(const std::vector<std::string>& addresses)> on_listening;
  std::function<void(const std::string& line)> on_news;
  // Whether drafts may be published without a command; asked each time.
  std::function<bool(const repo::Repository&)> publishes;
  // How `status` and `sync` are answered.
  std::function<std::string(const DaemonStatus&)> tell_status;
  std::function<std::string(const SyncReport&)> tell_report;
};

// Runs until a signal or the question "stop". Failure busy where this user's daemon runs already.
void run_daemon(const repo::World& world, const DaemonOptions& options);

// Asks the daemon of this user: "status", "sync ROOT". nullopt where none runs; Failure (timeout)
// where it hangs (local.hpp).
std::optional<std::string> ask_daemon(const repo::World& world, std::string_view question,
                                      Duration silence = kSilenceMax);

// Ends the daemon of this user and waits until it has ended; one that hangs is killed, which loses
// nothing that was recorded.
enum class Stopped { none_ran, by_itself, killed };
Stopped stop_daemon(const repo::World& world);

}  // namespace hn::node
