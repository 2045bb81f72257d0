#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hn::worktree {

// What to store a file as a difference from that has no older version: one shortly before it in its
// folder whose name ends alike. Of the Linux tree that saves a twelfth.

// The whole name where there is no dot in it, as with Makefile.
inline std::string_view ending_of(std::string_view name) noexcept {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot);
}

// The nearest place before `at` whose name ends as that at `at`. `name_of` a place gives its name,
// or an empty one for what is no file, and is asked for few.
template <class NameOf>
std::optional<std::size_t> sibling_before(std::size_t at, const NameOf& name_of) {
  constexpr std::size_t kFarMax = 16;
  const std::string_view ending = ending_of(name_of(at));
  for (std::size_t back = 1; back <= kFarMax && back <= at; ++back) {
    const std::string_view name = name_of(at - back);
    if (!name.empty() && ending_of(name) == ending) return at - back;
  }
  return std::nullopt;
}

// New files in runs, each a difference from the first of its run, and that from the one before it.
// A difference from the file before would be little less, but a chain costs who reads its end, and
// where it is at its limit the next versions of the file are worse off.
class SiblingRuns {
 public:
  // The file that the one at `at`, of `count`, is a difference from, given its sibling; nothing
  // where it begins a chain.
  std::optional<std::size_t> first_of(std::size_t at, std::size_t sibling, std::size_t count) {
    if (places_.empty()) places_.resize(count);
    const Place before = places_[sibling];
    if (before.depth > 0 && before.in_run < kRunMax) {
      places_[at] = {before.first, before.in_run + 1, before.depth};
    } else if (before.depth < kDepthMax) {
      places_[at] = {static_cast<std::uint32_t>(sibling), 1, before.depth + 1};
    } else {
      return std::nullopt;
    }
    return places_[at].first;
  }

 private:
  static constexpr std::uint32_t kRunMax = 2;
  static constexpr std::uint32_t kDepthMax = 8;
  struct Place {
    std::uint32_t first = 0;
    std::uint32_t in_run = 0;  // of those told from `first`, which one
    std::uint32_t depth = 0;   // 0 where nothing was told
  };
  std::vector<Place> places_;
};

}  // namespace hn::worktree
