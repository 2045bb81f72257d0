#include "hn/repo/config.hpp"

#include <algorithm>
#include <charconv>

#include "hn/base/error.hpp"
#include "hn/repo/dates.hpp"
#include "hn/repo/setting_value.hpp"
#include "repo/config_parser.hpp"

namespace hn::repo {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<std::string> first_of(const std::vector<ConfigFile>& files, std::string_view key) {
  for (const ConfigFile& file : files) {
    if (auto value = file.get(key); value && !value->empty()) return value;
  }
  return std::nullopt;
}

// What a person's fields must not contain, and what git strips from their ends.
std::string cleaned(std::string text) {
  std::erase_if(text, [](char c) { return c == '<' || c == '>' || c == '\n' || c == '\0'; });
  const auto crud = [](char c) {
    return static_cast<unsigned char>(c) <= 32 ||
           std::string_view(".,:;\"\\'").find(c) != std::string_view::npos;
  };
  while (!text.empty() && crud(text.back())) text.pop_back();
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), crud));
  return text;
}

}  // namespace

ConfigFile ConfigFile::parse(std::string_view text) {
  ConfigFile out;
  ConfigParser parser(text);
  while (auto piece = parser.next()) {
    if (piece->kind == ConfigParser::Piece::Kind::end) break;
    if (piece->kind == ConfigParser::Piece::Kind::entry)
      out.add(std::move(piece->key), std::move(piece->value));
  }
  return out;
}

std::optional<std::string> ConfigFile::get(std::string_view key) const {
  const auto at = std::find_if(entries_.rbegin(), entries_.rend(),
                               [&](const ConfigEntry& entry) { return entry.key == key; });
  if (at == entries_.rend()) return std::nullopt;
  return at->value;
}

std::optional<std::string> config_key(std::string_view name) {
  const std::size_t first = name.find('.');
  const std::size_t last = name.rfind('.');
  if (first == name.npos || first == 0 || last + 1 == name.size()) return std::nullopt;
  std::string out(name);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i == first || i == last) continue;
    if (i > first && i < last) {
      if (out[i] == '\n') return std::nullopt;
      continue;
    }
    out[i] = lower(out[i]);
    const bool letter = out[i] >= 'a' && out[i] <= 'z';
    const bool digit = out[i] >= '0' && out[i] <= '9';
    if (!letter && !digit && out[i] != '-') return std::nullopt;
    if (i == last + 1 && !letter) return std::nullopt;
  }
  return out;
}

std::optional<std::string> Settings::get(std::string_view key) const {
  for (const ConfigSource& source : hn) {
    if (auto value = source.file.get(key); value && !value->empty()) return value;
  }
  return std::nullopt;
}

bool Settings::is_on(std::string_view key, bool otherwise) const {
  const auto text = get(key);
  if (!text) return otherwise;
  const auto truth = truth_of(*text);
  if (!truth)
    throw Failure(Code::invalid,
                  std::string(key) + " is '" + *text + "', which is neither true nor false",
                  "hn config " + std::string(key) + " true, or false");
  return *truth;
}

std::optional<std::string> config_path(const World& world, ConfigLevel level,
                                       const std::optional<std::string>& hn_folder) {
  switch (level) {
    case ConfigLevel::system: {
      const auto no = world.environment("HN_CONFIG_NOSYSTEM");
      if (no && !no->empty() && *no != "0" && *no != "false") return std::nullopt;
      return world.environment("HN_CONFIG_SYSTEM").value_or("/etc/hn/config");
    }
    case ConfigLevel::global:
      if (auto other = world.environment("HN_CONFIG_GLOBAL")) return other;
      return world.folders.config + "/config";
    case ConfigLevel::local:
      if (!hn_folder) return std::nullopt;
      return *hn_folder + "/config";
    case ConfigLevel::command:
      break;
  }
  return std::nullopt;
}

