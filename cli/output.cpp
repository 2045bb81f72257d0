#include "output.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

#include "hn/base/text.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/setting_value.hpp"

namespace hn::cli {
namespace {

// RFC 4648, section 4.
std::string base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k <= text.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

// Of a command's start, before anything is shown.
struct Shown {
  std::size_t digits = 10;
  bool quotes_all = false;
};
Shown& shown() {
  static Shown shown;
  return shown;
}

std::size_t digits_of(const std::string& text) {
  constexpr std::size_t kFull = 64;
  if (text == "auto") return Shown().digits;
  const auto number = repo::number_of(text);
  if (!number && repo::truth_of(text) == false) return kFull;
  if (!number || *number < 4 || *number > static_cast<std::int64_t>(kFull))
    throw Failure(Code::invalid, "core.abbrev is '" + text + "', no number from 4 to 64",
                  "hn config core.abbrev auto");
  return static_cast<std::size_t>(*number);
}

}  // namespace

void show_as(const repo::Settings& settings) {
  shown().quotes_all = settings.is_on("core.quotepath", false);
  if (const auto text = settings.get("core.abbrev")) shown().digits = digits_of(*text);
}

std::size_t short_digits() {
  return shown().digits;
}

void put_text(Json& object, const std::string& key, std::string_view text) {
  if (is_utf8(as_bytes(text))) {
    object[key] = std::string(text);
  } else {
    object[key + "_b64"] = base64(text);
  }
}

Json person_json(const object::Person& person) {
  Json out;
  put_text(out, "name", person.name);
  put_text(out, "email", person.email);
  out["time"] = person.time.seconds;
  out["date"] = repo::format_iso(person.time);
  return out;
}

Json commit_json(const object::Id& id, const object::Commit& commit) {
  Json out;
  out["id"] = object::to_hex(id);
  out["tree"] = object::to_hex(commit.tree);
  out["parents"] = Json::array();
  for (const object::Id& parent : commit.parents) out["parents"].push_back(object::to_hex(parent));
  out["author"] = person_json(commit.author);
  out["committer"] = person_json(commit.committer);
  put_text(out, "message", commit.message);
  out["auto_merge"] = commit.auto_merge.has_value();
  if (commit.git) out["git"] = hn::to_hex(ByteView(commit.git->bytes).first(commit.git->size));
  return out;
}

void print(const Context& context, const Json& json) {
  context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

Paint paint(const Context& context) {
  if (!context.colour) return {};
  return {"\x1b[33m", "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[m"};
}

std::string shown_path(std::string_view path) {
  bool plain = is_utf8(as_bytes(path));
  for (const char c : path)
    plain = plain && static_cast<unsigned char>(c) >= 32 && c != '"' && c != '\\' && c != 127 &&
            (!shown().quotes_all || static_cast<unsigned char>(c) < 128);
  if (plain && escape_controls(path) == path) return std::string(path);
  std::string out = "\"";
  for (const char c : path) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 32 || u >= 127) {
      std::array<char, 8> octal{};
      std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned>(u));
      out += octal.data();
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t size = lead < 0x80 ? 1 : lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    size = std::min(size, text.size());
    std::uint32_t c = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i)
      c = c << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
    const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                      (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                      (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                      (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
                      (c >= 0x20000 && c <= 0x3fffd);
    const bool none = c >= 0x300 && c <= 0x36f;
    columns += wide ? 2 : none ? 0 : 1;
    text.remove_prefix(size);
  }
  return columns;
}

std::string count_of(std::uint64_t n, std::string_view thing) {
  return std::to_string(n) + " " + std::string(thing) + (n == 1 ? "" : "s");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) value /= 1000, ++unit;
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value,
                kUnits[unit].data());
  return out.data();
}

std::string short_id(const object::Id& id) {
  return object::to_hex(id).substr(0, short_digits());
}

std::string subject_of(const object::Commit& commit) {
  if (commit.auto_merge && commit.message.empty()) {
    return "auto-merge of " + count_of(commit.parents.size(), "head");
  }
  return escape_controls(std::string_view(commit.message).substr(0, commit.message.find('\n')));
}

char letter_of(const std::optional<object::Value>& before,
               const std::optional<object::Value>& after) {
  if (after && after->mode == object::Mode::conflict) return 'U';
  if (!before) return 'A';
  if (!after) return 'D';
  if (before->mode == object::Mode::conflict) return 'M';
  return before->mode == after->mode || (before->is_file() && after->is_file()) ? 'M' : 'T';
}

std::string_view word_of(const std::optional<object::Value>& before,
                         const std::optional<object::Value>& after) {
  switch (letter_of(before, after)) {
    case 'A':
      return "added";
    case 'D':
      return "deleted";
    case 'T':
      return "type";
    case 'U':
      return "conflict";
    default:
      return "modified";
  }
}

}  // namespace hn::cli
