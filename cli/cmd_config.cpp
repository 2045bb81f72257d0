#include <algorithm>
#include <array>
#include <ostream>

#include "commit_message.hpp"
#include "config_type.hpp"
#include "failure.hpp"
#include "hn/os/private_file.hpp"
#include "hn/repo/pattern.hpp"
#include "hooks.hpp"
#include "output.hpp"

namespace hn::cli {
namespace {

// As git ends where a setting has several values, or none to be removed.
constexpr int kExitSeveral = 5;

using repo::ConfigLevel;

std::string_view name_of(ConfigLevel level) {
  constexpr std::array<std::string_view, 4> kNames{"system", "global", "local", "command"};
  return kNames[static_cast<std::size_t>(level)];
}

std::optional<ConfigLevel> chosen_level(const Given& given) {
  std::optional<ConfigLevel> out;
  for (const ConfigLevel level : {ConfigLevel::system, ConfigLevel::global, ConfigLevel::local}) {
    if (!given.has(name_of(level))) continue;
    if (out) throw Failure(Code::usage, "--system, --global and --local exclude each other");
    out = level;
  }
  return out;
}

std::string key_of(const std::string& name) {
  auto key = repo::config_key(name);
  if (!key)
    throw Failure(Code::refused, "'" + name + "' is no name of a setting", "such as user.name");
  return std::move(*key);
}

std::optional<ConfigType> chosen_type(const Given& given) {
  const auto name = given.value("type");
  return name && !given.has("no-type") ? std::optional(ConfigType::parse(*name)) : std::nullopt;
}

struct Row {
  const repo::ConfigSource* source;
  const repo::ConfigEntry* entry;
};

// The settings of a level or of all, weakest first.
std::vector<Row> rows_of(const repo::Settings& settings, std::optional<ConfigLevel> level) {
  std::vector<Row> out;
  for (auto source = settings.hn.rbegin(); source != settings.hn.rend(); ++source) {
    if (level && source->level != *level) continue;
    for (const repo::ConfigEntry& entry : source->file.all()) out.push_back({&*source, &entry});
  }
  return out;
}

class Printer {
 public:
  Printer(const Context& context, const Given& given)
      : context_(context),
        out_(context.out),
        type_(chosen_type(given)),
        origin_(given.has("show-origin")),
        scope_(given.has("show-scope")),
        names_only_(given.has("name-only")),
        null_(given.has("null")) {}

  // With its name and what stands behind that, or the value alone.
  void print(const Row& row, std::optional<char> behind_name) {
    const bool with_name = behind_name.has_value();
    const char behind = null_ ? '\0' : '\t';
    if (scope_) out_ << name_of(row.source->level) << behind;
    if (origin_) {
      if (row.source->path.empty())
        out_ << "command line:";
      else
        out_ << "file:" << (null_ ? row.source->path : shown_path(row.source->path));
      out_ << behind;
    }
    if (with_name) out_ << row.entry->key;
    if (with_name && !names_only_) out_ << (null_ ? '\n' : *behind_name);
    if (!with_name || !names_only_) out_ << shown(*row.entry);
    out_ << (null_ ? '\0' : '\n');
  }

  std::string shown(const repo::ConfigEntry& entry) const {
    return type_ ? type_->shown(context_, entry.key, entry.value) : entry.value;
  }

