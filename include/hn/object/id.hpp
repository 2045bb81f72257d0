#pragma once

#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "hn/base/bytes.hpp"
#include "hn/base/text.hpp"

namespace hn::object {

// The name of a block: BLAKE2b-256 of its canonical plaintext bytes, its kind as personalisation.
struct Id {
  Hash bytes{};
  friend auto operator<=>(const Id&, const Id&) = default;
};

// What packs, manifests and the wire call a block. In a public or members repository it equals the
// id; in a sealed one it is the digest of the sealed bytes.
struct Address {
  Hash bytes{};
  friend auto operator<=>(const Address&, const Address&) = default;
};

// The one conversion between the two, of repositories that are not sealed.
inline Address address_of(const Id& id) noexcept {
  return {id.bytes};
}
inline Id id_at(const Address& address) noexcept {
  return {address.bytes};
}

inline std::string to_hex(const Id& id) {
  return hn::to_hex(id.bytes);
}
inline std::string to_hex(const Address& address) {
  return hn::to_hex(address.bytes);
}
std::optional<Id> id_from_hex(std::string_view hex);

}  // namespace hn::object

// Ids are uniform already; for look-up tables only, never for anything that is iterated.
template <>
struct std::hash<hn::object::Id> {
  std::size_t operator()(const hn::object::Id& id) const noexcept {
    std::size_t h = 0;
    std::memcpy(&h, id.bytes.data(), sizeof h);
    return h;
  }
};
template <>
struct std::hash<hn::object::Address> {
  std::size_t operator()(const hn::object::Address& a) const noexcept {
    std::size_t h = 0;
    std::memcpy(&h, a.bytes.data(), sizeof h);
    return h;
  }
};
