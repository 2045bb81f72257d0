#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hn/repo/world.hpp"

namespace hn::repo {

// One setting as it stands in a file. Keys read "section.key" or "section.subsection.key", section
// and key in lower case.
struct ConfigEntry {
  std::string key;
  std::string value;
};

// A configuration file in git's syntax: sections, subsections, comments, quotes, escapes and
// continued lines. include directives are not followed: a file of someone else's must not pull in
// others.
class ConfigFile {
 public:
  ConfigFile() = default;
  // Never fails: a line that does not parse ends the file there, as far as it is understood.
  static ConfigFile parse(std::string_view text);
  std::optional<std::string> get(std::string_view key) const;  // the last value wins
  const std::vector<ConfigEntry>& all() const noexcept { return entries_; }
  void add(std::string key, std::string value) {
    entries_.push_back({std::move(key), std::move(value)});
  }

 private:
  std::vector<ConfigEntry> entries_;
};

// "Section.Sub.Key" with section and key in lower case; nullopt where it is no name of a setting.
std::optional<std::string> config_key(std::string_view name);

// The text of a file with a setting changed, the rest of it left as it is, as git writes it.
// Failure invalid where the text does not parse to its end.
enum class ConfigEdit {
  set,  // nullopt where it has several values
  replace_all,
  add,        // another value
  unset,      // nullopt where it has none or several
  unset_all,  // nullopt where it has none
};
std::optional<std::string> edited_config(const std::string& text, const std::string& name,
                                         ConfigEdit edit, const std::string& value);
// The text without the sections "section" or "section.subsection", or with them under another name;
// nullopt where there is none. Failure as above, and invalid for a name that a section cannot have.
std::optional<std::string> edited_sections(const std::string& text, const std::string& name,
                                           const std::optional<std::string>& new_name);

// Where settings stand, weakest first.
enum class ConfigLevel { system, global, local, command };
struct ConfigSource {
  ConfigLevel level = ConfigLevel::local;
  std::string path;  // empty for the command line and the environment
  ConfigFile file;
};

// What the environment and the files say, strongest first: HN_* variables, `hn -c`, the
// repository's .hn/config, hn's own file under XDG, the system's, then git's files and variables
// for the author alone.
struct Settings {
  std::vector<ConfigSource> hn;  // strongest first
  std::vector<ConfigFile> git;   // likewise

  std::optional<std::string> get(std::string_view key) const;  // of hn's; an empty value is none
  // Failure invalid for what is neither true nor false.
  bool is_on(std::string_view key, bool otherwise) const;
};

// The file of a level; `hn_folder` is the repository's .hn. HN_CONFIG_SYSTEM and HN_CONFIG_GLOBAL
// name others. nullopt for a level without a file.
std::optional<std::string> config_path(const World& world, ConfigLevel level,
                                       const std::optional<std::string>& hn_folder);

// Reads the files that exist; `hn_folder` is the repository's .hn, if there is one. The command
// line's settings are HN_CONFIG_COUNT and HN_CONFIG_KEY_n, HN_CONFIG_VALUE_n of the environment.
Settings read_settings(const World& world, const std::optional<std::string>& hn_folder);

// Name and e-mail of who commits now. Throws Failure no_author with the command that sets it.
struct Who {
  std::string name;
  std::string email;
};
enum class Role { author, committer };
Who who_commits(const World& world, const Settings& settings, Role role);
// When: HN_AUTHOR_DATE or HN_COMMITTER_DATE, in a form of parse_date(), else now. Failure (usage).
WallTime when_committed(const World& world, Role role);

// "Name <e-mail>" as in --author; nullopt where it is not of that form.
std::optional<Who> parse_who(std::string_view text);

}  // namespace hn::repo
