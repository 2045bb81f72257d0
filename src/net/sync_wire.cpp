// Format: hn-sync(7), MESSAGES.
#include "net/sync_wire.hpp"

#include "hn/base/codec.hpp"

namespace hn::net {

namespace {

enum Plain : std::uint8_t { kOpen = 1, kRefused = 2, kSealed = 3, kRequest = 4 };
enum Control : std::uint8_t {
  kHello = 1,
  kFrontier = 2,
  kEntries = 3,
  kEntriesEnd = 4,
  kHolds = 5,
  kState = 6,
  kPlaces = 7,
  kAlong = 8,
  kRelay = 9,
  kParts = 10,
  kWait = 11,
};
enum AnswerType : std::uint8_t { kBlock = 1, kAbsent = 2 };

Unexpected<Error> broken(const char* rule) {
  return fail(Code::protocol, rule);
}

// How a block message says its base: 0 none, 1 by its address, which follows, and beyond
// kBaseIsBack by how many places before it stands in the answer.
constexpr std::uint64_t kBaseIsNamed = 1;
constexpr std::uint64_t kBaseIsBack = 1;

template <std::size_t N>
std::array<Byte, N> take_array(Decoder& in) noexcept {
  std::array<Byte, N> out{};
  const ByteView bytes = in.take(N);
  if (!in.failed()) std::ranges::copy(bytes, out.begin());
  return out;
}

void put(Encoder& out, const log::ManifestRoot& m) {
  out.raw(m.root.bytes).varint(m.rows).varint(m.bytes);
}

log::ManifestRoot take_manifest(Decoder& in) noexcept {
  log::ManifestRoot m;
  m.root.bytes = in.hash();
  m.rows = in.varint(log::kManifestRowsMax);
  m.bytes = in.varint();
  if (m.rows == 0) in.fail();
  return m;
}

constexpr std::uint8_t kPlain = 1;
constexpr std::uint8_t kPatient = 2;

std::uint8_t request_flags(const Request& m) noexcept {
  return static_cast<std::uint8_t>((m.plain ? kPlain : 0) | (m.patient ? kPatient : 0));
}

// A flag is 0 or 1.
bool take_flag(Decoder& in) noexcept {
  const std::uint8_t v = in.u8();
  if (v > 1) in.fail();
  return v == 1;
}

Result<ControlMessage> decode_hello(Decoder& in) {
  HelloMessage m;
  m.device.bytes = in.hash();
  m.signature.bytes = take_array<64>(in);
  m.label = to_string(in.sized(log::kLabelBytesMax));
  if (take_flag(in)) m.join = JoinPart{{take_array<16>(in)}, in.hash()};
  if (!in.done()) return broken("a hello of another shape");
  if (!m.label.empty() && !log::is_label(m.label)) return broken("a label that is none");
  return ControlMessage(std::move(m));
}

Result<ControlMessage> decode_frontier_part(Decoder& in) {
  FrontierMessage m;
  const std::uint8_t flags = in.u8();
  if (flags > 2) in.fail();
  m.more = flags == 1;
  m.reply = flags == 2;
  const ByteView bytes = in.take(in.left());
  if (in.failed()) return broken("a frontier of another shape");
  auto part = log::decode_frontier(bytes);
  if (!part) return broken("a frontier that does not decode");
  if (part->tips.size() > kTipsPerMessage) return broken("too many tips in one message");
  m.part = std::move(part).value();
  return ControlMessage(std::move(m));
}

Result<ControlMessage> decode_entries(Decoder& in) {
  EntriesMessage m;
  const std::uint64_t count = in.varint(kEntriesPerMessage);
  if (count == 0) in.fail();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    const ByteView bytes = in.sized(log::kEntryBytesMax);
    if (in.failed()) break;
    auto entry = log::decode_signed(bytes);
    if (!entry) return broken("an entry that does not decode");
    m.entries.push_back(std::move(entry).value());
  }
  if (!in.done()) return broken("entries of another shape");
  return ControlMessage(std::move(m));
}

Result<ControlMessage> decode_holds(Decoder& in) {
  HoldsMessage m;
  const std::uint64_t count = in.varint(kHoldsPerMessage);
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i)
    m.manifests.push_back(take_manifest(in));
  if (!in.done()) return broken("holds of another shape");
  return ControlMessage(std::move(m));
}

