// Conflicts: hn-objects(5), section CONFLICTS.
#include "hn/object/conflict.hpp"

#include <algorithm>

#include "object/value_codec.hpp"

namespace hn::object {
namespace {

constexpr Byte kOfTerms = 0;
constexpr Byte kOfParents = 1;
constexpr Byte kNothing = 0;  // in place of a mode

// An added term that equals a removed one should have been cancelled against it; nothing only where
// nothing else is removed.
bool is_simplified(const std::vector<std::optional<Value>>& terms) {
  std::vector<std::optional<Value>> added;
  std::vector<std::optional<Value>> removed;
  for (std::size_t i = 0; i < terms.size(); ++i) (i % 2 == 0 ? added : removed).push_back(terms[i]);
  std::ranges::sort(removed);
  const bool nothing_stays = removed.back().has_value();
  return std::ranges::none_of(added, [&](const auto& t) {
    return (t || !nothing_stays) && std::ranges::binary_search(removed, t);
  });
}

const char* fault_of(const Conflict& conflict) {
  const auto& terms = conflict.terms;
  if (terms.size() < 3 || terms.size() % 2 == 0)
    return "a conflict's terms are not odd in number, or fewer than three";
  if (terms.size() > kConflictTermsMax) return "a conflict has too many terms";
  for (const auto& term : terms) {
    if (!term) continue;
    if (!is_value(*term)) return "a conflict's term is no value";
    if (term->mode == Mode::conflict) return "a conflict's term is a conflict";
  }
  return is_simplified(terms) ? nullptr : "a conflict is not simplified";
}

}  // namespace

bool is_conflict(const Conflict& conflict) noexcept {
  return conflict.terms.empty() || fault_of(conflict) == nullptr;
}

Bytes encode_conflict(const Conflict& conflict) {
  Encoder out;
  out.u8(0);
  if (conflict.terms.empty()) return std::move(out.u8(kOfParents)).take();
  HN_ASSERT(is_conflict(conflict));
  out.u8(kOfTerms).varint(conflict.terms.size());
  for (const auto& term : conflict.terms) {
    if (term) {
      put_value(out, *term);
    } else {
      out.u8(kNothing);
    }
  }
  return std::move(out).take();
}

Result<Conflict> decode_conflict(ByteView bytes) noexcept {
  if (bytes.size() > kBlockBytesMax) return fail(Code::invalid, "the block is too long");
  Decoder in(bytes);
  if (in.u8() != 0) return fail(Code::unsupported, "unknown format of a conflict");
  Conflict conflict;
  const Byte shape = in.u8();
  if (shape == kOfParents && in.done()) return conflict;
  if (shape != kOfTerms) return fail(Code::invalid, "a conflict has an unknown shape");
  const std::uint64_t count = in.varint(kConflictTermsMax);
  if (in.failed() || count > in.left())
    return fail(Code::invalid, "a conflict's term count is out of range");
  conflict.terms.resize(count);
  for (auto& term : conflict.terms) {
    const Byte mode = in.u8();
    if (mode != kNothing) term = get_value(in, mode);
  }
  if (!in.done()) return fail(Code::invalid, "a conflict is not well formed");
  if (const char* fault = fault_of(conflict)) return fail(Code::invalid, fault);
  return conflict;
}

Result<Conflict> read_conflict(const BlockReader& reader, const Id& id) {
  HN_TRY(const Bytes bytes, reader.read(id, Kind::conflict));
  auto conflict = decode_conflict(bytes);
  if (!conflict) return fail(conflict.error().code, conflict.error().rule, id.bytes);
  return conflict;
}

}  // namespace hn::object
