#include "hn/git/refs.hpp"

#include <algorithm>

#include "hn/log/payload.hpp"

namespace hn::git {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::string_view kRefs = "refs/";

// One element of a pattern that stands for one byte, and what is left of the pattern behind it.
struct Element {
  bool matches = false;
  std::string_view rest;
};

// "[...]" behind the bracket. Without an end it is a bracket like any byte.
std::optional<Element> match_set(std::string_view set, unsigned char byte) noexcept {
  const bool negated = set.starts_with('!') || set.starts_with('^');
  std::size_t at = negated ? 1 : 0;
  bool found = false;
  for (bool first = true; at < set.size() && (first || set[at] != ']'); first = false) {
    const auto low = static_cast<unsigned char>(set[at]);
    auto high = low;
    if (at + 2 < set.size() && set[at + 1] == '-' && set[at + 2] != ']') {
      high = static_cast<unsigned char>(set[at + 2]);
      at += 2;
    }
    found = found || (low <= byte && byte <= high);
    ++at;
  }
  if (at >= set.size()) return std::nullopt;
  return Element{found != negated, set.substr(at + 1)};
}

Element match_one(std::string_view pattern, char byte) noexcept {
  if (pattern.front() == '?') return {true, pattern.substr(1)};
  if (pattern.front() == '[') {
    if (const auto set = match_set(pattern.substr(1), static_cast<unsigned char>(byte)))
      return *set;
  }
  if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  return {pattern.front() == byte, pattern.substr(1)};
}

// Only the last star is ever tried again: what an earlier one took, a later one can take too.
bool matches_whole(std::string_view pattern, std::string_view text) noexcept {
  std::optional<std::string_view> behind_star;
  std::string_view star_text;
  for (;;) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      behind_star = pattern;
      star_text = text;
      continue;
    }
    if (text.empty() && pattern.empty()) return true;
    if (!text.empty() && !pattern.empty()) {
      const Element element = match_one(pattern, text.front());
      if (element.matches) {
        pattern = element.rest;
        text.remove_prefix(1);
        continue;
      }
    }
    if (!behind_star || star_text.empty()) return false;
    star_text.remove_prefix(1);
    text = star_text;
    pattern = *behind_star;
  }
}

}  // namespace

std::string git_ref_name(bool is_tag, std::string_view name) {
  if (name.starts_with(kRefs)) return std::string(name);
  return std::string(is_tag ? kTags : kHeads).append(name);
}

std::optional<std::string> hn_ref_name(std::string_view ref) {
  std::string_view name = ref;
  for (const std::string_view part : {kHeads, kTags}) {
    if (!ref.starts_with(part)) continue;
    name.remove_prefix(part.size());
    if (name.starts_with(kRefs)) return std::nullopt;
  }
  if (!log::is_ref_name(name)) return std::nullopt;
  return std::string(name);
}

bool matches_ref(std::string_view pattern, std::string_view ref) noexcept {
  if (pattern.find_first_of("*?[\\") != std::string_view::npos) return matches_whole(pattern, ref);
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  return ref.starts_with(pattern) && (ref.size() == pattern.size() || ref[pattern.size()] == '/');
}

bool is_wanted(const std::vector<std::string>& patterns, std::string_view ref) noexcept {
  if (patterns.empty()) return ref.starts_with(kHeads) || ref.starts_with(kTags);
  return std::ranges::any_of(patterns, [&](const std::string& p) { return matches_ref(p, ref); });
}

}  // namespace hn::git
