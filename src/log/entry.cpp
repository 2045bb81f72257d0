// Entries as hn-log(5) lays them out.
#include "hn/log/entry.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"
#include "hn/crypto/hash.hpp"

namespace hn::log {
namespace {

constexpr std::string_view kSignaturePurpose = "hn.entry.v0";
constexpr std::size_t kSignatureBytes = 64;

bool ascending(std::span<const EntryId> ids) noexcept {
  return std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()) == ids.end();
}

// The rules on an entry that need no other entry.
const char* broken_rule(const Entry& e) noexcept {
  const bool genesis = std::holds_alternative<Genesis>(e.payload);
  if (e.repository.is_zero() != genesis) return "entry: only a genesis has no repository";
  if (genesis && (e.seq != 0 || !e.seen.empty() || e.depth != 1))
    return "entry: a genesis has no past";
  if (e.prev.is_zero() != (e.seq == 0))
    return "entry: the first has no predecessor, others have one";
  if (e.depth == 0) return "entry: depth counts from one";
  if (e.seen.size() > kSeenMax) return "entry: sees too many";
  if (!ascending(e.seen)) return "entry: seen out of order";
  if (genesis && std::get<Genesis>(e.payload).founders.front().device != e.device)
    return "entry: a genesis is signed by its first founder";
  return nullptr;
}

EntryId id_of_bytes(ByteView canonical) noexcept {
  return {crypto::hash(crypto::Purpose("hn.entry"), canonical)};
}

}  // namespace

Bytes encode_entry(const Entry& e) {
  HN_ASSERT(broken_rule(e) == nullptr);
  Encoder out;
  out.u8(kFormat).raw(e.repository.bytes).raw(e.device.bytes).varint(e.seq);
  if (e.seq > 0) out.raw(e.prev.bytes);
  out.varint(e.seen.size());
  for (const EntryId& id : e.seen) out.raw(id.bytes);
  out.varint(e.depth).u8(kind_of(e.payload)).sized(encode_payload(e.payload));
  return std::move(out).take();
}

EntryId id_of(const Entry& entry) {
  return id_of_bytes(encode_entry(entry));
}

EntryId repository_of(const SignedEntry& entry) noexcept {
  return entry.entry.repository.is_zero() ? entry.id : entry.entry.repository;
}

Result<SignedEntry> sign(Entry entry, const crypto::SigningKey& key) {
  HN_ASSERT(entry.device == key.public_key());
  const Bytes bytes = encode_entry(entry);
  if (bytes.size() + kSignatureBytes > kEntryBytesMax)
    return fail(Code::refused, "entry: too long");
  SignedEntry out;
  out.entry = std::move(entry);
  out.id = id_of_bytes(bytes);
  out.signature = key.sign(kSignaturePurpose, out.id.bytes);
  return out;
}

SignedEntry unsigned_entry(Entry entry) {
  SignedEntry out;
  out.id = id_of(entry);
  out.entry = std::move(entry);
  return out;
}

Bytes encode_signed(const SignedEntry& entry) {
  Bytes out = encode_entry(entry.entry);
  out.insert(out.end(), entry.signature.bytes.begin(), entry.signature.bytes.end());
  return out;
}

Result<SignedEntry> decode_signed(ByteView bytes) {
  if (bytes.size() > kEntryBytesMax) return fail(Code::invalid, "entry: too long");
  if (bytes.size() < kSignatureBytes) return fail(Code::invalid, "entry: too short");
  const ByteView canonical = bytes.first(bytes.size() - kSignatureBytes);
  Decoder in(canonical);
  if (in.u8() != kFormat) return fail(Code::unsupported, "entry: of another format");
  SignedEntry out;
  Entry& e = out.entry;
  e.repository.bytes = in.hash();
  e.device.bytes = in.hash();
  e.seq = in.varint();
  if (e.seq > 0) e.prev.bytes = in.hash();
  const std::uint64_t seen = in.varint(kSeenMax);
  for (std::uint64_t i = 0; i < seen && !in.failed(); ++i) e.seen.push_back({in.hash()});
  e.depth = in.varint();
  const std::uint8_t kind = in.u8();
  const ByteView payload = in.sized(kEntryBytesMax);
  if (!in.done()) return fail(Code::invalid, "entry: malformed");
  HN_TRY(e.payload, decode_payload(kind, payload));
  if (const char* rule = broken_rule(e)) return fail(Code::invalid, rule);
  out.id = id_of_bytes(canonical);
  std::copy(bytes.end() - kSignatureBytes, bytes.end(), out.signature.bytes.begin());
  return out;
}

bool verify(const SignedEntry& entry) noexcept {
  return crypto::verify(entry.entry.device, kSignaturePurpose, entry.id.bytes, entry.signature);
}

}  // namespace hn::log
