// After git's color.c (color_parse_mem).
#include "config_type.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "hn/repo/setting_value.hpp"

namespace hn::cli {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// A colour as the numbers that a terminal takes for it in front; behind, the first is 10 more.
struct Colour {
  int first = 0;
  std::string rest;
};

std::optional<int> byte_of(std::string_view text, int base) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > 255)
    return std::nullopt;
  return value;
}

std::optional<Colour> colour_of(std::string word) {
  constexpr std::array kNames{"black", "red",     "green", "yellow",
                              "blue",  "magenta", "cyan",  "white"};
  if (word == "default") return Colour{39, ""};
  if (word.size() == 7 && word.front() == '#') {
    std::string rest = ";2";
    for (const std::size_t at : {1U, 3U, 5U}) {
      const auto part = byte_of(std::string_view(word).substr(at, 2), 16);
      if (!part) return std::nullopt;
      rest += ";" + std::to_string(*part);
    }
    return Colour{38, rest};
  }
  int base = 30;
  if (word.starts_with("bright")) {
    word.erase(0, 6);
    base = 90;
  }
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (word == kNames[i]) return Colour{base + static_cast<int>(i), ""};
  }
  if (word.starts_with('+')) word.erase(0, 1);
  const auto number = byte_of(word, 10);
  if (!number || base == 90) return std::nullopt;
  if (*number < 8) return Colour{30 + *number, ""};
  if (*number < 16) return Colour{90 + *number - 8, ""};
  return Colour{38, ";5;" + std::to_string(*number)};
}

std::optional<unsigned> attribute_of(std::string word) {
  constexpr std::array kNames{std::pair{"bold", 1U},   std::pair{"dim", 2U},
                              std::pair{"italic", 3U}, std::pair{"ul", 4U},
                              std::pair{"blink", 5U},  std::pair{"reverse", 7U},
                              std::pair{"strike", 9U}};
  const bool off = word.starts_with("no");
  if (off) word.erase(0, word.starts_with("no-") ? 3 : 2);
  for (const auto& [name, value] : kNames) {
    if (word == name) return !off ? value : value == 1 ? 22U : 20U + value;
  }
  return std::nullopt;
}

std::optional<std::string> escape_of(std::string_view text) {
  std::vector<std::optional<Colour>> colours;  // none for "normal"
  std::uint32_t attributes = 0;
  bool reset = false;
  std::size_t words = 0;
  while (!text.empty()) {
    const std::size_t end =
        static_cast<std::size_t>(std::ranges::find_if(text, is_blank) - text.begin());
    const std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    ++words;
    if (word == "reset") {
      reset = true;
    } else if (const auto attribute = attribute_of(word)) {
      attributes |= 1U << *attribute;
    } else {
      const bool normal = word == "normal" || word == "-1";
      const auto colour = normal ? std::nullopt : colour_of(word);
      if ((!normal && !colour) || colours.size() == 2) return std::nullopt;
      colours.push_back(colour);
    }
  }
  if (reset && words == 1) return "\x1b[m";
  std::vector<std::string> parts;
  if (reset) parts.emplace_back();
  for (unsigned i = 0; i < 32; ++i) {
    if ((attributes >> i & 1U) != 0) parts.push_back(std::to_string(i));
  }
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const auto& colour = colours[i];
    if (colour) parts.push_back(std::to_string(colour->first + (i == 0 ? 0 : 10)) + colour->rest);
  }
  if (parts.empty()) return "";
  std::string out = "\x1b[";
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : ";") + parts[i];
  return out + "m";
}

template <class Value>
Value require_value(std::optional<Value> value, const std::string& name, const std::string& text,
                    const char* what) {
  if (!value)
    throw Failure(Code::invalid, "'" + text + "', the value of " + name + ", is no " + what,
                  "hn config " + name + " VALUE sets another");
  return *std::move(value);
}

}  // namespace

ConfigType ConfigType::parse(const std::string& name) {
  if (name == "bool") return ConfigType(Kind::truth);
  if (name == "int") return ConfigType(Kind::number);
  if (name == "bool-or-int") return ConfigType(Kind::truth_or_number);
  if (name == "path") return ConfigType(Kind::path);
  if (name == "color") return ConfigType(Kind::colour);
  throw Failure(Code::usage, "'" + name + "' is no type of settings",
                "bool, int, bool-or-int, path or color");
}

std::string ConfigType::shown(const Context& context, const std::string& name,
                              const std::string& value) const {
  if (kind_ == Kind::path)
    return require_value(repo::path_of(context.world, value), name, value, "path of a user's");
  if (kind_ == Kind::colour) return require_value(escape_of(value), name, value, "colour");
  const Json found = json(context, name, value);
  return found.is_boolean() ? (found.get<bool>() ? "true" : "false")
                            : std::to_string(found.get<std::int64_t>());
}

Json ConfigType::json(const Context& context, const std::string& name,
                      const std::string& value) const {
  switch (kind_) {
    case Kind::truth:
      return require_value(repo::truth_of(value), name, value, "true or false");
    case Kind::number:
      return require_value(repo::number_of(value), name, value, "number");
    case Kind::truth_or_number:
      if (const auto number = repo::short_number_of(value)) return *number;
      return require_value(repo::truth_of(value), name, value, "number, true or false");
    default: {
      Json out;
      put_text(out, "value", shown(context, name, value));
      return out.contains("value") ? out["value"] : Json(nullptr);
    }
  }
}

std::string ConfigType::written(const Context& context, const std::string& name,
                                const std::string& value) const {
  const std::string form = kind_ == Kind::path ? value : shown(context, name, value);
  return kind_ == Kind::colour ? value : form;
}

}  // namespace hn::cli
