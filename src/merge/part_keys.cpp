#include "merge/part_keys.hpp"

#include "hn/crypto/hash.hpp"
#include "hn/merge/fold.hpp"

namespace hn::merge {
namespace {

constexpr crypto::Purpose kPurpose("hn.merge.part");

}  // namespace

void put_terms(Encoder& out, const Terms<PathValue>& terms) {
  out.varint(terms.size());
  for (const PathValue& term : terms) {
    out.u8(term ? static_cast<std::uint8_t>(term->mode) : 0);
    if (term) out.u8(term->size).raw(term->bytes);
  }
}

Hash key_of_file(const Terms<Terms<PathValue>>& nested, std::optional<Policy> policy) {
  Encoder out;
  out.u8(0).varint(kAlgorithm).u8(policy ? static_cast<std::uint8_t>(*policy) + 1 : 0);
  out.varint(nested.size());
  for (const auto& inner : nested) put_terms(out, inner);
  return crypto::hash(kPurpose, out.bytes());
}

Hash key_of_folders(const Terms<PathValue>& folders, std::size_t depth, ByteView surroundings) {
  Encoder out;
  // An attribute file says more to who knows more policies.
  out.u8(1).varint(kAlgorithm).varint(kPolicyCount).varint(depth).sized(surroundings);
  put_terms(out, folders);
  return crypto::hash(kPurpose, out.bytes());
}

Hash key_of_changes(const std::optional<object::Id>& base,
                    const std::optional<object::Id>& folder) {
  Encoder out;
  out.u8(2);
  for (const auto& id : {base, folder}) {
    out.u8(id ? 1 : 0);
    if (id) out.raw(id->bytes);
  }
  return crypto::hash(kPurpose, out.bytes());
}

}  // namespace hn::merge
