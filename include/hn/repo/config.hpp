#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/repo/world.hpp"

namespace hn::repo {

// A configuration file in git's syntax: sections, subsections, comments, quotes, escapes and
// continued lines. Keys read "section.key" or "section.subsection.key", section and key in lower
// case. include directives are not followed: a file of someone else's must not pull in others.
class ConfigFile {
 public:
  ConfigFile() = default;
  // Never fails: a line that does not parse ends the file there, as far as it is understood.
  static ConfigFile parse(std::string_view text);
  std::optional<std::string> get(std::string_view key) const;  // the last value wins
  const std::map<std::string, std::vector<std::string>>& all() const noexcept { return values_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

// What the environment and the files say, strongest first: HN_* variables, the repository's
// .hn/config, hn's own file under XDG, then git's files and variables for the author alone.
struct Settings {
  std::vector<ConfigFile> hn;   // strongest first
  std::vector<ConfigFile> git;  // likewise

  std::optional<std::string> get(std::string_view key) const;  // hn's files only
};

// Reads the files that exist; `hn_folder` is the repository's .hn, if there is one.
Settings read_settings(const World& world, const std::optional<std::string>& hn_folder);

// Name and e-mail of who commits now. Throws Failure no_author with the command that sets it.
struct Who {
  std::string name;
  std::string email;
};
enum class Role { author, committer };
Who who_commits(const World& world, const Settings& settings, Role role);

// "Name <e-mail>" as in --author; nullopt where it is not of that form.
std::optional<Who> parse_who(std::string_view text);

}  // namespace hn::repo
