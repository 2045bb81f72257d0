// The records of hn-repository(5).
#include "hn/repo/record.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/base/text.hpp"
#include "hn/crypto/hash.hpp"
#include "hn/worktree/index.hpp"
#include "hn/worktree/name.hpp"

namespace hn::repo {
namespace {

constexpr std::uint8_t kRecordFormat = 0;
constexpr std::size_t kTextMax = 64 * 1024;
constexpr std::size_t kListMax = 1U << 20;

template <std::size_t N>
std::array<Byte, N> array_of(Decoder& in) {
  std::array<Byte, N> out{};
  const ByteView bytes = in.take(N);
  for (std::size_t i = 0; i < bytes.size(); ++i) out[i] = bytes[i];
  return out;
}

// How many items of at least `least` bytes each can still follow.
std::size_t count_of(Decoder& in, std::size_t least) {
  return in.varint(std::min(kListMax, in.left() / least));
}

void put(Encoder& out, const std::optional<object::Id>& id) {
  out.u8(id ? 1 : 0);
  if (id) out.raw(id->bytes);
}

bool flag(Decoder& in) {
  const std::uint8_t value = in.u8();
  if (value > 1) in.fail();
  return value == 1;
}

std::optional<object::Id> get_id(Decoder& in) {
  if (!flag(in)) return std::nullopt;
  return object::Id{in.hash()};
}

void put(Encoder& out, const LocalBranch& branch) {
  out.sized(std::string_view(branch.name)).u8(branch.id ? 1 : 0);
  if (branch.id) out.raw(branch.id->bytes);
}

LocalBranch get_branch(Decoder& in) {
  LocalBranch branch;
  branch.name = to_string(in.sized(log::kRefNameBytesMax));
  if (flag(in)) branch.id = log::EntryId{in.hash()};
  return branch;
}

std::string get_text(Decoder& in) {
  return to_string(in.sized(kTextMax));
}

// Checks the format byte, runs `fill`, and demands that all was read.
template <class T, class Fill>
Result<T> decoded(ByteView bytes, const Fill& fill) {
  Decoder in(bytes);
  if (in.u8() != kRecordFormat) return fail(Code::damaged, "a local record of another format");
  T record;
  fill(in, record);
  if (!in.done()) return fail(Code::damaged, "a local record that does not decode");
  return record;
}

}  // namespace

Bytes encode(const StoreRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).raw(r.instance).raw(r.repository.bytes).raw(r.device.bytes);
  out.sized(std::string_view(r.label)).sized(std::string_view(r.place));
  return std::move(out).take();
}

Result<StoreRecord> decode_store_record(ByteView bytes) {
  return decoded<StoreRecord>(bytes, [](Decoder& in, StoreRecord& r) {
    r.instance = array_of<16>(in);
    r.repository.bytes = in.hash();
    r.device.bytes = in.hash();
    r.label = get_text(in);
    r.place = get_text(in);
  });
}

Bytes encode(const WorktreeRecord& r) {
  Encoder out;
  out.u8(kRecordFormat);
  put(out, r.branch);
  put(out, r.base);
  return std::move(out).take();
}

Result<WorktreeRecord> decode_worktree_record(ByteView bytes) {
  return decoded<WorktreeRecord>(bytes, [](Decoder& in, WorktreeRecord& r) {
    r.branch = get_branch(in);
    r.base = get_id(in);
  });
}

Bytes encode(const Draft& r) {
  Encoder out;
  out.u8(kRecordFormat).u8(r.tag ? 1 : 0);
  put(out, r.place);
  out.u8(r.target ? static_cast<std::uint8_t>(r.target->kind) : 0);
  if (r.target) out.raw(r.target->id.bytes);
  out.varint(r.rewrites.size());
  for (const log::EntryId& id : r.rewrites) out.raw(id.bytes);
  return std::move(out).take();
}

Result<Draft> decode_draft(ByteView bytes) {
  return decoded<Draft>(bytes, [](Decoder& in, Draft& r) {
    r.tag = flag(in);
    r.place = get_branch(in);
    if (const std::uint8_t kind = in.u8(); kind != 0) {
      const auto known = object::kind_from(kind);
      if (!known) return in.fail();
      r.target = log::Target{*known, object::Id{in.hash()}};
    }
    r.rewrites.resize(count_of(in, 32));
    for (log::EntryId& id : r.rewrites) id.bytes = in.hash();
  });
}

Bytes encode(const PeerRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).raw(r.transport.bytes).u8(r.device ? 1 : 0);
  if (r.device) out.raw(r.device->bytes);
  out.sized(std::string_view(r.label)).varint(r.addresses.size());
  for (const std::string& address : r.addresses) out.sized(std::string_view(address));
  out.zigzag(r.last_met);
  return std::move(out).take();
}

