#pragma once

#include "hn/merge/terms.hpp"

// Merges of merges of small values: the pieces of a hunk, the values of a JSON member (hn-merge(7),
// TEXTS, rules 3 to 5).
namespace hn::merge {

// An inner merge as one value: what it comes to, else its simplified terms.
template <class T>
Terms<T> inner_value(const Terms<T>& pieces) {
  if (const auto place = resolved_place(std::span<const T>(pieces))) return {pieces[*place]};
  return simplify(pieces);
}

// The inner merges as values first, then all terms: one if it is resolved, else as many as the
// terms flattened.
template <class T>
Terms<T> resolve_nested(Terms<Terms<T>> nested) {
  Terms<Terms<T>> values;
  for (const auto& inner : nested) values.push_back(inner_value(inner));
  if (const auto chosen = resolved_place(std::span<const Terms<T>>(values))) {
    if (values[*chosen].size() == 1) return values[*chosen];
    // One unresolved inner merge is all that counts: the others are made to cancel, so that every
    // term keeps its place.
    for (std::size_t i = 0; i < nested.size(); ++i) {
      if (i != *chosen) nested[i].assign(nested[i].size(), nested[*chosen].front());
    }
    return flatten(nested);
  }
  for (const std::size_t base : bases_resolved_since(values)) {
    nested[base].assign(nested[base].size(), values[base][1]);
  }
  auto flat = flatten(nested);
  if (const auto place = resolved_place(std::span<const T>(flat))) return {flat[*place]};
  return flat;
}

}  // namespace hn::merge
