#include "hn/repo/config.hpp"

#include <algorithm>

#include "hn/base/error.hpp"

namespace hn::repo {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// Reads one file, character by character; git's config syntax (git-config(1), SYNTAX).
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  void run(std::map<std::string, std::vector<std::string>>& out) {
    while (skip_blank()) {
      if (rest_.front() == '[') {
        if (!section()) return;
        continue;
      }
      std::string key = name();
      if (key.empty() || section_.empty()) return;
      std::string value = "true";
      skip_spaces();
      if (!rest_.empty() && rest_.front() == '=') {
        rest_.remove_prefix(1);
        const std::optional<std::string> read = value_text();
        if (!read) return;
        value = *read;
      }
      out[section_ + "." + key].push_back(std::move(value));
    }
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  void skip_line() {
    const std::size_t end = rest_.find('\n');
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  }

  // To the next character that means something; false at the end.
  bool skip_blank() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '#' || c == ';') {
        skip_line();
      } else if (is_space(c) || c == '\n') {
        rest_.remove_prefix(1);
      } else {
        return true;
      }
    }
    return false;
  }

  std::string name() {
    std::size_t n = 0;
    const auto is_name = [](char c) {
      return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    while (n < rest_.size() && is_name(rest_[n])) ++n;
    std::string out = lowered(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return out;
  }

  bool section() {
    rest_.remove_prefix(1);
    section_ = name();
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '"') {
      rest_.remove_prefix(1);
      section_ += '.';
      while (!rest_.empty() && rest_.front() != '"') {
        if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
        if (rest_.front() == '\n') return false;
        section_ += rest_.front();
        rest_.remove_prefix(1);
      }
      if (rest_.empty()) return false;
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || rest_.front() != ']') return false;
    rest_.remove_prefix(1);
    return !section_.empty();
  }

  std::optional<std::string> value_text() {
    std::string out;
    std::size_t kept = 0;  // trailing spaces outside quotes are dropped
    bool quoted = false;
    skip_spaces();
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') break;
      if (c == '"') {
        quoted = !quoted;
        kept = out.size();
      } else if (!quoted && (c == '#' || c == ';')) {
        skip_line();
        break;
      } else if (c == '\\') {
        if (!escape(out)) return std::nullopt;
        kept = out.size();
      } else {
        out += c;
        if (quoted || !is_space(c)) kept = out.size();
      }
    }
    if (quoted) return std::nullopt;
    out.resize(kept);
    return out;
  }

  bool escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '\n':
        return true;
      case 'n':
        out += '\n';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'b':
        out += '\b';
        return true;
      case '"':
      case '\\':
        out += c;
        return true;
      default:
        return false;
    }
  }

  std::string_view rest_;
  std::string section_;
};

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
  Parser(text).run(out.values_);
  return out;
}

std::optional<std::string> ConfigFile::get(std::string_view key) const {
  const auto at = values_.find(std::string(key));
  if (at == values_.end()) return std::nullopt;
  return at->second.back();
}

std::optional<std::string> Settings::get(std::string_view key) const {
  return first_of(hn, key);
}

Settings read_settings(const World& world, const std::optional<std::string>& hn_folder) {
  const auto read = [&](std::vector<ConfigFile>& into, const std::string& path) {
    if (!world.fs.stat(path)) return;
    into.push_back(ConfigFile::parse(as_text(os::read_file(world.fs, path))));
  };
  Settings settings;
  if (hn_folder) read(settings.hn, *hn_folder + "/config");
  read(settings.hn, world.folders.config + "/config");
  const auto home = world.environment("HOME");
  if (home) read(settings.git, *home + "/.gitconfig");
  const auto xdg = world.environment("XDG_CONFIG_HOME");
  if (xdg && xdg->starts_with('/')) {
    read(settings.git, *xdg + "/git/config");
  } else if (home) {
    read(settings.git, *home + "/.config/git/config");
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
        if (auto ours = first_of(settings.hn, key)) return ours;
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
