#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hn/crypto/sign.hpp"
#include "hn/object/block.hpp"

// What an entry says (hn-log(5), PAYLOADS). Values only: what they mean for a repository is decided
// by view.hpp, from the whole set of entries.
namespace hn::log {

using Device = crypto::PublicKey;

// The id of an entry: BLAKE2b-256 of its canonical bytes without the signature. The id of the
// genesis entry is the id of the repository.
struct EntryId {
  Hash bytes{};
  bool is_zero() const noexcept { return *this == EntryId{}; }
  friend auto operator<=>(const EntryId&, const EntryId&) = default;
};

inline std::string to_hex(const EntryId& id) {
  return hn::to_hex(id.bytes);
}
std::optional<EntryId> entry_id_from_hex(std::string_view hex);

enum class Visibility : std::uint8_t {
  open = 0,
  members = 1,
  sealed = 2
};  // "public", "members", "sealed"
enum class Right : std::uint8_t { read = 1, write = 2, admin = 3 };

std::string_view name_of(Visibility visibility) noexcept;
std::string_view name_of(Right right) noexcept;

// The name of a device for people, as in fix@anna: 1 to 64 bytes of UTF-8 without control
// characters, white space, '@', '/', and without '-' in front.
inline constexpr std::size_t kLabelBytesMax = 64;
bool is_label(std::string_view text) noexcept;

// The name of a branch or tag: what git takes as a reference without its "refs/heads/" in front;
// 1 to 1024 bytes, which need not be UTF-8.
inline constexpr std::size_t kRefNameBytesMax = 1024;
bool is_ref_name(std::string_view text) noexcept;

struct Founder {
  Device device;
  std::string label;
  friend bool operator==(const Founder&, const Founder&) = default;
};

// The constants of the two cutters: a part of the format, so that every device cuts alike.
struct Cutter {
  std::uint32_t least = 0;
  std::uint32_t middle = 0;
  std::uint32_t greatest = 0;
  friend bool operator==(const Cutter&, const Cutter&) = default;
};

// Of repositories: the frozen rules of hn-log(5) and hn-objects(5). 0 was before the freeze and is
// not read.
inline constexpr std::uint32_t kFormat = 1;
inline constexpr std::size_t kFoundersMax = 64;

// The first entry of a repository, signed by the first founder. Founders rank in this order; the
// recovery founder, whose key is kept offline, ranks before all of them.
struct Genesis {
  std::uint32_t format = kFormat;
  std::uint32_t merge_algorithm = 0;
  Cutter files;    // bytes
  Cutter folders;  // bytes of a node
  Visibility visibility = Visibility::members;
  std::string default_branch;
  std::vector<Founder> founders;
  std::optional<Device> recovery;
  std::array<Byte, 16> nonce{};
  friend bool operator==(const Genesis&, const Genesis&) = default;
};

// A branch is the entry that created it: the genesis for the default one, else a publish that says
// NewBranch. A tag is its name.
struct Branch {
  EntryId created_by;
  friend auto operator<=>(const Branch&, const Branch&) = default;
};
struct NewBranch {
  std::string name;
  friend bool operator==(const NewBranch&, const NewBranch&) = default;
};
struct TagName {
  std::string name;
  friend auto operator<=>(const TagName&, const TagName&) = default;
};
using Place = std::variant<Branch, NewBranch, TagName>;

// What a branch or tag gets. On a branch always a commit; on a tag a commit, a tag, a tree or a
// chunk or list (a file).
struct Target {
  object::Kind kind = object::Kind::commit;
  object::Id id;
  friend bool operator==(const Target&, const Target&) = default;
};

// Publishes of one device on the same branch or tag: those with first <= seq <= last on the chain
// that ends in `last_id`, which counts as causal past.
struct Range {
  Device device;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  EntryId last_id;
  friend bool operator==(const Range&, const Range&) = default;
};
inline constexpr std::size_t kRangesMax = 512;

// The root of a manifest (manifest.hpp) with its totals. No rows: no root.
struct ManifestRoot {
  object::Id root;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const ManifestRoot&, const ManifestRoot&) = default;
};

struct Publish {
  Place place;
  std::optional<Target>
      target;  // nothing: a deletion, which rewrites every live publish it has seen
  std::vector<Range> rewrites;  // sorted by (device, last_id), each once
  std::optional<ManifestRoot> manifest;
  std::optional<ManifestRoot> sealed;  // reserved: sealed repositories only
  friend bool operator==(const Publish&, const Publish&) = default;
};

inline constexpr std::size_t kPathLimitBytesMax = 4096;

// The public name of an invitation: a hash of its secret (link.hpp).
struct InvitationId {
  std::array<Byte, 16> bytes{};
  friend auto operator<=>(const InvitationId&, const InvitationId&) = default;
};

struct Grant {
  Device device;
  std::string label;
  Right right = Right::read;
  std::optional<EntryId> branch;           // write on this branch alone; never with admin
  std::optional<std::string> path;         // reserved: such a grant is kept and grants nothing
  std::optional<InvitationId> invitation;  // the one it redeems
  friend bool operator==(const Grant&, const Grant&) = default;
};

// The last accepted entry of the device that is cut.
struct Cut {
  std::uint64_t seq = 0;
  EntryId id;
  friend bool operator==(const Cut&, const Cut&) = default;
};

struct Revoke {
  Device device;
  std::optional<Cut> cut;  // nothing: none of its entries
  friend bool operator==(const Revoke&, const Revoke&) = default;
};

// A payload of a kind that this version gives no meaning (key epoch and checkpoint too): kept and
// relayed byte for byte.
struct Opaque {
  std::uint8_t kind = 0;
  Bytes bytes;
  friend bool operator==(const Opaque&, const Opaque&) = default;
};

using Payload = std::variant<Genesis, Publish, Grant, Revoke, Opaque>;

inline constexpr std::uint8_t kKindGenesis = 1;
inline constexpr std::uint8_t kKindPublish = 2;
inline constexpr std::uint8_t kKindGrant = 3;
inline constexpr std::uint8_t kKindRevoke = 4;
inline constexpr std::uint8_t kKindEpoch = 5;       // reserved
inline constexpr std::uint8_t kKindCheckpoint = 6;  // reserved

std::uint8_t kind_of(const Payload& payload) noexcept;

// The bytes behind the kind and length. The payload must keep the rules of hn-log(5) (asserted).
Bytes encode_payload(const Payload& payload);
// Total. An unknown kind gives Opaque; a known kind that breaks a rule Code::invalid; a genesis of
// a later format Code::unsupported.
Result<Payload> decode_payload(std::uint8_t kind, ByteView bytes);

// The entries that a payload names, which count as causal past: ascending, each once.
std::vector<EntryId> named_by(const Payload& payload);

}  // namespace hn::log

template <>
struct std::hash<hn::log::EntryId> {
  std::size_t operator()(const hn::log::EntryId& id) const noexcept {
    std::size_t h = 0;
    std::memcpy(&h, id.bytes.data(), sizeof h);
    return h;
  }
};
