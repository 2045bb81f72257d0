#pragma once

#include <variant>

#include "hn/net/sync_event.hpp"
#include "hn/net/sync_host.hpp"

// The messages of hn-sync(7) as values, and their bytes. Decoders are total: any bytes give a value
// or Code::protocol, with memory in proportion to the input.
namespace hn::net {

inline constexpr std::uint8_t kSyncVersion = 0;

// The longest message on a control stream and of a request: four of the longest entries, or 3,600
// tips; before a peer has proven anything it can make us hold this much for each stream.
inline constexpr std::size_t kControlMessageMax = 256 * 1024;
// A block, its head and the sealing.
inline constexpr std::size_t kAnswerMessageMax = kStoredBytesMax + 256;
inline constexpr std::size_t kTipsPerMessage = 3000;     // 72 bytes or so each
inline constexpr std::size_t kEntriesPerMessage = 1024;  // and at most kEntriesBytesPerMessage
inline constexpr std::size_t kEntriesBytesPerMessage = 128 * 1024;
inline constexpr std::size_t kHoldsPerMessage = 2048;       // at most 52 bytes each
inline constexpr std::size_t kAlongBlocksMax = 256;         // in one message
inline constexpr std::size_t kRequestAddressesMax = 4096;   // 32 bytes each
inline constexpr std::size_t kRequestItemsMax = 1024;       // manifests in one request
inline constexpr std::size_t kRequestRangesMax = 1u << 14;  // at most 10 bytes each
inline constexpr std::uint64_t kRequestRowsMax = 1u << 16;

// Plain messages on a control stream.
struct OpenMessage {
  std::uint8_t version = kSyncVersion;
  Hash handle{};
};
struct RefusedMessage {
  SyncRefusal reason = SyncRefusal::unknown;
};
struct SealedMessage {
  Bytes sealed;
};
using PlainMessage = std::variant<OpenMessage, RefusedMessage, SealedMessage>;

Bytes encode(const OpenMessage& m);
Bytes encode(const RefusedMessage& m);
Bytes encode(const SealedMessage& m);
Result<PlainMessage> decode_plain(ByteView bytes);

// Rows of one manifest.
struct RowRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  friend bool operator==(const RowRange&, const RowRange&) = default;
};
struct RowsItem {
  log::ManifestRoot manifest;
  std::vector<RowRange> ranges;  // ascending, apart from each other
  friend bool operator==(const RowsItem&, const RowsItem&) = default;
};
// What sealed messages hold.
struct JoinPart {
  log::InvitationId invitation;
  Hash proof{};
};
struct HelloMessage {
  log::Device device;
  crypto::Signature signature;
  std::string label;  // may be empty
  std::optional<JoinPart> join;
};
struct FrontierMessage {
  bool more = false;   // another part follows
  bool reply = false;  // on the last part: say yours too
  log::Frontier part;
};
struct EntriesMessage {
  std::vector<log::SignedEntry> entries;
};
struct EntriesEndMessage {
  std::uint64_t answers = 0;  // frontiers that are answered hereby; none: unasked-for news
};
struct HoldsMessage {
  std::vector<log::ManifestRoot> manifests;
};
struct StateMessage {
  Hash frontier{};
  Hash state{};
  std::uint64_t absent = 0;
  std::uint64_t heard = 0;                   // ends of entries that had come from the other end
  std::optional<crypto::Signature> receipt;  // of the device, where no blocks are absent
  friend bool operator==(const StateMessage&, const StateMessage&) = default;
};
struct PlacesMessage {
  std::vector<PeerPlaces> peers;  // ascending by key
};
// Blocks that go along with entries, unasked.
struct AlongBlock {
  object::Address address;
  WireBlock block;
  friend bool operator==(const AlongBlock&, const AlongBlock&) = default;
};
struct AlongMessage {
  std::vector<AlongBlock> blocks;
};
// Whether entries of others are to come as they do, or only when they are asked for.
struct RelayMessage {
  bool unasked = true;
};
// Rows whose blocks can be asked for here although the publish has not been passed on; in place of
// what was said of the same manifest before.
struct PartsMessage {
  std::vector<RowsItem> items;
};
// What was asked for comes later: others are answered first.
struct WaitMessage {};
using ControlMessage = std::variant<HelloMessage, FrontierMessage, EntriesMessage,
                                    EntriesEndMessage, HoldsMessage, StateMessage, PlacesMessage,
                                    AlongMessage, RelayMessage, PartsMessage, WaitMessage>;

Bytes encode(const HelloMessage& m);
Bytes encode(const WaitMessage& m);
Bytes encode(const FrontierMessage& m);
Bytes encode(const EntriesMessage& m);
Bytes encode(const EntriesEndMessage& m);
Bytes encode(const HoldsMessage& m);
Bytes encode(const StateMessage& m);
Bytes encode(const PlacesMessage& m);
Bytes encode(const AlongMessage& m);
Bytes encode(const RelayMessage& m);
Bytes encode(const PartsMessage& m);
Result<ControlMessage> decode_control(ByteView bytes);

// The one message of a requester on a request stream.
struct Request {
  std::uint64_t session = 0;  // the control stream's number
  bool plain = false;         // nothing that needs a base
  bool patient = false;       // a difference is kept until its base comes
  std::vector<object::Address> addresses;
  std::vector<RowsItem> items;
  friend bool operator==(const Request&, const Request&) = default;
};
Bytes encode(const Request& m);
Result<Request> decode_request(ByteView bytes);

// The messages of its answer, one or more blocks' worth each. Whose block it is the place says, and
// of a base in the same answer its distance: addresses would be a third of a history's bytes.
struct BlockAnswer {
  WireBlock block;
  std::uint64_t back = 0;  // the base stands so many places before; then block.base is not sent
};
struct AbsentAnswer {
  std::uint64_t count = 1;  // the next so many of what was asked for are not here
};
using Answer = std::variant<BlockAnswer, AbsentAnswer>;
Bytes encode(const BlockAnswer& m);
Bytes encode(const AbsentAnswer& m);
Result<Answer> decode_answer(ByteView bytes);

// Who speaks on a control stream.
enum class Role : std::uint8_t { caller = 1, called = 2 };
constexpr Role other(Role role) noexcept {
  return role == Role::caller ? Role::called : Role::caller;
}

// Everything that ties a session to its connection and to nothing else.
struct SessionBinding {
  log::EntryId repository;
  HandshakeHash handshake{};
  StreamId control;
};

Hash handle_of(const SessionBinding& binding, Role role) noexcept;
crypto::AeadKey sealing_key(const SessionBinding& binding, Role role) noexcept;
// What a device signs to prove itself.
inline constexpr std::string_view kHelloPurpose = "hn.sync.v0";
Bytes hello_statement(const SessionBinding& binding, Role role,
                      const crypto::TransportKey& own_transport);
// What a device signs when everything up to a frontier, and all blocks of it, are durable with it.
inline constexpr std::string_view kReceiptPurpose = "hn.receipt.v0";
Bytes receipt_statement(const log::EntryId& repository, const Hash& frontier, const Hash& state);
Hash join_proof(const std::array<Byte, 16>& secret, const log::EntryId& repository,
                const HandshakeHash& handshake, const log::Device& device) noexcept;

}  // namespace hn::net
