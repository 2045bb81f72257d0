#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "hn/log/frontier.hpp"
#include "hn/log/manifest.hpp"
#include "hn/net/sync_event.hpp"

// What the sync protocol (hn-sync(7)) asks of one repository on this machine.
namespace hn::net {

// A block as it lies in a pack and travels. Net never looks inside: kind and form are bytes that
// the host gave or will judge.
struct WireBlock {
  std::uint8_t kind = 0;
  std::uint8_t form = 0;
  std::optional<object::Address> base;  // the block without which these bytes mean nothing
  std::uint32_t plain_bytes = 0;
  Bytes stored;
  friend bool operator==(const WireBlock&, const WireBlock&) = default;
};

// Stored bytes of one block on the wire. A form that is longer than the plain bytes is not used, so
// this is the limit of a block and room for a frame's header.
inline constexpr std::size_t kStoredBytesMax = object::kBlockBytesMax + 1024;

enum class Written : std::uint8_t {
  stored,        // checked against its address and kept (or it was here already)
  wrong,         // not the block of that address: the peer's fault
  base_missing,  // its base is not here
  failed,        // this machine's fault: the disk is full, storage broke
};

struct Verdict {
  Written written = Written::stored;
  WireBlock block;  // given back where its base is missing, else empty
};

// A newcomer's proof that it holds the secret of an invitation, bound to this connection and to its
// device: of no use to who reads it, on any other connection or for another device.
struct JoinRequest {
  log::EntryId repository;
  log::InvitationId invitation;
  log::Device device;  // has signed the same handshake; the grant is for this key
  std::string label;   // what the newcomer would like to be called: a label, or empty
  HandshakeHash handshake{};
  Hash proof{};

  // Was it made with this secret? In constant time.
  bool proves(const std::array<Byte, 16>& secret) const noexcept;
};

enum class JoinRefusal : std::uint8_t {
  unknown,      // no such invitation, or the proof does not hold
  not_inviter,  // another device made the invitation
  used,         // the proof holds, and somebody has used it before
  expired,      // the proof holds, and it is too late
};

// The log's members with a right that still stands; everybody where the repository is open.
bool may_read(const log::View& view, const log::Device& device);

// Bytes of blocks, as stored.
struct Exchanged {
  std::uint64_t taken = 0;  // from the peer
  std::uint64_t given = 0;  // to it
};

// One repository as the sessions see it. node implements it over the real one; tests in memory.
// Called from the thread that drives the SyncNode, never back into it. Nothing here throws: what
// breaks is an answer, ends the session and is reported.
class SyncHost {
 public:
  virtual ~SyncHost() = default;

  virtual const log::EntryId& repository() const = 0;
  virtual const log::Device& device() const = 0;  // this store's
  virtual crypto::Signature sign(std::string_view purpose, ByteView bytes) = 0;
  virtual std::string label() const = 0;  // how this store calls itself, for the peer's display

  // Every entry that may leave this store, drafts not among them. Changes by add_entries() and
  // redeem(), and between calls into the SyncNode if host_changed() follows. Empty (no genesis) in
  // a clone that begins.
  virtual const log::View& view() const = 0;
  // Keeps and applies them, durably by the next flush(). Form and signature have been checked;
  // those that are here already, or wait for others, may be among them.
  virtual Result<void> add_entries(std::span<const log::SignedEntry> entries) = 0;
  // May this device read the repository? Asked before anything is said to it.
  virtual bool may_read(const log::Device& device) const { return net::may_read(view(), device); }
  // Signs and adds a grant for the newcomer, after request.proves(secret); or refuses.
  virtual std::variant<log::SignedEntry, JoinRefusal> redeem(const JoinRequest& request) = 0;

  // Is the block here and readable? May stay false until flush() for what write_block() took.
  virtual bool has(const object::Address& address) const = 0;
  // The block as it lies; Code::absent.
  virtual Result<WireBlock> read_stored(const object::Address& address) const = 0;
  // The same block in a form that needs no base.
  virtual Result<WireBlock> as_plain_form(const object::Address& address) const = 0;
  // Checks and keeps a block. Its base may be one that was written since the last flush().
  virtual Written write_block(const object::Address& address, const WireBlock& block) = 0;
  // Makes durable and readable what was written and added. Nothing is acknowledged before.
  virtual Result<void> flush() = 0;

  // The same two for a host that has another processor for them: they may be done later, in this
  // order, and each has a verdict (of a flush: stored or failed) that next_verdict() gives in this
  // order, waiting for it where `wait` says so. Every other call answers as if all were done; who
  // drives the SyncNode calls host_judged() when verdicts have come.
  virtual void submit_block(const object::Address& address, WireBlock block) {
    const Written written = write_block(address, block);
    if (written != Written::base_missing) block = {};
    verdicts_.push_back({written, std::move(block)});
  }
  virtual void submit_flush() {
    verdicts_.push_back({flush() ? Written::stored : Written::failed, {}});
  }
  virtual std::optional<Verdict> next_verdict(bool /*wait*/) {
    if (verdicts_.empty()) return std::nullopt;
    Verdict verdict = std::move(verdicts_.front());
    verdicts_.pop_front();
    return verdict;
  }
  // So much waits that nothing more should be read from the network until verdicts have come.
  virtual bool busy() const { return false; }

  // For the nodes of manifests.
  virtual const object::BlockReader& blocks() const = 0;
  // Is it known that every block of the manifest is here? False where that was never looked at: the
  // session looks, and tells the answer by note_whole(). Worth remembering: without it every
  // session walks every manifest of the repository.
  virtual bool holds_whole(const log::ManifestRoot& manifest) const = 0;
  virtual void note_whole(const log::ManifestRoot& manifest) = 0;
  // Blocks that live publishes need and that are not here although their manifests are whole
  // ("new" in a manifest is a hint), at most `max`; what only those publishes need may be left out.
  // Asked after a flush().
  virtual std::vector<object::Address> absent_blocks(
      std::size_t max, const std::unordered_set<log::EntryId>& without) = 0;

  // What to tell members of where this end listens and other peers are: by key, each once, within
  // the limits of PeerPlaces. Changes only if places_changed() follows.
  virtual std::vector<PeerPlaces> places() const { return {}; }

  // What was exchanged with a peer in sessions before.
  virtual Exchanged exchanged_with(const crypto::TransportKey& /*peer*/) const { return {}; }

  // Entries are about to come that peers will be told of: until host_changed() nobody is told that
  // this is all.
  virtual bool preparing() const { return false; }

  // A hash over the resolved heads of every branch and the targets of every tag: equal where two
  // stores show the same. Changes only with entries and blocks.
  virtual Hash state_digest() = 0;

 private:
  std::deque<Verdict> verdicts_;
};

}  // namespace hn::net
