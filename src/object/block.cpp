// The kinds and ids of hn-objects(5), sections BLOCKS and PERSONALISATION.
#include "hn/object/block.hpp"

#include <algorithm>

#include "hn/crypto/hash.hpp"

namespace hn::object {
namespace {

constexpr crypto::Purpose kPurposes[] = {
    crypto::Purpose{"hn.chunk"},    crypto::Purpose{"hn.list"},     crypto::Purpose{"hn.tree"},
    crypto::Purpose{"hn.conflict"}, crypto::Purpose{"hn.commit"},   crypto::Purpose{"hn.tag"},
    crypto::Purpose{"hn.raw"},      crypto::Purpose{"hn.manifest"},
};

}  // namespace

std::optional<Kind> kind_from(std::uint8_t byte) noexcept {
  if (byte < 1 || byte > 8) return std::nullopt;
  return static_cast<Kind>(byte);
}

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::chunk:
      return "chunk";
    case Kind::list:
      return "list";
    case Kind::tree:
      return "tree";
    case Kind::conflict:
      return "conflict";
    case Kind::commit:
      return "commit";
    case Kind::tag:
      return "tag";
    case Kind::raw:
      return "raw";
    case Kind::manifest:
      return "manifest";
  }
  return "unknown";
}

Id id_of(Kind kind, ByteView bytes) noexcept {
  return {crypto::hash(kPurposes[static_cast<std::size_t>(kind) - 1], bytes)};
}

std::vector<Id> ids_of(std::span<const BlockView> blocks) {
  std::vector<crypto::HashInput> inputs;
  inputs.reserve(blocks.size());
  for (const BlockView& block : blocks)
    inputs.push_back({&kPurposes[static_cast<std::size_t>(block.kind) - 1], block.bytes});
  std::vector<Id> out;
  out.reserve(blocks.size());
  for (const Hash& hash : crypto::hash_many(inputs)) out.push_back({hash});
  return out;
}

std::optional<Id> id_from_hex(std::string_view hex) {
  const auto bytes = from_hex(hex);
  Id id;
  if (!bytes || bytes->size() != id.bytes.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id;
}

Result<Bytes> BlockReader::read(const Id& id, Kind kind) const {
  HN_TRY(Block block, read(id));
  if (block.kind != kind) return fail(Code::invalid, "the block is of another kind", id.bytes);
  return std::move(block.bytes);
}

}  // namespace hn::object