Result<PeerRecord> decode_peer_record(ByteView bytes) {
  return decoded<PeerRecord>(bytes, [](Decoder& in, PeerRecord& r) {
    r.transport.bytes = in.hash();
    if (flag(in)) r.device = log::Device{in.hash()};
    r.label = get_text(in);
    r.addresses.resize(in.varint(kPeerAddressesMax));
    for (std::string& address : r.addresses) address = get_text(in);
    r.last_met = in.zigzag();
  });
}

Bytes encode(const TrafficRecord& r) {
  return Encoder().u8(kRecordFormat).varint(r.taken).varint(r.given).bytes();
}

Result<TrafficRecord> decode_traffic_record(ByteView bytes) {
  return decoded<TrafficRecord>(bytes, [](Decoder& in, TrafficRecord& r) {
    r.taken = in.varint();
    r.given = in.varint();
  });
}

Bytes encode(const ReceiptRecord& r) {
  return Encoder()
      .u8(kRecordFormat)
      .raw(r.device.bytes)
      .raw(r.frontier)
      .raw(r.state)
      .raw(r.signature.bytes)
      .varint(r.own)
      .zigzag(r.when)
      .bytes();
}

Result<ReceiptRecord> decode_receipt_record(ByteView bytes) {
  return decoded<ReceiptRecord>(bytes, [](Decoder& in, ReceiptRecord& r) {
    r.device.bytes = in.hash();
    r.frontier = in.hash();
    r.state = in.hash();
    const ByteView signature = in.take(r.signature.bytes.size());
    std::ranges::copy(signature, r.signature.bytes.begin());
    r.own = in.varint();
    r.when = in.zigzag();
  });
}

Bytes encode(const InvitationRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).raw(r.secret).u8(static_cast<std::uint8_t>(r.right)).u8(r.branch ? 1 : 0);
  if (r.branch) out.raw(r.branch->bytes);
  out.u8(r.used_by ? 1 : 0);
  if (r.used_by) out.raw(r.used_by->bytes);
  return std::move(out).take();
}

Result<InvitationRecord> decode_invitation_record(ByteView bytes) {
  return decoded<InvitationRecord>(bytes, [](Decoder& in, InvitationRecord& r) {
    r.secret = array_of<16>(in);
    const std::uint8_t right = in.u8();
    if (right < 1 || right > 3) return in.fail();
    r.right = static_cast<log::Right>(right);
    if (flag(in)) r.branch = log::EntryId{in.hash()};
    if (flag(in)) r.used_by = log::Device{in.hash()};
  });
}

Bytes encode(const OperationRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).sized(std::string_view(r.what)).zigzag(r.when);
  put(out, r.branch);
  put(out, r.before);
  put(out, r.after);
  put(out, r.base_before);
  return std::move(out).take();
}

Result<OperationRecord> decode_operation_record(ByteView bytes) {
  return decoded<OperationRecord>(bytes, [](Decoder& in, OperationRecord& r) {
    r.what = get_text(in);
    r.when = in.zigzag();
    r.branch = get_branch(in);
    r.before = get_id(in);
    r.after = get_id(in);
    r.base_before = get_id(in);
  });
}

Bytes encode(const FoldRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).varint(r.heads.size());
  for (const object::Id& id : r.heads) out.raw(id.bytes);
  for (const std::uint32_t place : r.seniority) out.varint(place);
  out.raw(r.commit.bytes).varint(r.conflicts.size());
  for (const std::string& path : r.conflicts) out.sized(std::string_view(path));
  return std::move(out).take();
}

Result<FoldRecord> decode_fold_record(ByteView bytes) {
  return decoded<FoldRecord>(bytes, [](Decoder& in, FoldRecord& r) {
    r.heads.resize(count_of(in, 33));
    for (object::Id& id : r.heads) id.bytes = in.hash();
    r.seniority.resize(r.heads.size());
    for (std::uint32_t& place : r.seniority)
      place = static_cast<std::uint32_t>(in.varint(kListMax));
    r.commit.bytes = in.hash();
    r.conflicts.resize(count_of(in, 1));
    for (std::string& path : r.conflicts) path = to_string(in.sized(std::size_t{1} << 20));
  });
}

Bytes encode(const ImportRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).sized(std::string_view(r.source)).varint(r.refs.size());
  for (const ImportRecord::Ref& ref : r.refs) {
    out.u8(ref.tag ? 1 : 0).sized(std::string_view(ref.name));
    out.sized(ByteView(ref.git.bytes).first(ref.git.size));
    out.u8(static_cast<std::uint8_t>(ref.target.kind)).raw(ref.target.id.bytes);
  }
  return std::move(out).take();
}

