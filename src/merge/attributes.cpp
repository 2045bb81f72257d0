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

constexpr std::array<std::pair<std::string_view, Policy>, kPolicyCount> kPolicies{{
    {"text", Policy::text},
    {"binary", Policy::binary},
    {"union", Policy::join},
    {"last-writer", Policy::last_writer},
    {"authority", Policy::authority},
    {"json", Policy::json},
    {"keyvalue", Policy::keyvalue},
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
  return out;
}

bool is_unknown_policy(const Attribute& attribute) {
  return attribute.name == kPolicyAttribute &&
         (attribute.state != Attribute::State::value || !policy_named(attribute.value));
}

// The attributes of a line, and its last word `merge` where that one names no policy.
struct Words {
  std::vector<Attribute> attributes;
  std::optional<Attribute> unknown;
};

Words words_of(std::string_view line) {
  Words out;
  for (skip_blanks(line); !line.empty(); skip_blanks(line)) {
    auto attribute = attribute_of(take_word(line));
    if (!attribute) continue;
    const bool unknown = is_unknown_policy(*attribute);
    if (attribute->name == kPolicyAttribute) out.unknown.reset();
    if (unknown)
      out.unknown = std::move(*attribute);
    else
      out.attributes.push_back(std::move(*attribute));
  }
  return out;
}

}  // namespace

std::string UnknownPolicy::as_written() const {
  switch (word.state) {
    case Attribute::State::set:
      return word.name;
    case Attribute::State::unset:
      return "-" + word.name;
    case Attribute::State::unspecified:
      return "!" + word.name;
    case Attribute::State::value:
      return word.name + "=" + word.value;
  }
  return word.name;
}

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
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.size() > kAttributesLineMax) return std::nullopt;
    skip_blanks(line);
    if (line.empty() || line[0] == '#' || line.starts_with("[attr]")) continue;
    const std::string pattern = take_pattern(line);
    if (pattern.starts_with('!')) continue;
    Words words = words_of(line);
    if (words.unknown)
      out.unknown_.push_back({PathPattern(pattern), {number, std::move(*words.unknown)}});
    if (words.attributes.empty()) continue;
    if (out.rules_.size() == kAttributesRulesMax) return std::nullopt;
    out.rules_.push_back({PathPattern(pattern), std::move(words.attributes), number});
  }
  return out;
}

const Attributes::Rule* Attributes::rule_of(std::string_view path,
                                            std::string_view attribute) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    const bool named =
        std::ranges::find(rule->attributes, attribute, &Attribute::name) != rule->attributes.end();
    if (named && rule->pattern.matches(path, false)) return &*rule;
  }
  return nullptr;
}

const Attribute* Attributes::find(std::string_view path, std::string_view attribute) const {
  const Rule* rule = rule_of(path, attribute);
  if (rule == nullptr) return nullptr;
  return &*std::find_if(rule->attributes.rbegin(), rule->attributes.rend(),
                        [&](const Attribute& a) { return a.name == attribute; });
}

const UnknownPolicy* Attributes::unknown_policy(std::string_view path) const {
  const Rule* rule = unknown_.empty() ? nullptr : rule_of(path, kPolicyAttribute);
  for (auto unknown = unknown_.rbegin(); unknown != unknown_.rend(); ++unknown) {
    if (rule != nullptr && rule->line > unknown->policy.line) return nullptr;
    if (unknown->pattern.matches(path, false)) return &unknown->policy;
  }
  return nullptr;
}

std::vector<UnknownPolicy> Attributes::unknown_policies() const {
  std::vector<UnknownPolicy> out;
  for (const Unknown& unknown : unknown_) out.push_back(unknown.policy);
  return out;
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