namespace {

// No more are read: the number comes from outside.
constexpr std::size_t kGivenMax = 1000;

ConfigSource given_settings(const World& world) {
  ConfigSource out{ConfigLevel::command, "", {}};
  const std::string text = world.environment("HN_CONFIG_COUNT").value_or("0");
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count > kGivenMax)
    throw Failure(Code::usage, "HN_CONFIG_COUNT is '" + text + "', no number up to 1000");
  for (std::size_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    const auto name = world.environment("HN_CONFIG_KEY_" + n);
    const auto value = world.environment("HN_CONFIG_VALUE_" + n);
    const auto key = config_key(name.value_or(""));
    if (!key || !value)
      throw Failure(
          Code::invalid, "'" + name.value_or("") + "' is no name of a setting, or has no value",
          "such as user.name: hn -c NAME=VALUE, HN_CONFIG_KEY_" + n + ", HN_CONFIG_VALUE_" + n);
    out.file.add(*key, *value);
  }
  return out;
}

}  // namespace

Settings read_settings(const World& world, const std::optional<std::string>& hn_folder) {
  const auto text_of = [&](const std::string& path) -> std::optional<std::string> {
    if (path.empty() || !world.fs.stat(path)) return std::nullopt;
    return std::string(as_text(os::read_file(world.fs, path)));
  };
  Settings settings;
  settings.hn.push_back(given_settings(world));
  for (const ConfigLevel level : {ConfigLevel::local, ConfigLevel::global, ConfigLevel::system}) {
    const auto path = config_path(world, level, hn_folder);
    const auto text = path ? text_of(*path) : std::nullopt;
    if (text) settings.hn.push_back({level, *path, ConfigFile::parse(*text)});
  }
  const auto read = [&](const std::string& path) {
    if (const auto text = text_of(path)) settings.git.push_back(ConfigFile::parse(*text));
  };
  const auto home = world.environment("HOME");
  if (home) read(*home + "/.gitconfig");
  const auto xdg = world.environment("XDG_CONFIG_HOME");
  if (xdg && xdg->starts_with('/')) {
    read(*xdg + "/git/config");
  } else if (home) {
    read(*home + "/.config/git/config");
  }
  return settings;
}

Who who_commits(const World& world, const Settings& settings, Role role) {
  const std::string prefix = role == Role::author ? "AUTHOR" : "COMMITTER";
  const auto pick = [&](const char* field, const char* key) -> std::optional<std::string> {
    for (const char* tool : {"HN_", "GIT_"}) {
      std::optional<std::string> value = world.environment(tool + prefix + field);
      if (value && !value->empty()) return value;
      // Git's variables yield to hn's own configuration.
      if (tool[0] == 'H') {
        if (auto ours = settings.get(key)) return ours;
      }
    }
    return first_of(settings.git, key);
  };
  const auto name = pick("_NAME", "user.name");
  const auto email = pick("_EMAIL", "user.email");
  Who who{cleaned(name.value_or("")), cleaned(email.value_or(""))};
  if (who.name.empty() || who.email.empty()) {
    throw Failure(Code::no_author, "nobody is named as the author of the commit");
  }
  return who;
}

WallTime when_committed(const World& world, Role role) {
  const WallTime now = world.clock.wall();
  const std::string name = role == Role::author ? "HN_AUTHOR_DATE" : "HN_COMMITTER_DATE";
  const auto text = world.environment(name);
  if (!text || text->empty()) return now;
  const auto time = parse_date(*text, now.zone_minutes);
  if (time) return *time;
  throw Failure(Code::usage, name + " is '" + *text + "', and no date",
                "such as 2026-11-20T12:30:00+01:00 or @SECONDS");
}

std::optional<Who> parse_who(std::string_view text) {
  const std::size_t open = text.find('<');
  const std::size_t close = text.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return std::nullopt;
  if (text.find_first_not_of(" \t", close + 1) != std::string_view::npos) return std::nullopt;
  Who who{cleaned(std::string(text.substr(0, open))),
          cleaned(std::string(text.substr(open + 1, close - open - 1)))};
  if (who.name.empty()) return std::nullopt;
  return who;
}

}  // namespace hn::repo
