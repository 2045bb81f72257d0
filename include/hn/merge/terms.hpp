#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "hn/base/assert.hpp"

// The algebra of merges (hn-merge(7), TERMS): a merge is an odd list of terms, added at even
// places and taken away at odd ones: side - base + side - base + side. One term is a resolved
// value. The idea of conflicts as such lists is Jujutsu's (jj, lib/src/merge.rs). The order of the
// terms is part of the value: it is never sorted, so that equal inputs give equal conflicts.
namespace hn::merge {

template <class T>
using Terms = std::vector<T>;

// For each term the number of the first term that equals it: comparing is done once.
template <class T>
std::vector<std::uint32_t> classes_of(std::span<const T> terms) {
  // Of many terms most are equal: a few differ, and the rest is as the base.
  constexpr std::size_t kFew = 8;
  std::vector<std::uint32_t> firsts;
  std::vector<std::uint32_t> found;
  found.reserve(terms.size());
  for (std::uint32_t i = 0; i < terms.size() && firsts.size() <= kFew; ++i) {
    const auto same =
        std::ranges::find_if(firsts, [&](std::uint32_t first) { return terms[first] == terms[i]; });
    found.push_back(same == firsts.end() ? i : *same);
    if (found.back() == i) firsts.push_back(i);
  }
  if (firsts.size() <= kFew) return found;

  std::vector<std::uint32_t> order(terms.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return terms[a] < terms[b]; });
  std::vector<std::uint32_t> classes(terms.size());
  std::uint32_t first = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || terms[first] < terms[order[i]]) first = order[i];
    classes[order[i]] = first;
  }
  return classes;
}

// An (even) place of the value that the merge comes to by counting alone: each value counts +1
// where it is added and -1 where it is taken away, and exactly one value is left with a positive
// count. That covers "only one side changed" and "all that changed made the same change".
template <class T>
std::optional<std::size_t> resolved_place(std::span<const T> terms) {
  HN_ASSERT(terms.size() % 2 == 1);
  if (terms.size() == 1) return 0;
  const auto classes = classes_of(terms);
  std::vector<std::int64_t> counts(terms.size(), 0);
  for (std::size_t i = 0; i < terms.size(); ++i) counts[classes[i]] += i % 2 == 0 ? 1 : -1;
  std::optional<std::size_t> only;
  for (std::size_t i = 0; i < terms.size(); i += 2) {
    if (counts[classes[i]] <= 0 || (only && classes[*only] == classes[i])) continue;
    if (only) return std::nullopt;
    only = i;
  }
  return only;
}