void put(Encoder& out, const RowsItem& item) {
  put(out, item.manifest);
  out.varint(item.ranges.size());
  std::uint64_t end = 0;
  for (const RowRange& r : item.ranges) {
    out.varint(r.first - end).varint(r.count);
    end = r.first + r.count;
  }
}

struct RequestTotals {
  std::uint64_t ranges = 0;
  std::uint64_t rows = 0;
};

RowsItem take_item(Decoder& in, RequestTotals& totals, bool may_be_empty) {
  RowsItem item;
  item.manifest = take_manifest(in);
  const std::uint64_t count = in.varint(kRequestRangesMax - totals.ranges);
  if (count == 0 && !may_be_empty) in.fail();
  totals.ranges += count;
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    RowRange r;
    const std::uint64_t gap = in.varint(item.manifest.rows - end);
    r.first = end + gap;
    r.count = in.varint(item.manifest.rows - r.first);
    if (r.count == 0 || (i > 0 && gap == 0)) in.fail();
    end = r.first + r.count;
    totals.rows += r.count;
    item.ranges.push_back(r);
  }
  return item;
}

Result<ControlMessage> decode_places(Decoder& in) {
  PlacesMessage m;
  const std::uint64_t peers = in.varint(kPlacesPeersMax);
  for (std::uint64_t i = 0; i < peers && !in.failed(); ++i) {
    PeerPlaces peer;
    peer.key.bytes = in.hash();
    const std::uint64_t count = in.varint(kPlacesOfPeerMax);
    for (std::uint64_t k = 0; k < count && !in.failed(); ++k)
      peer.addresses.push_back(*PeerAddress::from(take_array<kPlaceBytes>(in)));
    if (count == 0 || (i > 0 && peer.key <= m.peers.back().key)) in.fail();
    m.peers.push_back(std::move(peer));
  }
  if (!in.done()) return broken("places of another shape");
  return ControlMessage(std::move(m));
}

Result<ControlMessage> decode_along(Decoder& in) {
  AlongMessage m;
  const std::uint64_t count = in.varint(kAlongBlocksMax);
  if (count == 0) in.fail();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    AlongBlock one;
    one.address = {in.hash()};
    one.block.kind = in.u8();
    one.block.form = in.u8();
    if (take_flag(in)) one.block.base = object::Address{in.hash()};
    one.block.plain_bytes = static_cast<std::uint32_t>(in.varint(object::kBlockBytesMax));
    one.block.stored = to_bytes(in.sized(kStoredBytesMax));
    m.blocks.push_back(std::move(one));
  }
  if (!in.done()) return broken("blocks of another shape");
  return ControlMessage(std::move(m));
}

Result<ControlMessage> decode_parts(Decoder& in) {
  PartsMessage m;
  const std::uint64_t items = in.varint(kRequestItemsMax);
  if (items == 0) in.fail();
  RequestTotals totals;
  for (std::uint64_t i = 0; i < items && !in.failed(); ++i)
    m.items.push_back(take_item(in, totals, true));
  if (!in.done()) return broken("parts of another shape");
  return ControlMessage(std::move(m));
}

Result<Answer> decode_block(Decoder& in) {
  BlockAnswer m;
  m.block.kind = in.u8();
  m.block.form = in.u8();
  const std::uint64_t base = in.varint(kBaseIsBack + kRequestRowsMax + kRequestAddressesMax);
  if (base == kBaseIsNamed) m.block.base = object::Address{in.hash()};
  if (base > kBaseIsBack) m.back = base - kBaseIsBack;
  m.block.plain_bytes = static_cast<std::uint32_t>(in.varint(object::kBlockBytesMax));
  const ByteView stored = in.sized(kStoredBytesMax);
  if (!in.done()) return broken("a block of another shape");
  m.block.stored = to_bytes(stored);
  return Answer(std::move(m));
}

}  // namespace

