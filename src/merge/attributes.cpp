// The format of hn-attributes(5): git's, as gitattributes(5) and its reader have it, without
// macros.
#include "hn/merge/attributes.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace hn::merge {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kPolicyAttribute = "merge";

constexpr std::array<std::pair<std::string_view, Policy>, 6> kPolicies{{
    {"text", Policy::text},
    {"binary", Policy::binary},
    {"union", Policy::join},
    {"last-writer", Policy::last_writer},
    {"authority", Policy::authority},
    {"json", Policy::json},
}};

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
}

std::string_view take_word(std::string_view& rest) {
  const auto word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

bool is_octal(char c, char last) {
  return c >= '0' && c <= last;
}

// What git writes between double quotes; nothing where it is not well formed. `rest` begins with
// the first quote and ends up behind the last.
std::optional<std::string> take_quoted(std::string_view& rest) {
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\\"";
  std::string out;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return out;
    }
    if (rest[i] != '\\') {
      out += rest[i];
      continue;
    }
    const auto code = rest.substr(++i, 3);
    if (code.empty()) return std::nullopt;
    const auto letter = kLetters.find(code[0]);
    if (letter != kLetters.npos) {
      out += kMeant[letter];
    } else if (code.size() == 3 && is_octal(code[0], '3') && is_octal(code[1], '7') &&
               is_octal(code[2], '7')) {
      out += static_cast<char>((code[0] - '0') * 64 + (code[1] - '0') * 8 + code[2] - '0');
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::string take_pattern(std::string_view& rest) {
  if (rest.starts_with('"')) {
    auto quoted = take_quoted(rest);
    if (quoted) return *quoted;
  }
  return std::string(take_word(rest));
}

std::optional<Attribute> attribute_of(std::string_view word) {
  Attribute out;
  const bool marked = word[0] == '-' || word[0] == '!';
  if (marked) {
    out.state = word[0] == '-' ? Attribute::State::unset : Attribute::State::unspecified;
    word.remove_prefix(1);
  }
  const auto equals = word.find('=');
  if (!marked && equals != word.npos) {
    out.state = Attribute::State::value;
    out.value = word.substr(equals + 1);
    word = word.substr(0, equals);
  }
  if (!is_attribute_name(word)) return std::nullopt;
  out.name = word;
  // Whoever does not know a policy merges as if the word were not there.
  if (out.name == kPolicyAttribute &&
      (out.state != Attribute::State::value || !policy_named(out.value)))
    return std::nullopt;
  return out;
}

}  // namespace

bool is_attribute_name(std::string_view name) noexcept {
  return !name.empty() && name[0] != '-' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::optional<Policy> policy_named(std::string_view word) noexcept {
  for (const auto& [name, policy] : kPolicies) {
    if (name == word) return policy;
  }
  return std::nullopt;
}

std::string_view name_of(Policy policy) noexcept {
  for (const auto& [name, known] : kPolicies) {
    if (known == policy) return name;
  }
  return {};
}

std::optional<Attributes> Attributes::parse(ByteView text) {
  std::string_view rest = as_text(text);
  if (rest.size() > kAttributesBytesMax || rest.find('\0') != rest.npos) return std::nullopt;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  Attributes out;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.size() > kAttributesLineMax) return std::nullopt;
    skip_blanks(line);
    if (line.empty() || line[0] == '#' || line.starts_with("[attr]")) continue;
    const std::string pattern = take_pattern(line);
    std::vector<Attribute> attributes;
    for (skip_blanks(line); !line.empty(); skip_blanks(line)) {
      if (auto attribute = attribute_of(take_word(line))) attributes.push_back(*attribute);
    }
    if (attributes.empty() || pattern.starts_with('!')) continue;
    if (out.rules_.size() == kAttributesRulesMax) return std::nullopt;
    out.rules_.push_back({PathPattern(pattern), std::move(attributes)});
  }
  return out;
}

const Attribute* Attributes::find(std::string_view path, std::string_view attribute) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    const auto named = std::find_if(rule->attributes.rbegin(), rule->attributes.rend(),
                                    [&](const Attribute& a) { return a.name == attribute; });
    if (named != rule->attributes.rend() && rule->pattern.matches(path, false)) return &*named;
  }
  return nullptr;
}

std::optional<Policy> Attributes::policy(std::string_view path) const {
  const Attribute* found = find(path, kPolicyAttribute);
  return found == nullptr ? std::nullopt : policy_named(found->value);
}

std::vector<const Attribute*> Attributes::all(std::string_view path) const {
  std::vector<const Attribute*> out;
  std::set<std::string_view> known;
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!rule->pattern.matches(path, false)) continue;
    for (auto a = rule->attributes.rbegin(); a != rule->attributes.rend(); ++a) {
      if (known.insert(a->name).second) out.push_back(&*a);
    }
  }
  return out;
}

}  // namespace hn::merge
