// After git's config.c (git_parse_maybe_bool, git_parse_signed).
#include "hn/repo/setting_value.hpp"

#include <pwd.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace hn::repo {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::optional<std::int64_t> number_of(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const int base = hex ? 16 : text.starts_with('0') ? 8 : 10;
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::string unit = lower(text);
  unsigned shift = 0;
  if (unit == "k") shift = 10;
  if (unit == "m") shift = 20;
  if (unit == "g") shift = 30;
  if (shift == 0 && !unit.empty()) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value > kMax >> shift) return std::nullopt;
  const auto out = static_cast<std::int64_t>(value << shift);
  return negative ? -out : out;
}

std::optional<std::int64_t> short_number_of(std::string_view text) {
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  const auto number = number_of(text);
  return number && *number <= kMax && *number >= -kMax ? number : std::nullopt;
}

std::optional<bool> truth_of(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word.empty() || word == "false" || word == "no" || word == "off") return false;
  const auto number = short_number_of(text);
  return number ? std::optional(*number != 0) : std::nullopt;
}

std::optional<std::string> path_of(const World& world, const std::string& text) {
  if (!text.starts_with('~')) return text;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string user = text.substr(1, slash - 1);
  std::optional<std::string> home;
  if (user.empty()) {
    home = world.environment("HOME");
  } else if (const passwd* found = getpwnam(user.c_str()); found != nullptr) {
    home = found->pw_dir;
  }
  if (!home) return std::nullopt;
  return *home + text.substr(slash);
}

}  // namespace hn::repo
