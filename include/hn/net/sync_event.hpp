#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hn/log/payload.hpp"
#include "hn/net/event.hpp"

// What a SyncNode tells its owner.
namespace hn::net {

// A session: one repository on one connection. Local, counts up from 1, never used twice.
struct SyncId {
  std::uint64_t value = 0;
  friend auto operator<=>(const SyncId&, const SyncId&) = default;
};

// Why a peer would not talk about a repository.
enum class SyncRefusal : std::uint8_t {
  unknown = 1,             // not served there, or not to this device, or no such invitation: the
                           // answer to all of them is the same
  version = 2,             // it speaks another version of the sync protocol
  busy = 3,                // one of its limits is reached
  invitation_used = 4,     // the link was good once
  invitation_expired = 5,  // the link was good until some time ago
};

enum class SyncFailure : std::uint8_t {
  unreachable,   // no connection came about (nobody there holds the key), or it went silent
  closed,        // the peer closed the connection
  protocol,      // the peer broke the protocol (SyncStrike tells which rule)
  wrong_block,   // the peer sent bytes that are not the block
  wrong_device,  // the peer could not prove its device
  no_right,      // by this store's log the peer may not read: nothing was sent to it
  local,         // this store could not write
  ended,         // end() or remove_host() was called
};

std::string_view name_of(SyncRefusal refusal) noexcept;
std::string_view name_of(SyncFailure failure) noexcept;

// The peer has proven its device for this repository.
struct SyncPeer {
  SyncId session;
  log::EntryId repository;
  log::Device device;
  std::string label;  // as it calls itself: unchecked text without control characters
  crypto::TransportKey key;
  PeerAddress address;
  bool called = false;  // this end began the session
};

// Totals of a session so far. At most one of these waits in the queue for each session.
struct SyncProgress {
  SyncId session;
  std::uint64_t entries_in = 0;
  std::uint64_t entries_out = 0;
  std::uint64_t blocks_in = 0;
  std::uint64_t blocks_out = 0;
  std::uint64_t bytes_in = 0;  // of blocks, as stored
  std::uint64_t bytes_out = 0;
  std::uint64_t plain_bytes_in = 0;  // the same blocks' plain lengths: comparable with bytes_wanted
  std::uint64_t bytes_wanted = 0;    // plain lengths of what was asked for so far
  std::uint64_t waits = 0;           // how often the peer has said that it answers others first
};

// A device's signed word that all entries of a frontier and all blocks they need are durable with
// it, and show this state of branches and tags (hn-sync(7), RECEIPTS).
struct SyncReceipt {
  log::Device device;
  Hash frontier{};  // the digest
  Hash state{};     // the digest
  crypto::Signature signature;
};
bool verifies(const SyncReceipt& receipt, const log::EntryId& repository) noexcept;

// Both ends have said where they stand, after a flush, and there is nothing to ask for. It may come
// again: news on either side begins another exchange.
struct SyncSettled {
  SyncId session;
  bool agreed = false;       // both have the same entries, heads and tags
  std::uint64_t absent = 0;  // blocks that this end needs and the peer does not have either
  std::optional<SyncReceipt> receipt;  // only where both agreed; verified
};

// Where peers of this repository can be called: the speaker itself, and others that it talks with.
// Hearsay: an address proves nothing, and who answers there has to show its key as anywhere.
struct PeerPlaces {
  crypto::TransportKey key;
  std::vector<PeerAddress> addresses;  // kPlaceBytes each
  friend auto operator<=>(const PeerPlaces&, const PeerPlaces&) = default;
};
inline constexpr std::size_t kPlaceBytes = 18;  // IPv6 (IPv4 mapped), port in big endian
inline constexpr std::size_t kPlacesOfPeerMax = 8;
inline constexpr std::size_t kPlacesPeersMax = 64;

// The peer said where it and others are, beyond what either end has said before.
struct SyncPlaces {
  SyncId session;
  std::vector<PeerPlaces> peers;  // by key
};

// The session is over.
struct SyncRefused {
  SyncId session;
  SyncRefusal reason = SyncRefusal::unknown;
};
struct SyncFailed {
  SyncId session;
  SyncFailure reason = SyncFailure::closed;
  std::string detail;  // a line for people
};
// Over, and nothing was wrong: the peer said goodbye.
struct SyncEnded {
  SyncId session;
};

// The peer did what no honest one does; the connection is closed. The owner counts, and bans.
struct SyncStrike {
  crypto::TransportKey key;
  std::optional<log::Device> device;
  std::uint32_t weight = 0;  // 100: a ban by itself; 50: half of one
  std::string rule;          // which rule of hn-sync(7)
};

using SyncEvent = std::variant<SyncPeer, SyncProgress, SyncSettled, SyncPlaces, SyncRefused,
                               SyncFailed, SyncEnded, SyncStrike>;

}  // namespace hn::net
