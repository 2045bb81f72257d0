#pragma once

#include "hn/log/entry.hpp"

// Log order (hn-log(5), LOG ORDER): a strict total order of entries that extends causal order and
// is the same everywhere. No clock takes part; the tie-break covers nothing that an author can
// choose entry by entry.
namespace hn::log {

struct OrderKey {
  std::uint64_t depth = 0;
  Hash tie{};  // BLAKE2b-256("hn.tie", repository ‖ depth ‖ device)
  Device device;
  std::uint64_t seq = 0;
  EntryId id;
  friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

Hash tie_of(const EntryId& repository, std::uint64_t depth, const Device& device) noexcept;
OrderKey order_key(const SignedEntry& entry) noexcept;

}  // namespace hn::log