// The places that stay when equal added and removed terms cancel, of those that cancels(term) lets.
// From the first added term on: if a removed term equals it, the first such removed term and the
// added one after it go, and that added one (if it is another) takes the cancelled term's place.
template <class T, class Cancels>
std::vector<std::size_t> simplified_places(std::span<const T> terms, const Cancels& cancels) {
  HN_ASSERT(terms.size() % 2 == 1);
  const auto classes = classes_of(terms);
  std::vector<std::size_t> places(terms.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  for (std::size_t add = 0; add < places.size();) {
    std::size_t remove = cancels(terms[places[add]]) ? 1 : places.size();
    while (remove < places.size() && classes[places[remove]] != classes[places[add]]) remove += 2;
    if (remove >= places.size()) {
      add += 2;
      continue;
    }
    std::swap(places[remove + 1], places[add]);
    const auto at = places.begin() + static_cast<std::ptrdiff_t>(remove);
    places.erase(at, at + 2);
  }
  return places;
}

template <class T>
std::vector<std::size_t> simplified_places(std::span<const T> terms) {
  return simplified_places(terms, [](const T&) { return true; });
}

template <class T, class Cancels>
Terms<T> simplify(const Terms<T>& terms, const Cancels& cancels) {
  Terms<T> out;
  for (const auto place : simplified_places(std::span<const T>(terms), cancels))
    out.push_back(terms[place]);
  return out;
}
template <class T>
Terms<T> simplify(const Terms<T>& terms) {
  return simplify(terms, [](const T&) { return true; });
}

// The places that stay without the sides that are as their base: the one before them, for the first
// the one after it.
template <class T>
std::vector<std::size_t> busy_places(const Terms<T>& terms) {
  HN_ASSERT(terms.size() % 2 == 1);
  std::vector<std::size_t> out{0};
  for (std::size_t base = 1; base < terms.size(); base += 2) {
    if (terms[base] == terms[base + 1]) continue;
    out.push_back(base);
    out.push_back(base + 1);
  }
  while (out.size() > 1 && terms[out[0]] == terms[out[1]]) out.erase(out.begin(), out.begin() + 2);
  return out;
}

template <class T>
Terms<T> without_idle(const Terms<T>& terms) {
  Terms<T> out;
  for (const auto place : busy_places(terms)) out.push_back(terms[place]);
  return out;
}

// A merge of merges as one: added ones stand as they are, a removed r0 - r1 + r2 - r3 + r4 becomes
// - r2 + r1 - r4 + r3 - r0, so that each pair of neighbours (a change) stays together.
template <class T>
Terms<T> flatten(const Terms<Terms<T>>& nested) {
  HN_ASSERT(nested.size() % 2 == 1);
  Terms<T> out;
  for (std::size_t i = 0; i < nested.size(); ++i) {
    const auto& inner = nested[i];
    HN_ASSERT(inner.size() % 2 == 1);
    if (i % 2 == 0) {
      out.insert(out.end(), inner.begin(), inner.end());
      continue;
    }
    for (std::size_t j = 1; j < inner.size(); j += 2) {
      out.push_back(inner[j + 1]);
      out.push_back(inner[j]);
    }
    out.push_back(inner[0]);
  }
  return out;
}

// The terms of a merge by sign, each sorted: conflicts have up to thousands of terms, which other
// people wrote, so one is looked for in another in one pass.
template <class T>
class SignedTerms {
 public:
  SignedTerms() = default;
  explicit SignedTerms(const Terms<T>& terms) {
    for (std::size_t i = 0; i < terms.size(); ++i) add(terms[i], i % 2 == 0);
    sort();
  }

  // sort() comes behind the last one.
  void add(const T& term, bool is_side) { (is_side ? sides_ : bases_).push_back(term); }
  void sort() {
    std::sort(sides_.begin(), sides_.end());
    std::sort(bases_.begin(), bases_.end());
  }

  // Takes out `part` if all of it is here, each term on its sign and as often. Whether it was.
  bool take_out(const SignedTerms& part) {
    if (!has(sides_, part.sides_) || !has(bases_, part.bases_)) return false;
    sides_ = without(sides_, part.sides_);
    bases_ = without(bases_, part.bases_);
    return true;
  }

 private:
  static bool has(const std::vector<T>& all, const std::vector<T>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
  }
  static std::vector<T> without(const std::vector<T>& from, const std::vector<T>& what) {
    std::vector<T> out;
    std::set_difference(from.begin(), from.end(), what.begin(), what.end(),
                        std::back_inserter(out));
    return out;
  }

  std::vector<T> sides_;
  std::vector<T> bases_;
};

// Of a merge of merges: which removed ones were not resolved and are not part of what is added and
// was not either: another merge of several terms, or all those of a single one together. Flattened,
// such a base would undo what was made of it: of two who resolved L - b + R, one to L and one to R,
// L - (L - b + R) + R is b.
template <class T>
std::vector<std::size_t> bases_resolved_since(const Terms<Terms<T>>& nested) {
  std::vector<SignedTerms<T>> added;
  for (std::size_t i = 0; i < nested.size(); i += 2) {
    if (nested[i].size() > 1) added.emplace_back(nested[i]);
  }
  SignedTerms<T> single;
  for (std::size_t i = 0; i < nested.size(); ++i) {
    if (nested[i].size() == 1) single.add(nested[i].front(), i % 2 == 0);
  }
  single.sort();
  std::vector<std::size_t> out;
  for (std::size_t i = 1; i < nested.size(); i += 2) {
    if (nested[i].size() == 1) continue;
    const SignedTerms<T> base(nested[i]);
    const bool taken =
        std::ranges::any_of(added, [&](SignedTerms<T>& whole) { return whole.take_out(base); });
    if (!taken && !single.take_out(base)) out.push_back(i);
  }
  return out;
}

}  // namespace hn::merge