 private:
  const Context& context_;
  std::ostream& out_;
  std::optional<ConfigType> type_;
  bool origin_, scope_, names_only_, null_;
};

void print_json(const Context& context, const std::vector<Row>& rows,
                const std::optional<ConfigType>& type) {
  Json out;
  out["settings"] = Json::array();
  for (const Row& row : rows) {
    Json one;
    put_text(one, "name", row.entry->key);
    if (type)
      one["value"] = type->json(context, row.entry->key, row.entry->value);
    else
      put_text(one, "value", row.entry->value);
    one["level"] = name_of(row.source->level);
    if (row.source->path.empty())
      one["file"] = nullptr;
    else
      put_text(one, "file", row.source->path);
    out["settings"].push_back(std::move(one));
  }
  print(context, out);
}

int show(const Context& context, const Given& given, const repo::Settings& settings,
         const std::optional<std::string>& name, bool all) {
  std::vector<Row> rows = rows_of(settings, chosen_level(given));
  struct {
    repo::ConfigSource source{ConfigLevel::command, "", {}};
    repo::ConfigEntry entry;
  } otherwise;
  if (name) {
    const std::string key = key_of(*name);
    std::erase_if(rows, [&](const Row& row) { return row.entry->key != key; });
    if (!all && rows.size() > 1) rows.erase(rows.begin(), rows.end() - 1);
    if (const auto value = given.value("default"); value && rows.empty()) {
      otherwise.entry = {key, *value};
      rows.push_back({&otherwise.source, &otherwise.entry});
    }
  }
  if (given.has("json")) {
    print_json(context, rows, chosen_type(given));
  } else {
    Printer printer(context, given);
    for (const Row& row : rows) printer.print(row, name ? std::nullopt : std::optional('='));
  }
  return name && rows.empty() ? kExitNo : 0;
}

// As git compares names: what is of section and key is in small letters.
std::string in_small_letters(std::string pattern) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const std::size_t first = std::min(pattern.find('.'), pattern.size());
  const std::size_t last = pattern.rfind('.') == pattern.npos ? 0 : pattern.rfind('.');
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (i < first || i >= last) pattern[i] = lower(pattern[i]);
  return pattern;
}

int show_matching(const Context& context, const Given& given, const repo::Settings& settings,
                  const std::string& pattern) {
  const repo::Pattern wanted(in_small_letters(pattern), {repo::Pattern::Kind::extended});
  std::vector<Row> rows = rows_of(settings, chosen_level(given));
  std::erase_if(rows, [&](const Row& row) { return !wanted.matches(row.entry->key); });
  if (given.has("json")) {
    print_json(context, rows, chosen_type(given));
  } else {
    Printer printer(context, given);
    for (const Row& row : rows) printer.print(row, ' ');
  }
  return rows.empty() ? kExitNo : 0;
}

// The file that a change is made to.
struct Edited {
  ConfigLevel level;
  std::string path;
  std::string text;  // that it has; "" where there is none

  Edited(const Context& context, const Given& given, const std::optional<std::string>& hn_folder)
      : level(chosen_level(given).value_or(ConfigLevel::local)) {
    const auto found = repo::config_path(context.world, level, hn_folder);
    if (!found) {
      throw Failure(Code::no_repository, "there is no repository here for a setting of its own",
                    "for all of yours: hn config --global NAME VALUE");
    }
    path = *found;
    os::FileSystem& fs = context.world.fs;
    if (fs.stat(path)) text = as_text(os::read_file(fs, path));
  }

