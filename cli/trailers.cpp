// After git's trailer.c and sequencer.c (append_signoff).
#include "trailers.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "format_option.hpp"
#include "hn/base/error.hpp"
#include "hn/repo/setting_value.hpp"

namespace hn::cli {
namespace {

bool is_key(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && c != '-') return false;
  }
  return true;
}

// Where the key of a line ends; nullopt where it is no trailer.
std::optional<std::size_t> separator_in(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return std::nullopt;
  const std::size_t end = line.find_last_not_of(" \t", colon - 1);
  if (end == line.npos || !is_key(line.substr(0, end + 1))) return std::nullopt;
  return colon;
}

bool is_git_made(std::string_view line) {
  return line.starts_with("Signed-off-by: ") || line.starts_with("(cherry picked from commit ");
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\v\f\n") == text.npos;
}

// With their newlines.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

// Whether a paragraph is trailers: all of its lines, or one that git wrote and of the others not
// three times as many.
bool is_of_trailers(std::span<const std::string_view> lines) {
  std::size_t trailers = 0;
  std::size_t others = 0;
  bool git_made = false;
  bool behind_trailer = false;
  for (const std::string_view line : lines) {
    const bool goes_on = line.front() == ' ' || line.front() == '\t';
    const bool is_one = is_git_made(line) || separator_in(line);
    if (goes_on ? !behind_trailer : !is_one) ++others;
    if (!goes_on && is_one) ++trailers;
    if (!goes_on) behind_trailer = is_one;
    git_made = git_made || is_git_made(line);
  }
  return (git_made && trailers * 3 >= others) || (trailers > 0 && others == 0);
}

// The last paragraph, if it is not the first one and of trailers.
std::vector<std::string_view> trailers_of(std::string_view message) {
  while (message.ends_with("\n\n")) message.remove_suffix(1);
  const std::vector<std::string_view> lines = lines_of(message);
  std::size_t end = lines.size();
  while (end > 0 && is_blank(lines[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && !is_blank(lines[begin - 1])) --begin;
  const auto title_end = std::ranges::find_if(lines, is_blank);
  if (begin == 0 || begin < static_cast<std::size_t>(title_end - lines.begin())) return {};
  const std::span block(lines.begin() + static_cast<std::ptrdiff_t>(begin), end - begin);
  if (!is_of_trailers(block)) return {};
  return {block.begin(), block.end()};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.substr(0, 1))) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.substr(text.size() - 1))) text.remove_suffix(1);
  return text;
}

// Each run of a newline and blanks is one blank.
std::string unfolded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    out += text.substr(0, newline);
    if (newline == text.npos) break;
    text.remove_prefix(newline);
    text = text.substr(std::min(text.find_first_not_of(" \t\n\r\v\f"), text.size()));
    out += ' ';
  }
  return std::string(trimmed(out));
}

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// %n and %x2C in a separator.
std::string filled_in(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* end = text.data() + std::min(i + 4, text.size());
    if (text.substr(i).starts_with("%n")) {
      out += '\n';
      ++i;
    } else if (text.substr(i).starts_with("%x") &&
               end - text.data() == static_cast<std::ptrdiff_t>(i + 4) &&
               std::from_chars(text.data() + i + 2, end, byte, 16).ptr == end) {
      out += static_cast<char>(byte);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string with_trailer(std::string message, const std::string& line) {
  const std::vector<std::string_view> block = trailers_of(message);
  if (!block.empty() && trimmed(block.back()) == line) return message;
  const bool joins = !block.empty();
  if (!message.empty() && !message.ends_with('\n')) message += '\n';
  if (!joins) message += message.empty() ? "\n\n" : "\n";
  return message + line + "\n";
}

std::string trailer_of(std::string_view text) {
  const std::size_t at = text.find_first_of(":=");
  std::string_view key = text.substr(0, at);
  while (key.ends_with(' ')) key.remove_suffix(1);
  if (at == text.npos || !is_key(key))
    throw Failure(Code::usage, "'" + std::string(text) + "' is no trailer",
                  "such as --trailer 'Reviewed-by: Sam <sam@example.org>'");
  std::string_view value = text.substr(at + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  return std::string(key) + ": " + std::string(value);
}

std::optional<TrailerFormat> TrailerFormat::parse(std::string_view words) {
  TrailerFormat out;
  while (!words.empty()) {
    const auto [name, given] = take_format_option(words);
    const std::string_view value = given.value_or("");
    if (name == "key" && given) {
      std::string_view key = trimmed(value);
      if (key.ends_with(':')) key.remove_suffix(1);
      out.keys.push_back(in_small_letters(key));
      out.only = true;
    } else if (name == "separator" && given) {
      out.separator = filled_in(value);
    } else if (name == "key_value_separator" && given) {
      out.key_value_separator = filled_in(value);
    } else {
      const auto truth = given ? repo::truth_of(std::string(value)) : std::optional(true);
      bool* flag = name == "only"        ? &out.only
                   : name == "unfold"    ? &out.unfold
                   : name == "keyonly"   ? &out.key_only
                   : name == "valueonly" ? &out.value_only
                                         : nullptr;
      if (flag == nullptr || !truth) return std::nullopt;
      *flag = *truth;
    }
  }
  return out;
}

std::string TrailerFormat::shown(std::string_view message) const {
  std::vector<std::string> all;
  const bool as_it_is = keys.empty() && !only && !unfold && !key_only && !value_only &&
                        !separator && !key_value_separator;
  for (const std::string_view line : trailers_of(message)) {
    const bool goes_on = line.front() == ' ' || line.front() == '\t';
    if (goes_on && !all.empty())
      all.back() += line;
    else
      all.emplace_back(line);
  }
  std::string out;
  if (as_it_is) {
    for (const std::string& one : all) out += one;
    return out;
  }
  const auto between = [&] {
    if (separator && !out.empty()) out += *separator;
  };
  for (const std::string& one : all) {
    const auto at = separator_in(one);
    if (!at) {
      if (only) continue;
      between();
      out += separator ? trimmed(one) : one;
      continue;
    }
    const std::string_view key = trimmed(std::string_view(one).substr(0, *at));
    if (!keys.empty() && std::ranges::find(keys, in_small_letters(key)) == keys.end()) continue;
    const std::string_view value = trimmed(std::string_view(one).substr(*at + 1));
    between();
    if (!value_only) out += key;
    if (!value_only && !key_only) out += key_value_separator.value_or(": ");
    if (!key_only) out += unfold ? unfolded(value) : std::string(value);
    if (!separator) out += '\n';
  }
  return out;
}

}  // namespace hn::cli