Bytes encode(const OpenMessage& m) {
  return Encoder().u8(kOpen).u8(m.version).raw(m.handle).bytes();
}
Bytes encode(const RefusedMessage& m) {
  return Encoder().u8(kRefused).u8(static_cast<std::uint8_t>(m.reason)).bytes();
}
Bytes encode(const SealedMessage& m) {
  return Encoder().u8(kSealed).raw(m.sealed).bytes();
}

Result<PlainMessage> decode_plain(ByteView bytes) {
  Decoder in(bytes);
  switch (in.u8()) {
    case kOpen: {
      OpenMessage m;
      m.version = in.u8();
      // What a later version says after its number is not ours to judge.
      if (!in.failed() && m.version != kSyncVersion) return PlainMessage(m);
      m.handle = in.hash();
      if (!in.done()) return broken("an open of another shape");
      return PlainMessage(m);
    }
    case kRefused: {
      const std::uint8_t reason = in.u8();
      if (!in.done()) return broken("a refusal of another shape");
      const bool known = reason >= 1 && reason <= 5;
      return PlainMessage(
          RefusedMessage{known ? static_cast<SyncRefusal>(reason) : SyncRefusal::unknown});
    }
    case kSealed:
      return PlainMessage(SealedMessage{to_bytes(in.take(in.left()))});
    default:
      return broken("a message of no known type");
  }
}

Bytes encode(const HelloMessage& m) {
  Encoder out;
  out.u8(kHello).raw(m.device.bytes).raw(m.signature.bytes).sized(m.label);
  out.u8(m.join ? 1 : 0);
  if (m.join) out.raw(m.join->invitation.bytes).raw(m.join->proof);
  return std::move(out).take();
}
Bytes encode(const FrontierMessage& m) {
  return Encoder()
      .u8(kFrontier)
      .u8(m.more    ? 1
          : m.reply ? 2
                    : 0)
      .raw(log::encode_frontier(m.part))
      .bytes();
}
Bytes encode(const EntriesMessage& m) {
  Encoder out;
  out.u8(kEntries).varint(m.entries.size());
  for (const log::SignedEntry& e : m.entries) out.sized(log::encode_signed(e));
  return std::move(out).take();
}
Bytes encode(const EntriesEndMessage& m) {
  return Encoder().u8(kEntriesEnd).varint(m.answers).bytes();
}
Bytes encode(const HoldsMessage& m) {
  Encoder out;
  out.u8(kHolds).varint(m.manifests.size());
  for (const log::ManifestRoot& root : m.manifests) put(out, root);
  return std::move(out).take();
}
Bytes encode(const StateMessage& m) {
  Encoder out;
  out.u8(kState).raw(m.frontier).raw(m.state).varint(m.absent).varint(m.heard);
  out.u8(m.receipt ? 1 : 0);
  if (m.receipt) out.raw(m.receipt->bytes);
  return std::move(out).take();
}
Bytes encode(const PlacesMessage& m) {
  Encoder out;
  out.u8(kPlaces).varint(m.peers.size());
  for (const PeerPlaces& peer : m.peers) {
    out.raw(peer.key.bytes).varint(peer.addresses.size());
    for (const PeerAddress& address : peer.addresses) out.raw(address.bytes());
  }
  return std::move(out).take();
}
Bytes encode(const AlongMessage& m) {
  Encoder out;
  out.u8(kAlong).varint(m.blocks.size());
  for (const AlongBlock& one : m.blocks) {
    out.raw(one.address.bytes).u8(one.block.kind).u8(one.block.form);
    out.u8(one.block.base ? 1 : 0);
    if (one.block.base) out.raw(one.block.base->bytes);
    out.varint(one.block.plain_bytes).sized(one.block.stored);
  }
  return std::move(out).take();
}
Bytes encode(const RelayMessage& m) {
  return Encoder().u8(kRelay).u8(m.unasked ? 1 : 0).bytes();
}
Bytes encode(const PartsMessage& m) {
  Encoder out;
  out.u8(kParts).varint(m.items.size());
  for (const RowsItem& item : m.items) put(out, item);
  return std::move(out).take();
}

