// The words and their order are those of git (color.c: color_parse_mem).
#include "colour_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace hn::cli {
namespace {

constexpr std::array<std::string_view, 8> kNames{"black", "red",     "green", "yellow",
                                                 "blue",  "magenta", "cyan",  "white"};

struct Attribute {
  std::string_view name;
  int on;
  int off;
};
constexpr std::array kAttributes{Attribute{"bold", 1, 22},   Attribute{"dim", 2, 22},
                                 Attribute{"italic", 3, 23}, Attribute{"ul", 4, 24},
                                 Attribute{"blink", 5, 25},  Attribute{"reverse", 7, 27},
                                 Attribute{"strike", 9, 29}};

// The code of a foreground; empty for "normal".
std::optional<std::string> code_of(std::string_view word, int first) {
  if (word == "normal") return "";
  if (word == "default") return std::to_string(first + 9);
  const bool bright = word.starts_with("bright");
  const auto* name = std::ranges::find(kNames, bright ? word.substr(6) : word);
  if (name != kNames.end())
    return std::to_string(first + (bright ? 60 : 0) + static_cast<int>(name - kNames.begin()));
  const bool hex = word.starts_with('#') && word.size() == 7;
  unsigned value = 0;
  const std::string_view digits = hex ? word.substr(1) : word;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const std::string front = std::to_string(first + 8);
  if (hex)
    return front + ";2;" + std::to_string(value >> 16U) + ";" + std::to_string(value >> 8U & 255U) +
           ";" + std::to_string(value & 255U);
  if (value < 8) return std::to_string(first + static_cast<int>(value));
  if (value < 16) return std::to_string(first + 52 + static_cast<int>(value));
  if (value < 256) return front + ";5;" + std::to_string(value);
  return std::nullopt;
}

std::optional<int> attribute_of(std::string_view word) {
  const bool off = word.starts_with("no") && word != "normal";
  if (off) word.remove_prefix(word.starts_with("no-") ? 3 : 2);
  const auto* at = std::ranges::find(kAttributes, word, &Attribute::name);
  if (at == kAttributes.end()) return std::nullopt;
  return off ? at->off : at->on;
}

}  // namespace

std::optional<std::string> colour_code(std::string_view words) {
  std::vector<int> attributes;
  std::vector<std::string> colours;
  bool reset = false;
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, space);
    words.remove_prefix(std::min(space + 1, words.size()));
    if (word.empty()) continue;
    if (word == "reset") {
      reset = true;
    } else if (const auto attribute = attribute_of(word)) {
      attributes.push_back(*attribute);
    } else {
      auto code = colours.size() < 2 ? code_of(word, colours.empty() ? 30 : 40) : std::nullopt;
      if (!code) return std::nullopt;
      colours.push_back(*std::move(code));
    }
  }
  std::ranges::sort(attributes);
  std::string codes;
  for (const int attribute : attributes)
    codes += (codes.empty() && !reset ? "" : ";") + std::to_string(attribute);
  for (const std::string& colour : colours)
    if (!colour.empty()) codes += (codes.empty() && !reset ? "" : ";") + colour;
  return codes.empty() && !reset ? "" : "\x1b[" + codes + "m";
}

}  // namespace hn::cli
