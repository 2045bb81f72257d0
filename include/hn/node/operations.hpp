#pragma once

#include "hn/log/link.hpp"
#include "hn/node/driver.hpp"
#include "hn/node/host.hpp"
#include "hn/repo/working_tree.hpp"

// What the commands serve, sync and clone do.
namespace hn::node {

// Totals over all sessions of a command, for progress on a terminal.
struct Progress {
  std::uint64_t entries_in = 0;
  std::uint64_t blocks_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t blocks_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_wanted = 0;  // plain lengths, as plain_bytes_in
  std::uint64_t plain_bytes_in = 0;
  bool waiting = false;  // a peer has said that it answers others first, and nothing came since
};
using OnProgress = std::function<void(const Progress&)>;

struct ServeOptions {
  HostPort listen;
  std::uint64_t limit = 0;        // bytes per second each way, all peers together; 0: none
  bool standard_streams = false;  // one peer on standard input and output, instead of a port
  // Whether drafts may be published when somebody comes; asked each time.
  std::function<bool(const repo::Repository&)> publishes;
  std::function<void(std::uint16_t port)> on_listening;
  std::function<void(const std::string& line)> on_news;  // one line for people about what happened
};
// Serves until a signal (or the pipe's end). Other commands may use the same repositories
// meanwhile.
void serve(const repo::World& world, std::vector<repo::Repository>& repositories,
           const ServeOptions& options);

struct SyncTarget {
  std::string shown;  // how the user, or the record, names it
  std::optional<crypto::TransportKey> key;
  std::vector<net::PeerAddress> addresses;  // tried in turn
};

struct SyncOptions {
  std::vector<SyncTarget> targets;
  std::string via;                              // a command whose standard streams lead to the peer
  Duration timeout = std::chrono::seconds(30);  // without any progress
  std::uint64_t limit = 0;  // bytes per second each way, all targets together; 0: none
  bool background = false;  // gives way to all other traffic
  OnProgress on_progress;
};

struct PeerOutcome {
  std::string shown;  // label of the device, or the target's name
  bool agreed = false;
  std::optional<Code> problem;
  std::string detail;
  std::uint64_t entries_in = 0;
  std::uint64_t entries_out = 0;
  std::uint64_t blocks_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t blocks_out = 0;
  std::uint64_t bytes_out = 0;
};

struct SyncReport {
  std::vector<PeerOutcome> peers;
  bool agreed() const;  // with at least one
  bool interrupted = false;
  std::vector<std::string> unpublishable;  // branches with drafts that may not leave
};

// Publishes drafts, calls every target, exchanges what either side lacks, and remembers the peers.
// The working tree is the caller's to move.
SyncReport sync(repo::Repository& repository, const SyncOptions& options);

// The same without publishing anything: this device signs no entry.
SyncReport compare(repo::Repository& repository, const SyncOptions& options);

// The peers that a repository has met.
std::vector<SyncTarget> known_targets(const repo::Repository& repository);

// Joins with an invitation and fetches everything into the empty store of a clone.
SyncReport join(repo::Repository& repository, const log::Link& link, const SyncOptions& options);

}  // namespace hn::node