Result<ImportRecord> decode_import_record(ByteView bytes) {
  // Of a reference: flag, two lengths, SHA-1 id, kind, id.
  constexpr std::size_t kRefBytesMin = 1 + 1 + 1 + 20 + 1 + 32;
  return decoded<ImportRecord>(bytes, [](Decoder& in, ImportRecord& r) {
    r.source = get_text(in);
    r.refs.resize(count_of(in, kRefBytesMin));
    for (ImportRecord::Ref& ref : r.refs) {
      ref.tag = flag(in);
      ref.name = to_string(in.sized(log::kRefNameBytesMax));
      const ByteView git = in.sized(ref.git.bytes.size());
      if (git.size() != 20 && git.size() != 32) return in.fail();
      std::ranges::copy(git, ref.git.bytes.begin());
      ref.git.size = static_cast<std::uint8_t>(git.size());
      const auto kind = object::kind_from(in.u8());
      if (!kind) return in.fail();
      ref.target = {*kind, object::Id{in.hash()}};
    }
  });
}

Bytes encode(const TrackedRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).varint(r.paths.size());
  for (const std::string& path : r.paths) out.sized(std::string_view(path));
  return std::move(out).take();
}

Result<TrackedRecord> decode_tracked_record(ByteView bytes) {
  return decoded<TrackedRecord>(bytes, [](Decoder& in, TrackedRecord& r) {
    r.paths.resize(count_of(in, 1));
    for (std::string& path : r.paths) path = to_string(in.sized(worktree::kIndexPathBytesMax));
    const auto out_of_order = [](const std::string& a, const std::string& b) {
      return !worktree::path_less(a, b);
    };
    if (std::ranges::adjacent_find(r.paths, out_of_order) != r.paths.end()) in.fail();
  });
}

Bytes encode(const GivenUpRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).varint(r.since.size());
  for (const auto& [what, since] : r.since) out.raw(what).zigzag(since);
  return std::move(out).take();
}

Result<GivenUpRecord> decode_given_up_record(ByteView bytes) {
  return decoded<GivenUpRecord>(bytes, [](Decoder& in, GivenUpRecord& r) {
    for (std::size_t left = count_of(in, 33); left > 0 && !in.failed(); --left) {
      const Hash what = in.hash();
      if (!r.since.empty() && what <= r.since.rbegin()->first) return in.fail();
      r.since.emplace_hint(r.since.end(), what, in.zigzag());
    }
  });
}

Bytes encode(const CollectedRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).varint(r.operations);
  return std::move(out).take();
}

Result<CollectedRecord> decode_collected_record(ByteView bytes) {
  return decoded<CollectedRecord>(
      bytes, [](Decoder& in, CollectedRecord& r) { r.operations = in.varint(); });
}

Bytes encode(const AnswerRecord& r) {
  Encoder out;
  out.u8(kRecordFormat).zigzag(r.when).sized(ByteView(r.made));
  return std::move(out).take();
}

Result<AnswerRecord> decode_answer_record(ByteView bytes) {
  return decoded<AnswerRecord>(bytes, [](Decoder& in, AnswerRecord& r) {
    r.when = in.zigzag();
    r.made = to_bytes(in.sized(kAnswerBytesMax));
  });
}

namespace key {

std::string draft(bool tag, const LocalBranch& place) {
  // A branch that exists goes by its id: two of one name are two drafts.
  const std::string which = place.id ? to_hex(*place.id) : "new/" + place.name;
  return std::string(kDrafts) + (tag ? "tag/" + place.name : "branch/" + which);
}
std::string draft(const Draft& d) {
  return draft(d.tag, d.place);
}
std::string follow(std::string_view name) {
  return std::string(kFollows) + std::string(name);
}
std::string peer(const crypto::TransportKey& transport) {
  return std::string(kPeers) + hn::to_hex(transport.bytes);
}
std::string traffic(const crypto::TransportKey& transport) {
  return std::string(kTraffic) + hn::to_hex(transport.bytes);
}
std::string receipt(const log::Device& device) {
  return std::string(kReceipts) + hn::to_hex(device.bytes);
}
std::string invitation(const log::InvitationId& id) {
  return std::string(kInvitations) + hn::to_hex(id.bytes);
}
std::string fold(const LocalBranch& branch) {
  return std::string(kFolds) + (branch.id ? to_hex(*branch.id) : "new/" + branch.name);
}
std::string whole(const log::EntryId& publish) {
  return std::string(kWhole) + to_hex(publish);
}
std::string held(const log::ManifestRoot& manifest) {
  return std::string(kHeld) + object::to_hex(manifest.root);
}
// A path may be longer than a key.
std::string import(std::string_view source) {
  const Hash hash = crypto::hash(crypto::Purpose("hn.import"), as_bytes(source));
  return std::string(kImports) + hn::to_hex(ByteView(hash).first(16));
}

}  // namespace key

}  // namespace hn::repo
