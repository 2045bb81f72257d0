// The payloads of hn-log(5), section PAYLOADS.
#include "hn/log/payload.hpp"

#include <algorithm>

#include "hn/base/codec.hpp"

namespace hn::log {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

constexpr std::uint8_t kPlaceBranch = 0;
constexpr std::uint8_t kPlaceNewBranch = 1;
constexpr std::uint8_t kPlaceTag = 2;

constexpr std::uint8_t kHasManifest = 1;
constexpr std::uint8_t kHasSealed = 2;

constexpr std::uint8_t kHasBranch = 1;
constexpr std::uint8_t kHasPath = 2;
constexpr std::uint8_t kHasInvitation = 4;

Device read_device(Decoder& in) noexcept {
  return {in.hash()};
}
EntryId read_entry_id(Decoder& in) noexcept {
  return {in.hash()};
}
std::string read_text(Decoder& in, std::size_t max) {
  return to_string(in.sized(max));
}

void put(Encoder& out, const Cutter& c) {
  out.u32(c.least).u32(c.middle).u32(c.greatest);
}

Cutter read_cutter(Decoder& in) noexcept {
  Cutter c;
  c.least = in.u32();
  c.middle = in.u32();
  c.greatest = in.u32();
  return c;
}

bool ordered(const Cutter& c) noexcept {
  return 0 < c.least && c.least <= c.middle && c.middle <= c.greatest;
}

// The rules that the types do not say already, in one place for both directions.
const char* broken_rule(const Genesis& g) {
  if (!ordered(g.files) || !ordered(g.folders)) return "genesis: cutter constants are not ordered";
  if (!is_ref_name(g.default_branch)) return "genesis: bad name of the default branch";
  if (g.founders.empty() || g.founders.size() > kFoundersMax) return "genesis: number of founders";
  for (std::size_t i = 0; i < g.founders.size(); ++i) {
    if (!is_label(g.founders[i].label)) return "genesis: bad label";
    if (g.recovery == g.founders[i].device) return "genesis: a founder stands twice";
    for (std::size_t j = 0; j < i; ++j)
      if (g.founders[i].device == g.founders[j].device) return "genesis: a founder stands twice";
  }
  return nullptr;
}

bool fits_tag(object::Kind kind) noexcept {
  using object::Kind;
  return kind == Kind::commit || kind == Kind::tag || kind == Kind::tree || kind == Kind::chunk ||
         kind == Kind::list;
}

const char* broken_rule(const ManifestRoot& m) {
  return m.rows == 0 ? "publish: a manifest without rows" : nullptr;
}

auto range_key(const Range& r) {
  return std::tie(r.device, r.last_id);
}

const char* broken_rule(const Publish& p) {
  const bool creates = std::holds_alternative<NewBranch>(p.place);
  const auto* tag = std::get_if<TagName>(&p.place);
  if (creates && !is_ref_name(std::get<NewBranch>(p.place).name)) return "publish: bad branch name";
  if (tag != nullptr && !is_ref_name(tag->name)) return "publish: bad tag name";
  if (creates && (!p.target || !p.rewrites.empty()))
    return "publish: a new branch has a commit and no past";
  if (p.target && tag == nullptr && p.target->kind != object::Kind::commit)
    return "publish: a branch holds commits";
  if (p.target && !fits_tag(p.target->kind)) return "publish: no such kind of target";
  if (!p.target && (p.manifest || p.sealed)) return "publish: a deletion brings no blocks";
  if (p.rewrites.size() > kRangesMax) return "publish: too many ranges";
  for (std::size_t i = 0; i < p.rewrites.size(); ++i) {
    if (p.rewrites[i].first > p.rewrites[i].last) return "publish: an empty range";
    if (i > 0 && !(range_key(p.rewrites[i - 1]) < range_key(p.rewrites[i])))
      return "publish: ranges out of order";
  }
  if (p.manifest && broken_rule(*p.manifest) != nullptr) return broken_rule(*p.manifest);
  if (p.sealed && broken_rule(*p.sealed) != nullptr) return broken_rule(*p.sealed);
  return nullptr;
}

const char* broken_rule(const Grant& g) {
  if (!is_label(g.label)) return "grant: bad label";
  if (g.right < Right::read || g.right > Right::admin) return "grant: no such right";
  if (g.branch && g.right != Right::write) return "grant: only write is limited to a branch";
  if (g.path && (g.path->empty() || g.path->size() > kPathLimitBytesMax ||
                 g.path->find('\0') != std::string::npos))
    return "grant: bad path";
  return nullptr;
}

const char* broken_rule(const Revoke&) {
  return nullptr;
}

const char* broken_rule(const Opaque& o) {
  return o.kind >= kKindGenesis && o.kind <= kKindRevoke ? "payload: a known kind is not opaque"
                                                         : nullptr;
}

void put(Encoder& out, const Genesis& g) {
  out.varint(g.format).varint(g.merge_algorithm);
  put(out, g.files);
  put(out, g.folders);
  out.u8(static_cast<std::uint8_t>(g.visibility)).sized(g.default_branch).varint(g.founders.size());
  for (const Founder& f : g.founders) out.raw(f.device.bytes).sized(f.label);
  out.u8(g.recovery ? 1 : 0);
  if (g.recovery) out.raw(g.recovery->bytes);
  out.raw(g.nonce);
}

void put(Encoder& out, const Place& place) {
  std::visit(Overloaded{
                 [&](const Branch& b) { out.u8(kPlaceBranch).raw(b.created_by.bytes); },
                 [&](const NewBranch& b) { out.u8(kPlaceNewBranch).sized(b.name); },
                 [&](const TagName& t) { out.u8(kPlaceTag).sized(t.name); },
             },
             place);
}

void put(Encoder& out, const ManifestRoot& m) {
  out.raw(m.root.bytes).varint(m.rows).varint(m.bytes);
}

void put(Encoder& out, const Publish& p) {
  put(out, p.place);
  out.u8(p.target ? static_cast<std::uint8_t>(p.target->kind) : std::uint8_t{0});
  if (p.target) out.raw(p.target->id.bytes);
  out.varint(p.rewrites.size());
  for (const Range& r : p.rewrites)
    out.raw(r.device.bytes).varint(r.first).varint(r.last).raw(r.last_id.bytes);
  out.u8(static_cast<std::uint8_t>((p.manifest ? kHasManifest : 0) | (p.sealed ? kHasSealed : 0)));
  if (p.manifest) put(out, *p.manifest);
  if (p.sealed) put(out, *p.sealed);
}

void put(Encoder& out, const Grant& g) {
  out.raw(g.device.bytes).sized(g.label).u8(static_cast<std::uint8_t>(g.right));
  out.u8(static_cast<std::uint8_t>((g.branch ? kHasBranch : 0) | (g.path ? kHasPath : 0) |
                                   (g.invitation ? kHasInvitation : 0)));
  if (g.branch) out.raw(g.branch->bytes);
  if (g.path) out.sized(*g.path);
  if (g.invitation) out.raw(g.invitation->bytes);
}

void put(Encoder& out, const Revoke& r) {
  out.raw(r.device.bytes).u8(r.cut ? 1 : 0);
  if (r.cut) out.varint(r.cut->seq).raw(r.cut->id.bytes);
}

void put(Encoder& out, const Opaque& o) {
  out.raw(o.bytes);
}

std::uint8_t read_at_most(Decoder& in, std::uint8_t max) noexcept {
  const std::uint8_t v = in.u8();
  if (v > max) in.fail();
  return v;
}

// Done, and the rules hold.
template <class T>
Result<Payload> checked(const Decoder& in, T value) {
  if (!in.done()) return fail(Code::invalid, "payload: malformed");
  if (const char* rule = broken_rule(value)) return fail(Code::invalid, rule);
  return Payload(std::move(value));
}

Result<Payload> decode_genesis(Decoder in) {
  Genesis g;
  g.format = static_cast<std::uint32_t>(in.varint(0xffffffff));
  if (!in.failed() && g.format != kFormat)
    return fail(Code::unsupported, "genesis: of another format");
  g.merge_algorithm = static_cast<std::uint32_t>(in.varint(0xffffffff));
  g.files = read_cutter(in);
  g.folders = read_cutter(in);
  g.visibility = static_cast<Visibility>(read_at_most(in, 2));
  g.default_branch = read_text(in, kRefNameBytesMax);
  const std::uint64_t founders = in.varint(kFoundersMax);
  for (std::uint64_t i = 0; i < founders && !in.failed(); ++i) {
    Founder f;
    f.device = read_device(in);
    f.label = read_text(in, kLabelBytesMax);
    g.founders.push_back(std::move(f));
  }
  if (read_at_most(in, 1) == 1) g.recovery = read_device(in);
  const ByteView nonce = in.take(g.nonce.size());
  std::copy(nonce.begin(), nonce.end(), g.nonce.begin());
  return checked(in, std::move(g));
}

Place read_place(Decoder& in) {
  switch (in.u8()) {
    case kPlaceBranch:
      return Branch{read_entry_id(in)};
    case kPlaceNewBranch:
      return NewBranch{read_text(in, kRefNameBytesMax)};
    case kPlaceTag:
      return TagName{read_text(in, kRefNameBytesMax)};
    default:
      in.fail();
      return Branch{};
  }
}

ManifestRoot read_root(Decoder& in) noexcept {
  ManifestRoot m;
  m.root.bytes = in.hash();
  m.rows = in.varint();
  m.bytes = in.varint();
  return m;
}

Range read_range(Decoder& in) noexcept {
  Range r;
  r.device = read_device(in);
  r.first = in.varint();
  r.last = in.varint();
  r.last_id = read_entry_id(in);
  return r;
}

Result<Payload> decode_publish(Decoder in) {
  Publish p;
  p.place = read_place(in);
  if (const std::uint8_t kind = in.u8(); kind != 0)
    p.target = Target{static_cast<object::Kind>(kind), {in.hash()}};
  const std::uint64_t ranges = in.varint(kRangesMax);
  for (std::uint64_t i = 0; i < ranges && !in.failed(); ++i) p.rewrites.push_back(read_range(in));
  const std::uint8_t flags = read_at_most(in, kHasManifest | kHasSealed);
  if ((flags & kHasManifest) != 0) p.manifest = read_root(in);
  if ((flags & kHasSealed) != 0) p.sealed = read_root(in);
  return checked(in, std::move(p));
}

Result<Payload> decode_grant(Decoder in) {
  Grant g;
  g.device = read_device(in);
  g.label = read_text(in, kLabelBytesMax);
  g.right = static_cast<Right>(in.u8());
  const std::uint8_t flags = read_at_most(in, kHasBranch | kHasPath | kHasInvitation);
  if ((flags & kHasBranch) != 0) g.branch = read_entry_id(in);
  if ((flags & kHasPath) != 0) g.path = read_text(in, kPathLimitBytesMax);
  if ((flags & kHasInvitation) != 0) {
    const ByteView id = in.take(16);
    g.invitation.emplace();
    std::copy(id.begin(), id.end(), g.invitation->bytes.begin());
  }
  return checked(in, std::move(g));
}

Result<Payload> decode_revoke(Decoder in) {
  Revoke r;
  r.device = read_device(in);
  if (read_at_most(in, 1) == 1) {
    r.cut.emplace();
    r.cut->seq = in.varint();
    r.cut->id = read_entry_id(in);
  }
  return checked(in, std::move(r));
}

}  // namespace

