#pragma once

#include "hn/log/payload.hpp"

// Entries (hn-log(5)): the links of each device's signed chain.
namespace hn::log {

// An entry without its signature.
struct Entry {
  EntryId repository;  // zero in the genesis entry alone
  Device device;
  std::uint64_t seq = 0;      // from 0, without a gap
  EntryId prev;               // the same device's entry seq - 1; zero where seq is 0
  std::vector<EntryId> seen;  // heads of other logs: ascending, each once, none of this device
  std::uint64_t depth = 1;    // 1 + the greatest depth of prev, seen and what the payload names
  Payload payload;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// Enough for every log of a large team; beyond it the greatest in log order are named, and the
// others are reached through them or by a later entry.
inline constexpr std::size_t kSeenMax = 64;
// Canonical bytes and signature. An entry travels in one message and is held before anything about
// its author is known; no payload needs more (a manifest is a root, not a list).
inline constexpr std::size_t kEntryBytesMax = 64 * 1024;

// An entry that knows its id. `signature` is outside the id: a signer can make many valid
// signatures of one entry, and they must all be the same entry.
struct SignedEntry {
  Entry entry;
  EntryId id;
  crypto::Signature signature;
};

// Canonical bytes without the signature. The entry must keep the rules (asserted).
Bytes encode_entry(const Entry& entry);
EntryId id_of(const Entry& entry);

// The id of the repository that an entry belongs to: its field, or its own id for a genesis.
EntryId repository_of(const SignedEntry& entry) noexcept;

// Code::refused where the encoding would be longer than kEntryBytesMax. The key must be that of
// entry.device (asserted).
Result<SignedEntry> sign(Entry entry, const crypto::SigningKey& key);
// An entry as it would be if signed now, for drafts; its signature is zero and does not verify.
SignedEntry unsigned_entry(Entry entry);

Bytes encode_signed(const SignedEntry& entry);
// Total and strict: form, limits and order of lists, not the signature.
Result<SignedEntry> decode_signed(ByteView bytes);

// The signature covers "hn.entry.v0" and the id.
bool verify(const SignedEntry& entry) noexcept;

}  // namespace hn::log