  void write(const Context& context, const std::string& now) const {
    if (level == ConfigLevel::global) os::make_private_folders(os::parent_of(path));
    os::replace_file(context.world.fs, path, as_bytes(now));
  }
};

int edit_by_hand(const Context& context, const Edited& file) {
  const auto editor = editor_command(context);
  if (!editor)
    throw Failure(Code::usage, "there is no editor to change " + file.path + " with",
                  "HN_EDITOR names one; or: hn config NAME VALUE");
  if (!context.world.fs.stat(file.path)) file.write(context, "");
  if (*editor != ":" && run_shell(*editor, file.path) != 0)
    throw Failure(Code::refused, "the editor '" + *editor + "' failed", "say which one: HN_EDITOR");
  return 0;
}

int edit_sections(const Context& context, const Edited& file, const std::string& name,
                  const std::optional<std::string>& new_name) {
  const auto now = repo::edited_sections(file.text, name, new_name);
  if (!now)
    throw Failure(Code::not_found, "there is no section '" + name + "' in " + file.path,
                  "hn config --list --show-origin says what stands where");
  file.write(context, *now);
  return 0;
}

int edit(const Context& context, const Edited& file, const std::string& name, repo::ConfigEdit how,
         const std::string& value) {
  key_of(name);
  const std::string& text = file.text;
  const auto now = repo::edited_config(text, name, how, value);
  if (!now) {
    const bool has = repo::ConfigFile::parse(text).get(key_of(name)).has_value();
    context.err << "hn: '" << name << "' has " << (has ? "several values" : "no value") << " in "
                << file.path << "\n";
    if (has) context.err << "hint: hn config --unset-all removes them, --replace-all leaves one\n";
    return kExitSeveral;
  }
  file.write(context, *now);
  return 0;
}

// "hn config set NAME VALUE" is "hn config NAME VALUE"; a name has a dot, so neither is the other.
std::string verb_of(const Given& given, std::vector<std::string>& words) {
  for (const char* flag : {"get", "get-all", "get-regexp", "add", "replace-all", "unset",
                           "unset-all", "remove-section", "rename-section", "list", "edit"}) {
    if (given.has(flag)) return flag;
  }
  if (words.empty()) return "";
  for (const char* verb : {"get", "set", "unset", "list"}) {
    if (words.front() != verb) continue;
    words.erase(words.begin());
    return verb;
  }
  return words.size() < 2 ? "get" : "set";
}

int run(Context& context, const Given& given) {
  std::vector<std::string> words = given.values("NAME|VALUE");
  const auto layout = repo::find_layout(context.world, context.folder);
  const std::optional<std::string> folder = layout ? std::optional(layout->hn()) : std::nullopt;
  const std::string verb = verb_of(given, words);
  const auto is_one_of = [&](std::initializer_list<std::string_view> verbs) {
    return std::ranges::find(verbs, verb) != verbs.end();
  };
  const std::size_t wanted = is_one_of({"list", "edit"})                                  ? 0
                             : is_one_of({"set", "add", "replace-all", "rename-section"}) ? 2
                                                                                          : 1;
  if (verb.empty() || words.size() != wanted)
    throw Failure(Code::usage, "hn config takes the name of a setting, and a value to set it",
                  "hn config NAME [VALUE], hn config --unset NAME, hn config --list");
  const auto type = chosen_type(given);
  if (given.has("default") && verb != "get")
    throw Failure(Code::usage, "--default goes with the name of one setting that is printed");
  if (verb == "edit") return edit_by_hand(context, {context, given, folder});
  if (is_one_of({"remove-section", "rename-section"}))
    return edit_sections(context, {context, given, folder}, words[0],
                         wanted == 2 ? std::optional(words[1]) : std::nullopt);
  if (is_one_of({"set", "add", "replace-all"})) {
    return edit(context, {context, given, folder}, words[0],
                verb == "set"   ? repo::ConfigEdit::set
                : verb == "add" ? repo::ConfigEdit::add
                                : repo::ConfigEdit::replace_all,
                type ? type->written(context, words[0], words[1]) : words[1]);
  }
  if (type && verb == "list") throw Failure(Code::usage, "--type goes with the name of a setting");
  if (verb == "unset" || verb == "unset-all") {
    return edit(context, {context, given, folder}, words[0],
                verb == "unset" ? repo::ConfigEdit::unset : repo::ConfigEdit::unset_all, "");
  }
  const repo::Settings settings = repo::read_settings(context.world, folder);
  if (verb == "get-regexp") return show_matching(context, given, settings, words.front());
  return show(context, given, settings,
              verb == "list" ? std::nullopt : std::optional(words.front()), verb == "get-all");
}

}  // namespace

Command cmd_config() {
  return {"config",
          "Read and change settings",
          {{"--get", "", "print the value that counts"},
           {"--get-all", "", "print all values"},
           {"--get-regexp", "", "names that the pattern matches, with their values"},
           {"--add", "", "add another value"},
           {"--replace-all", "", "one value in place of all"},
           {"--unset", "", "remove the setting"},
           {"--unset-all", "", "remove all its values"},
           {"--remove-section", "", "remove a section with all in it"},
           {"--rename-section", "", "give a section another name"},
           {"-e,--edit", "", "change the file in an editor"},
           {"-l,--list", "", "list all settings"},
           {"--system", "", "those of this machine"},
           {"--global", "", "those of this user"},
           {"--local", "", "those of this repository, which are changed anyway"},
           {"--type", "TYPE", "a value of this type, in its one form", Offers::words,
            "bool int bool-or-int path color"},
           {"--no-type", "", "values as they stand there"},
           {"--default", "VALUE", "what is printed where there is no value"},
           {"--show-origin", "", "with the file that each stands in"},
           {"--show-scope", "", "with the level that each is of"},
           {"--name-only", "", "the names alone"},
           {"-z,--null", "", "a NUL byte behind each value"},
           {"--json", "", "as JSON"}},
          {{"NAME|VALUE", "the setting, such as user.name; to change it its value", 0, kMany}},
          run};
}

}  // namespace hn::cli