std::optional<EntryId> entry_id_from_hex(std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != 32) return std::nullopt;
  EntryId id;
  std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id;
}

std::uint8_t kind_of(const Payload& payload) noexcept {
  return std::visit(Overloaded{
                        [](const Genesis&) { return kKindGenesis; },
                        [](const Publish&) { return kKindPublish; },
                        [](const Grant&) { return kKindGrant; },
                        [](const Revoke&) { return kKindRevoke; },
                        [](const Opaque& o) { return o.kind; },
                    },
                    payload);
}

Bytes encode_payload(const Payload& payload) {
  Encoder out;
  std::visit(
      [&](const auto& p) {
        HN_ASSERT(broken_rule(p) == nullptr);
        put(out, p);
      },
      payload);
  return std::move(out).take();
}

Result<Payload> decode_payload(std::uint8_t kind, ByteView bytes) {
  switch (kind) {
    case kKindGenesis:
      return decode_genesis(Decoder(bytes));
    case kKindPublish:
      return decode_publish(Decoder(bytes));
    case kKindGrant:
      return decode_grant(Decoder(bytes));
    case kKindRevoke:
      return decode_revoke(Decoder(bytes));
    default:
      return Payload(Opaque{kind, to_bytes(bytes)});
  }
}

std::vector<EntryId> named_by(const Payload& payload) {
  std::vector<EntryId> out;
  if (const auto* p = std::get_if<Publish>(&payload)) {
    if (const auto* b = std::get_if<Branch>(&p->place)) out.push_back(b->created_by);
    for (const Range& r : p->rewrites) out.push_back(r.last_id);
  } else if (const auto* g = std::get_if<Grant>(&payload)) {
    if (g->branch) out.push_back(*g->branch);
  } else if (const auto* r = std::get_if<Revoke>(&payload)) {
    if (r->cut) out.push_back(r->cut->id);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace hn::log
