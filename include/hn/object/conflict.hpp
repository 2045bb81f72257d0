#pragma once

#include "hn/object/tree.hpp"

namespace hn::object {

// The terms of an unresolved merge as a value (hn-objects(5), CONFLICTS): an odd number of terms,
// added at even places and taken away at odd ones (side, base, side, base, side ...), each a value
// or nothing (the path was not there). Simplified: no added term equals a removed one. Terms are
// never conflicts themselves: nested ones are flattened before they are written.
struct Conflict {
  std::vector<std::optional<Value>> terms;
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

inline constexpr std::size_t kConflictTermsMax = 4096;

// The rules above, which encode_conflict asserts.
bool is_conflict(const Conflict& conflict) noexcept;
Bytes encode_conflict(const Conflict& conflict);
Result<Conflict> decode_conflict(ByteView bytes) noexcept;
Result<Conflict> read_conflict(const BlockReader& reader, const Id& id);

}  // namespace hn::object