Bytes encode(const WaitMessage&) {
  return Encoder().u8(kWait).bytes();
}

Result<ControlMessage> decode_control(ByteView bytes) {
  Decoder in(bytes);
  switch (in.u8()) {
    case kHello:
      return decode_hello(in);
    case kFrontier:
      return decode_frontier_part(in);
    case kEntries:
      return decode_entries(in);
    case kEntriesEnd: {
      const EntriesEndMessage m{in.varint()};
      if (!in.done()) return broken("an end of entries of another shape");
      return ControlMessage(m);
    }
    case kHolds:
      return decode_holds(in);
    case kState: {
      StateMessage m;
      m.frontier = in.hash();
      m.state = in.hash();
      m.absent = in.varint();
      m.heard = in.varint();
      const std::uint8_t signs = in.u8();
      if (signs == 1) m.receipt = crypto::Signature{take_array<64>(in)};
      if (signs > 1 || (signs == 1 && m.absent > 0) || !in.done())
        return broken("a state of another shape");
      return ControlMessage(m);
    }
    case kPlaces:
      return decode_places(in);
    case kAlong:
      return decode_along(in);
    case kRelay: {
      const RelayMessage m{take_flag(in)};
      if (!in.done()) return broken("a relay of another shape");
      return ControlMessage(m);
    }
    case kParts:
      return decode_parts(in);
    case kWait:
      if (!in.done()) return broken("a wait of another shape");
      return ControlMessage(WaitMessage{});
    default:
      return broken("a control message of no known type");
  }
}

Bytes encode(const Request& m) {
  Encoder out;
  out.u8(kRequest).varint(m.session).u8(request_flags(m)).varint(m.addresses.size());
  for (const object::Address& a : m.addresses) out.raw(a.bytes);
  out.varint(m.items.size());
  for (const RowsItem& item : m.items) put(out, item);
  return std::move(out).take();
}

Result<Request> decode_request(ByteView bytes) {
  Decoder in(bytes);
  if (in.u8() != kRequest) return broken("no request");
  Request m;
  m.session = in.varint();
  const std::uint8_t flags = in.u8();
  if (flags > (kPlain | kPatient)) in.fail();
  m.plain = (flags & kPlain) != 0;
  m.patient = (flags & kPatient) != 0;
  const std::uint64_t addresses = in.varint(kRequestAddressesMax);
  for (std::uint64_t i = 0; i < addresses && !in.failed(); ++i) m.addresses.push_back({in.hash()});
  const std::uint64_t items = in.varint(kRequestItemsMax);
  RequestTotals totals;
  for (std::uint64_t i = 0; i < items && !in.failed(); ++i)
    m.items.push_back(take_item(in, totals, false));
  if (!in.done()) return broken("a request of another shape");
  if (totals.rows > kRequestRowsMax) return broken("too many rows in one request");
  return m;
}

Bytes encode(const BlockAnswer& m) {
  Encoder out;
  out.u8(kBlock).u8(m.block.kind).u8(m.block.form);
  if (m.back != 0) {
    out.varint(kBaseIsBack + m.back);
  } else if (m.block.base) {
    out.varint(kBaseIsNamed).raw(m.block.base->bytes);
  } else {
    out.varint(0);
  }
  out.varint(m.block.plain_bytes).sized(m.block.stored);
  return std::move(out).take();
}
Bytes encode(const AbsentAnswer& m) {
  return Encoder().u8(kAbsent).varint(m.count).bytes();
}

Result<Answer> decode_answer(ByteView bytes) {
  Decoder in(bytes);
  switch (in.u8()) {
    case kBlock:
      return decode_block(in);
    case kAbsent: {
      const AbsentAnswer m{in.varint(kRequestRowsMax + kRequestAddressesMax)};
      if (!in.done() || m.count == 0) return broken("an absence of another shape");
      return Answer(m);
    }
    default:
      return broken("an answer of no known type");
  }
}

}  // namespace hn::net
